//! Scaled dot-product attention (Vaswani et al. 2017) as one op.

use super::dropout::{check, keep_factors};
use crate::cpu::attend::attend;
use crate::cpu::attention::{Attention, attention, attention_backward};
use crate::gpu::{Gpu, View};
use crate::tensor::{Tensor, record};
use crate::wgsl::attention as wgsl;

/// Which keys a query may look at.
#[derive(Clone, Debug, Default)]
pub struct AttentionMask {
    /// Query `i` sees only keys up to `i + offset`; the offset is the number of cached positions.
    pub causal_offset: Option<usize>,
    /// Number of keys that are not padding, for each of the `B` sequences.
    pub key_lengths: Option<Vec<usize>>,
    /// Probability and seed of dropout on the weights; kept weights are divided by `1 - p`.
    pub dropout: Option<(f32, u64)>,
}

/// Sizes of an attention's operands: query `(B, N, T, D)`, key `(B, N, S, D)`, value `(B, N, S, E)`.
#[derive(Clone, Copy)]
struct Sizes {
    batch: usize,
    heads: usize,
    t: usize,
    s: usize,
    d: usize,
    dv: usize,
}

impl Sizes {
    #[track_caller]
    fn of(query: &Tensor, key: &Tensor, value: Option<&Tensor>, mask: &AttentionMask) -> Self {
        let &[batch, heads, t, d] = query.shape() else { panic!("attention: query {:?}", query.shape()) };
        let s = key.dim(2);
        let dv = value.map_or(1, |value| value.dim(3));
        assert!(
            key.shape() == [batch, heads, s, d]
                && value.is_none_or(|value| value.shape() == [batch, heads, s, dv]),
            "attention: query {:?}, key {:?}, value {:?}",
            query.shape(),
            key.shape(),
            value.map(Tensor::shape)
        );
        let one_each = mask.key_lengths.as_ref().is_none_or(|lengths| lengths.len() == batch);
        assert!(one_each, "attention: one key length for each sequence");
        Self { batch, heads, t, s, d, dv }
    }

    fn scale(&self) -> f32 {
        1.0 / (self.d as f32).sqrt()
    }

    fn on_cpu<'a>(
        &self,
        causal_offset: Option<usize>,
        key_lengths: Option<&'a [usize]>,
        keep: Option<&'a [f32]>,
    ) -> Attention<'a> {
        let Self { batch, heads, t, s, d, dv } = *self;
        let scale = self.scale();
        Attention { batch_heads: batch * heads, t, s, d, dv, scale, causal_offset, key_lengths, keep }
    }

    /// Key lengths and dropout factors repeated for each head, as the CPU kernel expects them.
    fn by_head(&self, mask: &AttentionMask) -> (Option<Vec<usize>>, Option<Vec<f32>>) {
        let Self { batch, heads, t, s, .. } = *self;
        let repeated = |lengths: &Vec<usize>| {
            lengths.iter().flat_map(|&length| std::iter::repeat_n(length, heads)).collect()
        };
        let keep = mask.dropout.map(|(p, seed)| keep_factors(p, seed, batch * heads * t * s));
        (mask.key_lengths.as_ref().map(repeated), keep)
    }

    fn on_gpu<'a>(&self, mask: &AttentionMask, key_lengths: Option<View<'a>>) -> wgsl::Attention<'a> {
        let Self { batch: sequences, heads, t, s, d, dv } = *self;
        let (scale, causal_offset, dropout) = (self.scale(), mask.causal_offset, mask.dropout);
        wgsl::Attention { sequences, heads, t, s, d, dv, scale, causal_offset, key_lengths, dropout }
    }

    /// Describes contiguous rows of a tensor to the kernel.
    fn packed<'a>(&self, view: View<'a>, rows: usize, width: usize) -> wgsl::Heads<'a> {
        wgsl::Heads::packed(view, self.heads, rows, width)
    }
}

/// Uploads the key lengths.
fn upload_lengths(gpu: &Gpu, mask: &AttentionMask) -> Option<crate::gpu::Buffer> {
    let lengths = mask.key_lengths.as_ref()?;
    Some(gpu.upload(&lengths.iter().map(|&length| length as u32).collect::<Vec<_>>()))
}

impl Tensor {
    /// Computes `softmax(query keyᵀ / √D + mask) value` with `N` heads: query `(B, N, T, D)`, key
    /// `(B, N, S, D)`, value `(B, N, S, E)`. Returns the context `(B, N, T, E)`.
    #[track_caller]
    pub fn attention(&self, key: &Self, value: &Self, mask: &AttentionMask) -> Self {
        let sizes = Sizes::of(self, key, Some(value), mask);
        if let Some(gpu) = Self::gpu_of(&[self, key, value]) {
            return self.attention_on(&gpu, key, value, mask, sizes);
        }
        if self.is_apart() {
            return self.attention_apart(key, value, mask, sizes).0;
        }
        let Sizes { batch, heads, t, s, dv, .. } = sizes;
        let (lengths, keep) = sizes.by_head(mask);
        let causal_offset = mask.causal_offset;
        let mut weights = vec![0.0; batch * heads * t * s];
        let mut context = vec![0.0; batch * heads * t * dv];
        let spec = sizes.on_cpu(causal_offset, lengths.as_deref(), keep.as_deref());
        attention(self.data(), key.data(), value.data(), spec, &mut weights, &mut context);
        let context = Self::from_vec(context, &[batch, heads, t, dv]);
        let (q, k, v) = (self.detach(), key.detach(), value.detach());
        let [context] = record(&[self, key, value], [context], move |upstream| {
            let [mut dq, mut dk, mut dv] = [&q, &k, &v].map(|x| vec![0.0; x.numel()]);
            let spec = sizes.on_cpu(causal_offset, lengths.as_deref(), keep.as_deref());
            let dout = upstream.grad().data();
            let (dq_out, dk_out, dv_out) = (&mut dq, &mut dk, &mut dv);
            attention_backward(q.data(), k.data(), v.data(), &weights, dout, spec, dq_out, dk_out, dv_out);
            let grads = [(dq, &q), (dk, &k), (dv, &v)];
            grads.into_iter().map(|(grad, like)| Some(Self::from_vec(grad, like.shape()))).collect()
        });
        context
    }

