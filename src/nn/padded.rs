//! Sequences of different lengths side by side, time first, with padding at their ends.

use crate::tensor::Tensor;

/// For every place `(t, b)` the place that has its token when each sequence is reversed within its length;
/// padding stays where it is.
pub fn reversed(steps: usize, lengths: &[usize]) -> Vec<u32> {
    let place = |t: usize, b: usize| if t < lengths[b] { lengths[b] - 1 - t } else { t };
    let batch = lengths.len();
    (0..steps).flat_map(|t| (0..batch).map(move |b| (place(t, b) * batch + b) as u32)).collect()
}

/// `x (T, B, C)` with the vectors at these places of `(T B)`.
pub fn rows(x: &Tensor, places: &[u32]) -> Tensor {
    let &[steps, batch, channels] = x.shape() else { panic!("rows: {:?}", x.shape()) };
    x.reshape(&[steps * batch, channels]).embedding(places, &[steps, batch])
}

/// 1 at tokens, 0 at padding, `(T, B, 1)`.
pub fn real(steps: usize, lengths: &[usize]) -> Tensor {
    let values = (0..steps).flat_map(|t| lengths.iter().map(move |&length| f32::from(t < length))).collect();
    Tensor::from_vec(values, &[steps, lengths.len(), 1])
}

/// The place of every sequence's last token among `(T B)`.
pub fn ends(lengths: &[usize]) -> Vec<u32> {
    let batch = lengths.len();
    lengths.iter().enumerate().map(|(b, &length)| ((length - 1) * batch + b) as u32).collect()
}

/// Ids `(B, T)` with time first, `(T, B)`: so that all sequences' tokens of one step lie together.
pub fn time_first(ids: &[u32], batch: usize) -> Vec<u32> {
    let steps = ids.len() / batch;
    (0..steps).flat_map(|t| (0..batch).map(move |b| ids[b * steps + t])).collect()
}
