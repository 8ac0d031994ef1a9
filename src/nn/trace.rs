use crate::tensor::Tensor;
use std::cell::RefCell;

/// Intermediate values of a forward pass, recorded for inspection: tensors `(R, …)` on the model's device, in
/// layer order.
#[derive(Default)]
pub struct Trace {
    /// Self-attention weights of each layer, `(R, N, S)`.
    pub attention: Watch,
    /// Cross-attention weights of each layer, in the same shape.
    pub memory_attention: Watch,
    /// Hidden states: for an LSTM each layer's activated gates, cell state and hidden state; for a
    /// Transformer the residual stream before the first layer and after each layer.
    pub states: Watch,
}

/// Tensors in the order in which the layers produce them.
#[derive(Default)]
pub struct Watch(RefCell<Vec<Tensor>>);

impl Watch {
    /// Appends a tensor.
    pub fn push(&self, tensor: Tensor) {
        self.0.borrow_mut().push(tensor);
    }

    /// Removes and returns all tensors.
    pub fn take(&self) -> Vec<Tensor> {
        self.0.take()
    }
}