    /// Context and weights with each query computed as if it were alone, see [`Tensor::apart`].
    fn attention_apart(&self, key: &Self, value: &Self, mask: &AttentionMask, sizes: Sizes) -> (Self, Self) {
        let Sizes { batch, heads, t, s, d, dv } = sizes;
        assert!(d == dv && mask.dropout.is_none(), "attention: of rows that are apart, nothing is dropped");
        let (lengths, _) = sizes.by_head(mask);
        let spec = sizes.on_cpu(mask.causal_offset, lengths.as_deref(), None);
        let mut weights = vec![0.0; batch * heads * t * s];
        let mut context = vec![0.0; batch * heads * t * d];
        let rows = self.data().chunks_exact(d).zip(context.chunks_exact_mut(d)).enumerate();
        for (row, (query, context)) in rows {
            let head = row / t;
            let seen = head * s * d..(head * s + spec.visible(head, row % t)) * d;
            let (keys, values) = (&key.data()[seen.clone()], &value.data()[seen]);
            attend(query, keys, values, 1, &mut weights[row * s..][..s], context);
        }
        let context = Self::from_vec(context, &[batch, heads, t, d]).apart();
        (context, Self::from_vec(weights, &[batch, heads, t, s]).apart())
    }

    fn attention_on(&self, gpu: &Gpu, key: &Self, value: &Self, mask: &AttentionMask, sizes: Sizes) -> Self {
        let Sizes { batch, heads, t, s, d, dv } = sizes;
        if let Some((p, _)) = mask.dropout {
            check(p);
        }
        let shapes = [self, key, value].map(Self::shape_struct);
        let [q, k, v] = [self, key, value].map(|x| x.buffer(gpu));
        let (lengths, rows) = (upload_lengths(gpu, mask), batch * heads * t);
        let [out, known] = [rows * dv, 2 * rows].map(|words| gpu.empty(words));
        let spec = sizes.on_gpu(mask, lengths.as_ref().map(View::from));
        let packed = |x, rows, width| sizes.packed(View::from(x), rows, width);
        let (q_in, k_in, v_in) = (packed(&q, t, d), packed(&k, s, d), packed(&v, s, dv));
        wgsl::attention(q_in, k_in, v_in, spec, packed(&out, t, dv), (&known).into());
        let context = Self::from_buffer(out.clone(), &[batch, heads, t, dv]);
        let (gpu, mask) = (gpu.clone(), mask.clone());
        let [context] = record(&[self, key, value], [context], move |upstream| {
            let dout = upstream.grad().buffer(&gpu);
            let grads = [&q, &k, &v].map(|x| gpu.empty(x.len()));
            let [dq, dk, dvalue] = grads.each_ref().map(View::from);
            let spec = sizes.on_gpu(&mask, lengths.as_ref().map(View::from));
            let packed = |x, rows, width| sizes.packed(View::from(x), rows, width);
            let (q, k, v, out) = (packed(&q, t, d), packed(&k, s, d), packed(&v, s, dv), packed(&out, t, dv));
            let (known, dout) = (View::from(&known), View::from(&dout));
            wgsl::attention_backward(q, k, v, out, known, dout, spec, dq, dk, dvalue);
            grads.into_iter().zip(shapes).map(|(grad, shape)| Some(Self::from_buffer(grad, &shape))).collect()
        });
        context
    }

    /// The weights `(B, N, T, S)` that [`Tensor::attention`] gives the keys, before dropout. For inspection:
    /// they carry no gradient.
    #[track_caller]
    pub fn attention_weights(&self, key: &Self, mask: &AttentionMask) -> Self {
        let sizes = Sizes::of(self, key, None, mask);
        let Sizes { batch, heads, t, s, d, .. } = sizes;
        let shape = [batch, heads, t, s];
        if self.is_apart() {
            return self.attention_apart(key, key, mask, Sizes { dv: d, ..sizes }).1;
        }
        let Some(gpu) = Self::gpu_of(&[self, key]) else {
            let (lengths, _) = sizes.by_head(&AttentionMask { dropout: None, ..mask.clone() });
            let spec = sizes.on_cpu(mask.causal_offset, lengths.as_deref(), None);
            let (values, mut context) = (vec![0.0; batch * heads * s], vec![0.0; batch * heads * t]);
            let mut weights = vec![0.0; batch * heads * t * s];
            attention(self.data(), key.data(), &values, spec, &mut weights, &mut context);
            return Self::from_vec(weights, &shape);
        };
        let ([q, k], lengths) = ([self, key].map(|x| x.buffer(&gpu)), upload_lengths(&gpu, mask));
        let spec = sizes.on_gpu(mask, lengths.as_ref().map(View::from));
        let (q, k) = (sizes.packed((&q).into(), t, d), sizes.packed((&k).into(), s, d));
        Self::on_gpu(&gpu, &shape, |weights| wgsl::attention_weights(q, k, spec, weights))
    }
}
