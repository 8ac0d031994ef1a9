use super::{Linear, Source};
use crate::error::Result;
use crate::ops::Reach;
use crate::tensor::Tensor;

/// Additive attention, `v · tanh(W query + U key + b)` (Bahdanau et al. 2015).
///
/// ```
/// use liedwerk::{Tensor, nn::AdditiveAttention, ops::Reach};
///
/// // One decoder state of 4 numbers attends to a source of 6 positions with 3 features each.
/// let attention = AdditiveAttention::new("attention", 4, 3, 5, &mut |_, shape| Ok(Tensor::full(shape, 0.1)))?;
/// let memory = attention.memory(Tensor::zeros(&[1, 6, 3]));
/// let reach = Reach { texts: &[0], lengths: &[6] };
/// let (context, weights) = attention.forward(&Tensor::zeros(&[1, 4]), &memory, reach);
/// assert_eq!((context.shape(), weights.shape()), (&[1, 3][..], &[1, 6][..]));
/// # Ok::<(), liedwerk::Error>(())
/// ```
#[derive(Clone)]
pub struct AdditiveAttention {
    /// `W (A, H)`
    pub query: Tensor,
    /// `U (A, K)` and `b (A)`
    pub key: Linear,
    /// `v (1, A)`
    pub score: Tensor,
}

/// Keys and values of some texts, for an [`AdditiveAttention`] to read.
#[derive(Clone)]
pub struct Memory {
    /// `(texts, S, A)`
    pub keys: Tensor,
    /// `(texts, S, K)`
    pub values: Tensor,
}

/// Score of padding. It vanishes in the softmax, but is finite, since GPUs need not support infinities.
const MASKED: f32 = -1e30;

/// Additive mask `(R, S)`: 0 at tokens, [`MASKED`] at padding.
fn padding(lengths: &[usize], steps: usize) -> Tensor {
    let values =
        lengths.iter().flat_map(|&length| (0..steps).map(move |t| if t < length { 0.0 } else { MASKED }));
    Tensor::from_vec(values.collect(), &[lengths.len(), steps])
}

impl AdditiveAttention {
    /// Takes `{name}.query.weight (A, H)`, `{name}.key.weight (A, K)`, `{name}.key.bias (A)` and
    /// `{name}.score.weight (1, A)`.
    pub fn new(
        name: &str,
        query_size: usize,
        key_size: usize,
        attention_size: usize,
        source: &mut Source<'_>,
    ) -> Result<Self> {
        Ok(Self {
            query: source(&format!("{name}.query.weight"), &[attention_size, query_size])?,
            key: Linear::new(&format!("{name}.key"), key_size, attention_size, source)?,
            score: source(&format!("{name}.score.weight"), &[1, attention_size])?,
        })
    }

    /// Attends with queries `(R, H)` to the part of their texts that `reach` makes visible. Returns the
    /// contexts `(R, K)`, weighted means of the values, and the weights `(R, S)`.
    pub fn forward(&self, query: &Tensor, memory: &Memory, reach: Reach<'_>) -> (Tensor, Tensor) {
        if query.is_apart() {
            let query = query.linear(&self.query, None);
            return query.attend_additive(&memory.keys, &self.score, &memory.values, reach);
        }
        let [keys, values] = [&memory.keys, &memory.values].map(|x| x.select_rows(reach.texts));
        let weights = self.weights(query, &keys, &padding(reach.lengths, keys.dim(1)));
        (self.context(&weights, &values), weights)
    }

    /// Projects `values (B, S, K)` to keys and keeps both for [`forward`](Self::forward).
    pub fn memory(&self, values: Tensor) -> Memory {
        Memory { keys: self.key.forward(&values), values }
    }

    /// Attention weights `(B, S)` of each query `(B, H)`. `mask (B, S)` is 0 at tokens and [`MASKED`] at
    /// padding.
    fn weights(&self, query: &Tensor, keys: &Tensor, mask: &Tensor) -> Tensor {
        let &[batch, positions, size] = keys.shape() else { panic!("keys: {:?}", keys.shape()) };
        let query = query.linear(&self.query, None).reshape(&[batch, 1, size]);
        let scores = query.add(keys).tanh().linear(&self.score, None); // (B, S, 1)
        scores.reshape(&[batch, positions]).add(mask).softmax()
    }

    /// Contexts `(B, K)`: means of the values `(B, S, K)` with these weights `(B, S)`.
    fn context(&self, weights: &Tensor, values: &Tensor) -> Tensor {
        let &[batch, positions, size] = values.shape() else { panic!("values: {:?}", values.shape()) };
        weights.reshape(&[batch, 1, positions]).matmul(values).reshape(&[batch, size])
    }

    pub(crate) fn visit(&mut self, name: &str, f: &mut dyn FnMut(String, &mut Tensor)) {
        f(format!("{name}.query.weight"), &mut self.query);
        self.key.visit(&format!("{name}.key"), f);
        f(format!("{name}.score.weight"), &mut self.score);
    }
}
