use super::Source;
use crate::cpu::matmul::matvec;
use crate::error::Result;
use crate::tensor::Tensor;

/// `y = x Wᵀ + b`, `torch.nn.Linear`.
#[derive(Clone)]
pub struct Linear {
    /// `(O, I)`
    pub weight: Tensor,
    /// `(O)`
    pub bias: Tensor,
}

impl Linear {
    /// Takes `{name}.weight (outputs, inputs)` and `{name}.bias (outputs)`.
    pub fn new(name: &str, inputs: usize, outputs: usize, source: &mut Source<'_>) -> Result<Self> {
        let weight = source(&format!("{name}.weight"), &[outputs, inputs])?;
        let bias = source(&format!("{name}.bias"), &[outputs])?;
        Ok(Self { weight, bias })
    }

    /// `(…, I) -> (…, O)`
    #[track_caller]
    pub fn forward(&self, x: &Tensor) -> Tensor {
        x.linear(&self.weight, Some(&self.bias))
    }

    /// One row `x (I)` into `y (O)`, without allocating once `y` has its size.
    pub fn apply(&self, x: &[f32], y: &mut Vec<f32>) {
        y.clear();
        y.extend_from_slice(self.bias.data());
        matvec(self.weight.data(), x, y, true);
    }

    pub(crate) fn visit(&mut self, name: &str, f: &mut dyn FnMut(String, &mut Tensor)) {
        f(format!("{name}.weight"), &mut self.weight);
        f(format!("{name}.bias"), &mut self.bias);
    }
}
