use super::{Dropout, KvTensors, Linear, Source};
use crate::cpu::attend::attend;
use crate::error::Result;
use crate::ops::{AttentionMask, Reach};
use crate::tensor::Tensor;

/// Scaled dot-product attention with several heads, `torch.nn.MultiheadAttention` (Vaswani et al. 2017).
#[derive(Clone)]
pub struct MultiheadAttention {
    /// `(3C, C)`: the projections of queries, keys and values below each other.
    in_proj_weight: Tensor,
    /// `(3C)`
    in_proj_bias: Tensor,
    out_proj: Linear,
    heads: usize,
}

/// Who wants to see attention while decoding: is told, for each row, the weights of all heads `(N, S)`.
pub type Watch<'a> = Option<&'a mut dyn FnMut(usize, &[f32])>;

/// Keys and values of the positions read so far, as decoding looks them up: each `(S, C)`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KvCache {
    /// `(S, C)`
    pub keys: Vec<f32>,
    /// `(S, C)`
    pub values: Vec<f32>,
}

impl KvCache {
    /// Adds a position: its key and its value in a row.
    fn push(&mut self, both: &[f32]) {
        let (key, value) = both.split_at(both.len() / 2);
        self.keys.extend_from_slice(key);
        self.values.extend_from_slice(value);
    }
}

impl MultiheadAttention {
    /// Takes `{name}.in_proj_weight (3C, C)`, `{name}.in_proj_bias (3C)` and `{name}.out_proj.*`.
    ///
    /// `channels` is a multiple of `heads`.
    pub fn new(name: &str, channels: usize, heads: usize, source: &mut Source<'_>) -> Result<Self> {
        Ok(Self {
            in_proj_weight: source(&format!("{name}.in_proj_weight"), &[3 * channels, channels])?,
            in_proj_bias: source(&format!("{name}.in_proj_bias"), &[3 * channels])?,
            out_proj: Linear::new(&format!("{name}.out_proj"), channels, channels, source)?,
            heads,
        })
    }

    /// `x (B, T, C)` reads itself: `(B, T, C)`.
    pub fn self_attention(&self, x: &Tensor, mask: &AttentionMask, dropout: &Dropout) -> Tensor {
        let channels = x.dim(2);
        let all = x.linear(&self.in_proj_weight, Some(&self.in_proj_bias)); // (B, T, 3C)
        let [query, key, value] = [0, 1, 2].map(|part| all.narrow(2, part * channels, channels));
        self.attention(&query, &key, &value, mask, dropout)
    }

    /// `x (B, T, C)` reads `memory (B, S, C)`: `(B, T, C)`.
    pub fn cross_attention(
        &self,
        x: &Tensor,
        memory: &Tensor,
        mask: &AttentionMask,
        dropout: &Dropout,
    ) -> Tensor {
        let channels = x.dim(2);
        let both = self.projected(memory, 1, 2);
        let [key, value] = [0, 1].map(|part| both.narrow(2, part * channels, channels));
        self.attention(&self.projected(x, 0, 1), &key, &value, mask, dropout)
    }

    /// `x (…, C)` by `parts` of queries, keys, values, beginning with `part`: `(…, parts C)`.
    fn projected(&self, x: &Tensor, part: usize, parts: usize) -> Tensor {
        let channels = self.in_proj_weight.dim(1);
        let weight = self.in_proj_weight.narrow(0, part * channels, parts * channels);
        let bias = self.in_proj_bias.narrow(0, part * channels, parts * channels);
        x.linear(&weight, Some(&bias))
    }

    fn attention(
        &self,
        query: &Tensor,
        key: &Tensor,
        value: &Tensor,
        mask: &AttentionMask,
        dropout: &Dropout,
    ) -> Tensor {
        let split = |x: &Tensor| {
            let &[batch, length, channels] = x.shape() else { panic!("attention: {:?}", x.shape()) };
            x.reshape(&[batch, length, self.heads, channels / self.heads]).transpose(1, 2) // (B, N, T, D)
        };
        let mask = AttentionMask { dropout: dropout.next(), ..mask.clone() };
        let context = split(query).attention(&split(key), &split(value), &mask);
        self.out_proj.forward(&context.transpose(1, 2).reshape(query.shape()))
    }

    /// For decoding on any device: the next tokens `x (R, T, C)` of R texts that hold `before` positions join
    /// `cache` and read all before them. Several tokens at once only at the beginning of a text.
    pub fn extend_tensors(&self, x: &Tensor, cache: &mut KvTensors, before: usize) -> Tensor {
        let &[rows, steps, channels] = x.shape() else { panic!("extend_tensors: {:?}", x.shape()) };
        let all = x.linear(&self.in_proj_weight, Some(&self.in_proj_bias)); // (R, T, 3C)
        if steps == 1 {
            let context = cache.extend(&all.reshape(&[rows, 3 * channels]), before, self.heads);
            return self.out_proj.forward(&context).reshape(x.shape());
        }
        assert_eq!(before, 0, "extend_tensors: several tokens within a text");
        cache.write(&all, before);
        let [query, key, value] = [0, 1, 2].map(|part| all.narrow(2, part * channels, channels));
        let causal = AttentionMask { causal_offset: Some(0), ..AttentionMask::default() };
        self.attention(&query, &key, &value, &causal, &Dropout::new(0.0, None))
    }

