use super::{Linear, Module, Source};
use crate::error::Result;
use crate::tensor::Tensor;

/// The slope used by PyTorch's GAN examples.
const SLOPE: f32 = 0.2;

/// Linear layers with leaky ReLUs between them: `torch.nn.Sequential(Linear, LeakyReLU(0.2), …, Linear)`.
///
/// ```
/// use liedwerk::{Tensor, nn::Mlp};
///
/// let net = Mlp::new(&[2, 16, 1], &mut |_, shape| Ok(Tensor::zeros(shape)))?;
/// assert_eq!(net.forward(&Tensor::zeros(&[5, 2])).shape(), [5, 1]);
/// # Ok::<(), liedwerk::Error>(())
/// ```
#[derive(Clone)]
pub struct Mlp {
    layers: Vec<Linear>,
}

impl Mlp {
    /// Takes `{2k}.weight` and `{2k}.bias` for each layer k; `widths` are the input width and each layer's
    /// output width.
    pub fn new(widths: &[usize], source: &mut Source<'_>) -> Result<Self> {
        let layer = |(index, pair): (usize, &[usize])| {
            Linear::new(&(2 * index).to_string(), pair[0], pair[1], source)
        };
        Ok(Self { layers: widths.windows(2).enumerate().map(layer).collect::<Result<_>>()? })
    }

    /// `(…, first width) -> (…, last width)`
    #[track_caller]
    pub fn forward(&self, x: &Tensor) -> Tensor {
        let (last, hidden) = self.layers.split_last().expect("an MLP has a layer");
        last.forward(&hidden.iter().fold(x.clone(), |x, layer| layer.forward(&x).leaky_relu(SLOPE)))
    }
}

impl Module for Mlp {
    fn visit(&mut self, f: &mut dyn FnMut(String, &mut Tensor)) {
        for (index, layer) in self.layers.iter_mut().enumerate() {
            layer.visit(&(2 * index).to_string(), f);
        }
    }
}
