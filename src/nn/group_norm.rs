use super::Source;
use crate::error::Result;
use crate::tensor::Tensor;

/// PyTorch's default.
const EPS: f32 = 1e-5;

/// Normalisation over groups of image channels, `torch.nn.GroupNorm`.
///
/// ```
/// use liedwerk::{Tensor, nn::GroupNorm};
///
/// let norm = GroupNorm::new("norm", 2, 4, &mut |_, shape| Ok(Tensor::full(shape, 1.0)))?;
/// assert_eq!(norm.forward(&Tensor::full(&[1, 4, 8, 8], 7.0)).data()[0], 1.0); // equal numbers leave the bias
/// # Ok::<(), liedwerk::Error>(())
/// ```
#[derive(Clone)]
pub struct GroupNorm {
    /// `(C)`
    pub weight: Tensor,
    /// `(C)`
    pub bias: Tensor,
    groups: usize,
}

impl GroupNorm {
    /// Takes `{name}.weight` and `{name}.bias`, both `(channels)`.
    pub fn new(name: &str, groups: usize, channels: usize, source: &mut Source<'_>) -> Result<Self> {
        let weight = source(&format!("{name}.weight"), &[channels])?;
        let bias = source(&format!("{name}.bias"), &[channels])?;
        Ok(Self { weight, bias, groups })
    }

    /// `(N, C, H, W) -> (N, C, H, W)`
    #[track_caller]
    pub fn forward(&self, x: &Tensor) -> Tensor {
        x.group_norm(self.groups, &self.weight, &self.bias, EPS)
    }

    /// Calls `f` with both parameters.
    pub fn visit(&mut self, name: &str, f: &mut dyn FnMut(String, &mut Tensor)) {
        f(format!("{name}.weight"), &mut self.weight);
        f(format!("{name}.bias"), &mut self.bias);
    }
}
