use super::Source;
use crate::error::Result;
use crate::ops::Conv2dOptions;
use crate::tensor::Tensor;

/// A 2-D convolution, `torch.nn.Conv2d`.
///
/// ```
/// use liedwerk::{Tensor, nn::Conv2d, ops::Conv2dOptions};
///
/// let options = Conv2dOptions { stride: 2, padding: 1, groups: 1 };
/// let layer = Conv2d::new("conv", [3, 8], 3, options, &mut |_, shape| Ok(Tensor::zeros(shape)))?;
/// assert_eq!(layer.forward(&Tensor::zeros(&[1, 3, 32, 32])).shape(), [1, 8, 16, 16]);
/// # Ok::<(), liedwerk::Error>(())
/// ```
#[derive(Clone)]
pub struct Conv2d {
    /// `(O, C / groups, kernel, kernel)`
    pub weight: Tensor,
    /// `(O)`
    pub bias: Tensor,
    options: Conv2dOptions,
}

impl Conv2d {
    /// Takes `{name}.weight (outputs, channels / groups, kernel, kernel)` and `{name}.bias (outputs)`.
    pub fn new(
        name: &str,
        [channels, outputs]: [usize; 2],
        kernel: usize,
        options: Conv2dOptions,
        source: &mut Source<'_>,
    ) -> Result<Self> {
        let weight =
            source(&format!("{name}.weight"), &[outputs, channels / options.groups, kernel, kernel])?;
        let bias = source(&format!("{name}.bias"), &[outputs])?;
        Ok(Self { weight, bias, options })
    }

    /// `(N, C, H, W) -> (N, O, H', W')`
    #[track_caller]
    pub fn forward(&self, x: &Tensor) -> Tensor {
        x.conv2d(&self.weight, Some(&self.bias), self.options)
    }

    /// Calls `f` with both parameters.
    pub fn visit(&mut self, name: &str, f: &mut dyn FnMut(String, &mut Tensor)) {
        f(format!("{name}.weight"), &mut self.weight);
        f(format!("{name}.bias"), &mut self.bias);
    }
}
