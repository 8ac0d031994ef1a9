use super::Source;
use crate::error::Result;
use crate::tensor::Tensor;

/// PyTorch's default.
const EPS: f32 = 1e-5;

/// Layer normalisation over the last dimension, `torch.nn.LayerNorm`.
///
/// ```
/// use liedwerk::{Tensor, nn::LayerNorm};
///
/// let value = |name: &str| if name == "ln.weight" { 1.0 } else { 0.0 };
/// let norm = LayerNorm::new("ln", 2, &mut |name, shape| Ok(Tensor::full(shape, value(name))))?;
/// let y = norm.forward(&Tensor::from_vec(vec![3.0, 5.0], &[1, 2]));
/// assert!((y.data()[0] + 1.0).abs() < 1e-4 && (y.data()[1] - 1.0).abs() < 1e-4);
/// # Ok::<(), liedwerk::Error>(())
/// ```
#[derive(Clone)]
pub struct LayerNorm {
    /// `(C)`
    pub weight: Tensor,
    /// `(C)`
    pub bias: Tensor,
    /// Added to the variance to avoid division by zero.
    eps: f32,
}

impl LayerNorm {
    /// Takes `{name}.weight` and `{name}.bias`, both `(channels)`.
    pub fn new(name: &str, channels: usize, source: &mut Source<'_>) -> Result<Self> {
        Self::with_eps(name, channels, EPS, source)
    }

    /// Like [`Self::new`], with a different `eps` than PyTorch's default.
    pub fn with_eps(name: &str, channels: usize, eps: f32, source: &mut Source<'_>) -> Result<Self> {
        let weight = source(&format!("{name}.weight"), &[channels])?;
        let bias = source(&format!("{name}.bias"), &[channels])?;
        Ok(Self { weight, bias, eps })
    }

    /// `(…, C) -> (…, C)`
    #[track_caller]
    pub fn forward(&self, x: &Tensor) -> Tensor {
        x.layer_norm(&self.weight, &self.bias, self.eps)
    }

    pub(crate) fn visit(&mut self, name: &str, f: &mut dyn FnMut(String, &mut Tensor)) {
        f(format!("{name}.weight"), &mut self.weight);
        f(format!("{name}.bias"), &mut self.bias);
    }
}
