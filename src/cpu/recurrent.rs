//! Shared by LSTM and GRU: sizes of a sequence, its matrix products, and the weights of a layer.

use super::matmul::Matmul;

/// Sizes of a sequence for LSTM and GRU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sequence {
    /// `T`: number of steps.
    pub steps: usize,
    /// `B`: batch size.
    pub batch: usize,
    /// `I`: number of input features.
    pub inputs: usize,
    /// `H`: units of the layer.
    pub hidden: usize,
}

impl Sequence {
    /// Product of all inputs of all steps with the weights of `gates` gates: `(T B, I)` to `(T B, gates H)`.
    pub(crate) fn project(self, gates: usize, accumulate: bool) -> Matmul {
        let Self { steps, batch, inputs, hidden } = self;
        Matmul { m: steps * batch, k: inputs, n: gates * hidden, trans_a: false, trans_b: true, accumulate }
    }

    /// Product of one step's state with the recurrent weights: `(B, H)` to `(B, gates H)`.
    pub(crate) fn recur(self, gates: usize) -> Matmul {
        Matmul { m: self.batch, k: self.hidden, ..self.project(gates, true) }
    }

    /// Product of the gradients of `rows` rows of gates with weights `(gates H, cols)`, for the backward
    /// pass.
    pub(crate) fn back(self, gates: usize, rows: usize, cols: usize, accumulate: bool) -> Matmul {
        Matmul { m: rows, k: gates * self.hidden, n: cols, trans_a: false, trans_b: false, accumulate }
    }

    /// Product that yields the gradient of weights `(gates H, cols)` over all steps at once:
    /// `dgatesᵀ · inputs`.
    pub(crate) fn weight(self, gates: usize, cols: usize, accumulate: bool) -> Matmul {
        Matmul {
            m: gates * self.hidden,
            k: self.steps * self.batch,
            n: cols,
            trans_a: true,
            trans_b: false,
            accumulate,
        }
    }
}

/// Parameters of a layer with some number of gates. `V` is a slice or a view of GPU memory, `M` a matrix.
#[derive(Clone, Copy)]
pub struct Weights<V, M = V> {
    /// `(gates H, I)`
    pub weight_ih: M,
    /// `(gates H, H)`
    pub weight_hh: M,
    /// `(gates H)`
    pub bias_ih: V,
    /// `(gates H)`
    pub bias_hh: V,
}
