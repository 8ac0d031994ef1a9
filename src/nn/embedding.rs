use super::Source;
use crate::error::Result;
use crate::tensor::Tensor;

/// An embedding table, `torch.nn.Embedding`.
///
/// ```
/// use liedwerk::{Tensor, nn::Embedding};
///
/// let numbers = Tensor::from_vec(vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0], &[3, 2]);
/// let table = Embedding::new("wte", 3, 2, &mut |_, _| Ok(numbers.clone()))?;
/// assert_eq!(table.forward(&[2, 0], &[2]).to_vec(), [4.0, 5.0, 0.0, 1.0]);
/// # Ok::<(), liedwerk::Error>(())
/// ```
#[derive(Clone)]
pub struct Embedding {
    /// `(V, C)`
    pub weight: Tensor,
}

impl Embedding {
    /// Takes `{name}.weight` of shape `(vocab_size, channels)`.
    pub fn new(name: &str, vocab_size: usize, channels: usize, source: &mut Source<'_>) -> Result<Self> {
        Ok(Self { weight: source(&format!("{name}.weight"), &[vocab_size, channels])? })
    }

    /// Looks up the vectors of `ids`, `(…shape, C)`.
    #[track_caller]
    pub fn forward(&self, ids: &[u32], shape: &[usize]) -> Tensor {
        self.weight.embedding(ids, shape)
    }

    pub(crate) fn visit(&mut self, name: &str, f: &mut dyn FnMut(String, &mut Tensor)) {
        f(format!("{name}.weight"), &mut self.weight);
    }
}
