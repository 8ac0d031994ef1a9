use super::{Activation, Dropout, Linear, Source};
use crate::error::Result;
use crate::tensor::Tensor;

/// Two linear layers with an activation between them, the feed-forward block of a Transformer layer.
///
/// ```
/// use liedwerk::{Tensor, nn::{Activation, Dropout, FeedForward}};
///
/// let block = FeedForward::new("layer", 4, 16, Activation::Relu, &mut |_, shape| Ok(Tensor::zeros(shape)))?;
/// assert_eq!(block.forward(&Tensor::full(&[2, 4], 1.0), &Dropout::none()).shape(), [2, 4]);
/// # Ok::<(), liedwerk::Error>(())
/// ```
#[derive(Clone)]
pub struct FeedForward {
    linear1: Linear,
    activation: Activation,
    linear2: Linear,
}

impl FeedForward {
    /// Takes `{name}.linear1.*`, from `channels` to `inner`, and `{name}.linear2.*`, back to `channels`.
    pub fn new(
        name: &str,
        channels: usize,
        inner: usize,
        activation: Activation,
        source: &mut Source<'_>,
    ) -> Result<Self> {
        Ok(Self {
            linear1: Linear::new(&format!("{name}.linear1"), channels, inner, source)?,
            activation,
            linear2: Linear::new(&format!("{name}.linear2"), inner, channels, source)?,
        })
    }

    /// `(…, C) -> (…, C)`; `dropout` applies to the hidden units.
    pub fn forward(&self, x: &Tensor, dropout: &Dropout) -> Tensor {
        self.linear2.forward(&dropout.apply(&self.activation.forward(&self.linear1.forward(x))))
    }

    pub(crate) fn visit(&mut self, name: &str, f: &mut dyn FnMut(String, &mut Tensor)) {
        self.linear1.visit(&format!("{name}.linear1"), f);
        self.linear2.visit(&format!("{name}.linear2"), f);
    }
}
