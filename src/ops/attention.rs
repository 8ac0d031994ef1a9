//! Scaled dot-product attention (Vaswani et al. 2017) as one op.

use super::dropout::keep_factors;
use crate::cpu::attention::{Attention, attention, attention_backward};
use crate::tensor::{Tensor, record};

/// Which keys a query may look at.
#[derive(Clone, Debug, Default)]
pub struct AttentionMask {
    /// Query `i` sees keys up to `i + offset` only; the offset is the number of cached positions.
    pub causal_offset: Option<usize>,
    /// For each of the `B` sequences the number of keys that are not padding.
    pub key_lengths: Option<Vec<usize>>,
    /// Weights are dropped with this probability, by this seed, and the others divided by what is left.
    pub dropout: Option<(f32, u64)>,
}

impl Tensor {
    /// `softmax(query keyᵀ / √D + mask) value`: query `(B, N, T, D)`, key `(B, N, S, D)`, value
    /// `(B, N, S, E)` with `N` heads. Gives the context `(B, N, T, E)` and the weights `(B, N, T, S)`.
    ///
    /// The weights are for looking at: they carry no gradient of their own, and are those before dropout.
    #[track_caller]
    pub fn attention(&self, key: &Self, value: &Self, mask: &AttentionMask) -> (Self, Self) {
        let &[batch, heads, t, d] = self.shape() else { panic!("attention: query {:?}", self.shape()) };
        let (s, dv) = (key.dim(2), value.dim(3));
        assert!(
            key.shape() == [batch, heads, s, d] && value.shape() == [batch, heads, s, dv],
            "attention: query {:?}, key {:?}, value {:?}",
            self.shape(),
            key.shape(),
            value.shape()
        );
        let lengths: Option<Vec<usize>> = mask.key_lengths.as_ref().map(|lengths| {
            assert_eq!(lengths.len(), batch, "attention: one key length for each sequence");
            lengths.iter().flat_map(|&length| std::iter::repeat_n(length, heads)).collect()
        });
        let scale = 1.0 / (d as f32).sqrt();
        let causal_offset = mask.causal_offset;
        let batch_heads = batch * heads;
        let spec =
            Attention { batch_heads, t, s, d, dv, scale, causal_offset, key_lengths: None, keep: None };
        let mut weights = vec![0.0; batch_heads * t * s];
        let mut context = vec![0.0; batch_heads * t * dv];
        let keep: Option<Vec<f32>> = mask.dropout.map(|(p, seed)| keep_factors(p, seed, weights.len()));
        let masked = Attention { key_lengths: lengths.as_deref(), keep: keep.as_deref(), ..spec };
        attention(self.data(), key.data(), value.data(), masked, &mut weights, &mut context);
        let weights = Self::from_vec(weights, &[batch, heads, t, s]);
        let context = Self::from_vec(context, &[batch, heads, t, dv]);
        let (q, k, v, probs) = (self.detach(), key.detach(), value.detach(), weights.clone());
        let [context] = record(&[self, key, value], [context], move |upstream| {
            let [mut dq, mut dk, mut dv] = [&q, &k, &v].map(|x| vec![0.0; x.numel()]);
            let spec = Attention { key_lengths: lengths.as_deref(), keep: keep.as_deref(), ..spec };
            let dout = upstream.grad().data();
            let (dq_out, dk_out, dv_out) = (&mut dq, &mut dk, &mut dv);
            attention_backward(
                q.data(),
                k.data(),
                v.data(),
                probs.data(),
                dout,
                spec,
                dq_out,
                dk_out,
                dv_out,
            );
            let grads = [(dq, &q), (dk, &k), (dv, &v)];
            grads.into_iter().map(|(grad, like)| Some(Self::from_vec(grad, like.shape()))).collect()
        });
        (context, weights)
    }
}