    /// For decoding on any device: keys and values of whole memories `(B, S, C)`, to be read by
    /// [`Self::read_tensors`].
    pub fn cache_tensors(&self, memory: &Tensor) -> KvTensors {
        KvTensors::of(&self.projected(memory, 1, 2))
    }

    /// For decoding on any device: `x (R, C)` reads a cache; to who is `watching` also the mean of the heads'
    /// weights `(R, S)`.
    pub fn read_tensors(
        &self,
        x: &Tensor,
        cache: &KvTensors,
        reach: Reach<'_>,
        watching: bool,
    ) -> (Tensor, Option<Tensor>) {
        let (context, weights) = cache.read(&self.projected(x, 0, 1), reach, self.heads, watching);
        (self.out_proj.forward(&context), weights)
    }

    /// Projects rows `x (R, C)` with the parts `from .. from + count` of queries, keys, values: `(R, count C)`.
    fn project(&self, x: &[f32], from: usize, count: usize) -> Vec<f32> {
        let channels = self.in_proj_weight.dim(1);
        let part = from * channels..(from + count) * channels;
        let mut y = self.in_proj_bias.data()[part.clone()].repeat(x.len() / channels);
        self.in_proj_weight.matvec_rows(part, x, &mut y, true);
        y
    }

    /// For decoding: keys and values of a whole `memory (S, C)`, to be read by [`Self::read_rows`].
    pub fn cache(&self, memory: &[f32]) -> KvCache {
        KvCache { keys: self.project(memory, 1, 1), values: self.project(memory, 2, 1) }
    }

    /// For decoding: all rows of one text `x (S, C)` read each other.
    pub fn apply(&self, x: &[f32], mut watch: Watch<'_>) -> Vec<f32> {
        let channels = self.in_proj_weight.dim(1);
        let all = self.project(x, 0, 3);
        let mut cache = KvCache::default();
        all.chunks_exact(3 * channels).for_each(|row| cache.push(&row[channels..]));
        let mut context = vec![0.0; x.len()];
        let mut weights = Vec::new();
        let rows = all.chunks_exact(3 * channels).zip(context.chunks_exact_mut(channels));
        for (index, (row, context)) in rows.enumerate() {
            self.attend(&row[..channels], &cache, &mut weights, context);
            if let Some(watch) = &mut watch {
                watch(index, &weights);
            }
        }
        self.out_proj.apply(&context)
    }

    /// For decoding: each row of `x (R, C)` is the newest token of its own text; its key and value join
    /// the text's cache, and it reads all of that.
    pub fn extend_rows<'a>(
        &self,
        x: &[f32],
        caches: impl Iterator<Item = &'a mut KvCache>,
        watch: Watch<'_>,
    ) -> Vec<f32> {
        self.extend_chosen(x, &mut caches.collect::<Vec<_>>(), |row| row, watch)
    }

    /// For decoding: `x (S, C)` are the next tokens of one text, as by one [`Self::extend_rows`] for each: in
    /// portable arithmetic to the bit.
    pub fn extend(&self, x: &[f32], cache: &mut KvCache, watch: Watch<'_>) -> Vec<f32> {
        self.extend_chosen(x, &mut [cache], |_| 0, watch)
    }

    /// One row after the other joins and reads the cache of number `cache_of(row)`.
    fn extend_chosen(
        &self,
        x: &[f32],
        caches: &mut [&mut KvCache],
        cache_of: impl Fn(usize) -> usize,
        mut watch: Watch<'_>,
    ) -> Vec<f32> {
        let channels = self.in_proj_weight.dim(1);
        let all = self.project(x, 0, 3);
        let mut context = vec![0.0; x.len()];
        let mut weights = Vec::new();
        let rows = all.chunks_exact(3 * channels).zip(context.chunks_exact_mut(channels));
        for (index, (row, context)) in rows.enumerate() {
            let cache = &mut *caches[cache_of(index)];
            cache.push(&row[channels..]);
            self.attend(&row[..channels], cache, &mut weights, context);
            if let Some(watch) = &mut watch {
                watch(index, &weights);
            }
        }
        self.out_proj.apply(&context)
    }

    /// For decoding: each row of `x (R, C)` reads its own cache.
    pub fn read_rows<'a>(
        &self,
        x: &[f32],
        caches: impl Iterator<Item = &'a KvCache>,
        mut watch: Watch<'_>,
    ) -> Vec<f32> {
        let channels = self.in_proj_weight.dim(1);
        let queries = self.project(x, 0, 1);
        let mut context = vec![0.0; x.len()];
        let mut by_head = Vec::new();
        let rows = queries.chunks_exact(channels).zip(context.chunks_exact_mut(channels));
        for (index, ((query, context), cache)) in rows.zip(caches).enumerate() {
            self.attend(query, cache, &mut by_head, context);
            if let Some(watch) = &mut watch {
                watch(index, &by_head);
            }
        }
        self.out_proj.apply(&context)
    }

    fn attend(&self, query: &[f32], cache: &KvCache, weights: &mut Vec<f32>, context: &mut [f32]) {
        weights.resize(self.heads * cache.keys.len() / query.len(), 0.0);
        attend(query, &cache.keys, &cache.values, self.heads, weights, context);
    }

    pub(crate) fn visit(&mut self, name: &str, f: &mut dyn FnMut(String, &mut Tensor)) {
        f(format!("{name}.in_proj_weight"), &mut self.in_proj_weight);
        f(format!("{name}.in_proj_bias"), &mut self.in_proj_bias);
        self.out_proj.visit(&format!("{name}.out_proj"), f);
    }
}
