//! Batches of sequences of different lengths, time first, padded at their ends.

use crate::tensor::Tensor;

/// Indices into `(T B)` that reverse each sequence within its length and leave padding in place.
pub fn reversed(steps: usize, lengths: &[usize]) -> Vec<u32> {
    let place = |t: usize, b: usize| if t < lengths[b] { lengths[b] - 1 - t } else { t };
    let batch = lengths.len();
    (0..steps).flat_map(|t| (0..batch).map(move |b| (place(t, b) * batch + b) as u32)).collect()
}

/// Gathers the vectors of `x (T, B, C)` at these indices into `(T B)`; returns `(T, B, C)`.
pub fn rows(x: &Tensor, places: &[u32]) -> Tensor {
    let &[steps, batch, channels] = x.shape() else { panic!("rows: {:?}", x.shape()) };
    x.reshape(&[steps * batch, channels]).embedding(places, &[steps, batch])
}

/// Mask `(T, B, 1)`: 1 at tokens, 0 at padding.
pub fn real(steps: usize, lengths: &[usize]) -> Tensor {
    let values = (0..steps).flat_map(|t| lengths.iter().map(move |&length| f32::from(t < length))).collect();
    Tensor::from_vec(values, &[steps, lengths.len(), 1])
}

/// Indices into `(T B)` of each sequence's last token.
pub fn ends(lengths: &[usize]) -> Vec<u32> {
    let batch = lengths.len();
    lengths.iter().enumerate().map(|(b, &length)| ((length - 1) * batch + b) as u32).collect()
}

/// Transposes ids `(B, T)` to time first, `(T, B)`, so that all tokens of one step are contiguous.
pub fn time_first(ids: &[u32], batch: usize) -> Vec<u32> {
    let steps = ids.len() / batch;
    (0..steps).flat_map(|t| (0..batch).map(move |b| ids[b * steps + t])).collect()
}
