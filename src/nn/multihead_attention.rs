use super::{Dropout, KvCache, Linear, Source, Watch};
use crate::error::Result;
use crate::ops::{AttentionMask, Reach};
use crate::tensor::Tensor;

/// Multi-head scaled dot-product attention, `torch.nn.MultiheadAttention` (Vaswani et al. 2017).
///
/// ```
/// use liedwerk::Tensor;
/// use liedwerk::nn::{Dropout, MultiheadAttention, Reading, Whole};
/// use liedwerk::ops::AttentionMask;
///
/// let attention = MultiheadAttention::new("attn", 8, 2, &mut |_, shape| Ok(Tensor::full(shape, 0.1)))?;
/// let causal = AttentionMask { causal_offset: Some(0), ..AttentionMask::default() };
/// let whole = Whole { mask: &causal, dropout: &Dropout::none(), watch: None };
/// assert_eq!(attention.forward(&Tensor::zeros(&[1, 5, 8]), Reading::Themselves(whole)).shape(), [1, 5, 8]);
/// # Ok::<(), liedwerk::Error>(())
/// ```
#[derive(Clone)]
pub struct MultiheadAttention {
    /// `(3C, C)`: the projections of queries, keys and values, stacked.
    in_proj_weight: Tensor,
    /// `(3C)`
    in_proj_bias: Tensor,
    out_proj: Linear,
    heads: usize,
}

/// Settings for attention over whole sequences.
#[derive(Clone, Copy)]
pub struct Whole<'a> {
    /// Which positions each position may attend to.
    pub mask: &'a AttentionMask,
    /// Dropout on the attention weights.
    pub dropout: &'a Dropout,
    /// Receives the weights `(B T, N, S)`, if given.
    pub watch: Option<&'a Watch>,
}

/// What an attention reads.
pub enum Reading<'a> {
    /// Self-attention over sequences `(B, T, C)`.
    Themselves(Whole<'a>),
    /// Cross-attention of sequences `(B, T, C)` to this memory `(B, S, C)`.
    Memory(&'a Tensor, Whole<'a>),
    /// Self-attention of texts in progress: rows `(R, C)` are appended to a cache, see [`KvCache::extend`].
    GoingOn(&'a mut KvCache, Reach<'a>, Option<&'a Watch>),
    /// Cross-attention of rows `(R, C)` to a memory with cached keys and values, see [`KvCache::read`].
    Cached(&'a KvCache, Reach<'a>, Option<&'a Watch>),
}

impl MultiheadAttention {
    /// Takes `{name}.in_proj_weight (3C, C)`, `{name}.in_proj_bias (3C)` and `{name}.out_proj.*`.
    ///
    /// `channels` must be a multiple of `heads`.
    pub fn new(name: &str, channels: usize, heads: usize, source: &mut Source<'_>) -> Result<Self> {
        Ok(Self {
            in_proj_weight: source(&format!("{name}.in_proj_weight"), &[3 * channels, channels])?,
            in_proj_bias: source(&format!("{name}.in_proj_bias"), &[3 * channels])?,
            out_proj: Linear::new(&format!("{name}.out_proj"), channels, channels, source)?,
            heads,
        })
    }

    /// `(…, C) -> (…, C)`: the attention output for each position of `x`.
    pub fn forward(&self, x: &Tensor, reading: Reading<'_>) -> Tensor {
        let part = |all: &Tensor, part: usize| all.narrow(2, part * x.cols(), x.cols());
        let context = match reading {
            Reading::Themselves(whole) => {
                let all = self.projected(x, 0, 3); // (B, T, 3C)
                let [query, key, value] = [0, 1, 2].map(|index| part(&all, index));
                attend([&query, &key, &value], self.heads, whole)
            }
            Reading::Memory(memory, whole) => {
                let both = self.projected(memory, 1, 2); // (B, S, 2C)
                let [key, value] = [0, 1].map(|index| part(&both, index));
                attend([&self.projected(x, 0, 1), &key, &value], self.heads, whole)
            }
            Reading::GoingOn(cache, reach, watch) => {
                cache.extend(&self.projected(x, 0, 3), reach, self.heads, watch)
            }
            Reading::Cached(cache, reach, watch) => {
                cache.read(&self.projected(x, 0, 1), reach, self.heads, watch)
            }
        };
        self.out_proj.forward(&context)
    }

    /// Keys and values of a memory `(S, C)`, concatenated per row to `(S, 2C)`, for [`KvCache::write`].
    pub fn keys_and_values(&self, memory: &Tensor) -> Tensor {
        self.projected(memory, 1, 2)
    }

    /// Applies `parts` of the stacked query, key and value projections, starting with number `part`:
    /// `(…, parts C)`.
    fn projected(&self, x: &Tensor, part: usize, parts: usize) -> Tensor {
        if parts == 3 {
            return x.linear(&self.in_proj_weight, Some(&self.in_proj_bias));
        }
        let channels = self.in_proj_weight.dim(1);
        let weight = self.in_proj_weight.narrow(0, part * channels, parts * channels);
        let bias = self.in_proj_bias.narrow(0, part * channels, parts * channels);
        x.linear(&weight, Some(&bias))
    }

    pub(crate) fn visit(&mut self, name: &str, f: &mut dyn FnMut(String, &mut Tensor)) {
        f(format!("{name}.in_proj_weight"), &mut self.in_proj_weight);
        f(format!("{name}.in_proj_bias"), &mut self.in_proj_bias);
        self.out_proj.visit(&format!("{name}.out_proj"), f);
    }
}

/// Attends with queries `(B, T, C)` to keys and values `(B, S, C)` in `heads` heads; returns `(B, T, C)`.
pub(super) fn attend([query, key, value]: [&Tensor; 3], heads: usize, whole: Whole<'_>) -> Tensor {
    let split = |x: &Tensor| {
        let &[batch, length, channels] = x.shape() else { panic!("attention: {:?}", x.shape()) };
        x.reshape(&[batch, length, heads, channels / heads]).transpose(1, 2) // (B, N, T, D)
    };
    let Whole { mask, dropout, watch } = whole;
    let mask = AttentionMask { dropout: dropout.next(), ..mask.clone() };
    let (queries, keys) = (split(query), split(key));
    if let Some(watch) = watch {
        let &[batch, length, _] = query.shape() else { unreachable!("split has seen it") };
        let weights = queries.attention_weights(&keys, &mask).transpose(1, 2); // (B, T, N, S)
        watch.push(weights.reshape(&[batch * length, heads, key.dim(1)]));
    }
    let context = queries.attention(&keys, &split(value), &mask);
    context.transpose(1, 2).reshape(query.shape())
}
