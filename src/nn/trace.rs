use crate::tensor::Tensor;
use std::cell::RefCell;

/// What a model's layers do to the rows that they read, written down for who wants to look inside: tensors
/// `(R, …)` on the model's device, layer after layer.
#[derive(Default)]
pub struct Trace {
    /// The weights of each layer's self-attention, `(R, N, S)`.
    pub attention: Watch,
    /// The same of attention to a source.
    pub memory_attention: Watch,
    /// States: of an LSTM each layer's activated gates, cell and hidden state; of a Transformer the residual
    /// stream before the first layer and after each.
    pub states: Watch,
}

/// Tensors in the order in which layers give them.
#[derive(Default)]
pub struct Watch(RefCell<Vec<Tensor>>);

impl Watch {
    /// One more.
    pub fn push(&self, tensor: Tensor) {
        self.0.borrow_mut().push(tensor);
    }

    /// All of them.
    pub fn take(&self) -> Vec<Tensor> {
        self.0.take()
    }
}
