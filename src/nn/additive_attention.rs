use super::{Linear, Source};
use crate::cpu::attend::attend_additive;
use crate::error::Result;
use crate::tensor::Tensor;

/// Additive attention, `v · tanh(W query + U key + b)` (Bahdanau et al. 2015).
#[derive(Clone)]
pub struct AdditiveAttention {
    /// `W (A, H)`
    pub query: Tensor,
    /// `U (A, K)` and `b (A)`
    pub key: Linear,
    /// `v (1, A)`
    pub score: Tensor,
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

    /// The queries `(B, H)` read the values `(B, S, K)`, whose `keys (B, S, A)` are `self.key` of them, and
    /// get a weighted mean of the values `(B, K)`. `mask (B, S)` is 0 at tokens and -infinity at padding.
    pub fn forward(&self, query: &Tensor, keys: &Tensor, values: &Tensor, mask: &Tensor) -> Tensor {
        self.context(&self.weights(query, keys, mask), values)
    }

    /// How much each query `(B, H)` looks at each position: `(B, S)`, see [`Self::forward`].
    pub fn weights(&self, query: &Tensor, keys: &Tensor, mask: &Tensor) -> Tensor {
        let &[batch, positions, size] = keys.shape() else { panic!("keys: {:?}", keys.shape()) };
        let query = query.linear(&self.query, None).reshape(&[batch, 1, size]);
        let scores = query.add(keys).tanh().linear(&self.score, None); // (B, S, 1)
        scores.reshape(&[batch, positions]).add(mask).softmax()
    }

    /// The means of the values `(B, S, K)` by these weights `(B, S)`: `(B, K)`.
    pub fn context(&self, weights: &Tensor, values: &Tensor) -> Tensor {
        let &[batch, positions, size] = values.shape() else { panic!("values: {:?}", values.shape()) };
        weights.reshape(&[batch, 1, positions]).matmul(values).reshape(&[batch, size])
    }

    /// For decoding, on slices: the queries `(R, H)` projected to `(R, A)`.
    pub fn project(&self, queries: &[f32]) -> Vec<f32> {
        let (size, query_size) = (self.query.dim(0), self.query.dim(1));
        let mut projected = vec![0.0; queries.len() / query_size * size];
        self.query.matvec_rows(0..size, queries, &mut projected, false);
        projected
    }

    /// One projected query `(A)` reads `values (S, K)` by `keys (S, A)`: `weights (S)`, `context (K)`.
    pub fn attend(
        &self,
        query: &[f32],
        keys: &[f32],
        values: &[f32],
        weights: &mut [f32],
        context: &mut [f32],
    ) {
        attend_additive(query, keys, self.score.data(), values, weights, context);
    }

    pub(crate) fn visit(&mut self, name: &str, f: &mut dyn FnMut(String, &mut Tensor)) {
        f(format!("{name}.query.weight"), &mut self.query);
        self.key.visit(&format!("{name}.key"), f);
        f(format!("{name}.score.weight"), &mut self.score);
    }
}
