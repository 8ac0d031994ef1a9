use super::Source;
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

    /// Rows `x (R, I)` into `y (R, O)`, for decoding: each as if it were alone.
    pub fn apply_into(&self, x: &[f32], y: &mut Vec<f32>) {
        let inputs = self.weight.dim(1);
        y.clear();
        (0..x.len() / inputs).for_each(|_| y.extend_from_slice(self.bias.data()));
        self.weight.matvec_rows(0..self.weight.dim(0), x, y, true);
    }

    /// [`Self::apply_into`] with a new `y`.
    pub fn apply(&self, x: &[f32]) -> Vec<f32> {
        let mut y = Vec::new();
        self.apply_into(x, &mut y);
        y
    }

    pub(crate) fn visit(&mut self, name: &str, f: &mut dyn FnMut(String, &mut Tensor)) {
        f(format!("{name}.weight"), &mut self.weight);
        f(format!("{name}.bias"), &mut self.bias);
    }
}
