use super::Source;
use crate::error::Result;
use crate::tensor::Tensor;

/// An embedding table, `torch.nn.Embedding`.
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
