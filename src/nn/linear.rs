use super::Source;
use crate::error::Result;
use crate::tensor::Tensor;

/// `y = x Wᵀ + b`, `torch.nn.Linear`.
///
/// ```
/// use liedwerk::{Tensor, nn::Linear};
///
/// let layer = Linear::new("head", 3, 2, &mut |_, shape| Ok(Tensor::full(shape, 0.1)))?;
/// assert_eq!(layer.forward(&Tensor::zeros(&[4, 3])).to_vec(), [0.1; 8]); // the bias
/// # Ok::<(), liedwerk::Error>(())
/// ```
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

    pub(crate) fn visit(&mut self, name: &str, f: &mut dyn FnMut(String, &mut Tensor)) {
        f(format!("{name}.weight"), &mut self.weight);
        f(format!("{name}.bias"), &mut self.bias);
    }
}
