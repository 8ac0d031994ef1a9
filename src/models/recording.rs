//! Records what a model computes at each token, for inspection.

use crate::error::Result;
use crate::nn::Trace;
use crate::tensor::{Tensor, read_all};

/// Frames of numbers, concatenated, one per token read.
///
/// An LSTM's frame holds for each layer the activated gates `i, f, g, o`, the cell state `c` and the hidden
/// state `h`: `(L, 6, H)`. A Transformer's frame holds the attention weights of each layer and head over the
/// positions read, `(L, N, S)`; for a translator, then the weights over the source in the same form; then the
/// residual stream before the first layer and after each layer, `(L + 1, C)`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording {
    /// Position in the text of the first frame's token.
    pub first: usize,
    /// Number of positions `S` that each frame's attention read; 0 for an LSTM, or if the token had left the
    /// window before it was read.
    pub spans: Vec<usize>,
    /// The values of all frames.
    pub values: Vec<f32>,
    /// End of each frame in `values`.
    ends: Vec<usize>,
}

/// Sizes that determine a frame's layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameShape {
    /// `L`
    pub layers: usize,
    /// `N`, 0 for an LSTM.
    pub heads: usize,
    /// `H` or `C`.
    pub channels: usize,
}

impl Recording {
    /// An empty recording that starts at this position in the text.
    pub fn at(first: usize) -> Self {
        Self { first, ..Self::default() }
    }

    /// Number of frames.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there are no frames.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The values of one frame.
    ///
    /// # Panics
    /// If `index` is not below [`len`](Self::len).
    pub fn frame(&self, index: usize) -> &[f32] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.values[start..self.ends[index]]
    }

    /// Truncates the recording after text was undone: the next frame will belong to the token at `place`.
    pub fn go_to(&mut self, place: usize) {
        match place.checked_sub(self.first).filter(|&kept| kept <= self.len()) {
            Some(kept) => {
                self.spans.truncate(kept);
                self.ends.truncate(kept);
                self.values.truncate(self.ends.last().copied().unwrap_or(0));
            }
            None => *self = Self::at(place),
        }
    }

    /// Ends a frame: the values appended since the last one belong to it.
    pub(super) fn close(&mut self, span: usize) {
        self.spans.push(span);
        self.ends.push(self.values.len());
    }

    /// Adds a frame for each of the last traced rows, as many as there are `spans`. A span is the number of
    /// positions that the row's self-attention read; `memory` is the number of source positions. Returns the
    /// values of `scores`; everything is read with a single wait.
    ///
    /// # Errors
    /// `gpu-lost` or `out-of-memory`.
    pub(super) async fn add(
        &mut self,
        scores: &Tensor,
        trace: &Trace,
        spans: &[usize],
        memory: usize,
    ) -> Result<Vec<f32>> {
        let traced = [&trace.attention, &trace.memory_attention, &trace.states].map(|watch| watch.take());
        let tensors: Vec<&Tensor> = std::iter::once(scores).chain(traced.iter().flatten()).collect();
        let values = read_all(&tensors).await?;
        let mut rest = &values[scores.numel()..];
        let values_of = traced.each_ref().map(|tensors| {
            let cut = |tensor: &Tensor| {
                let (own, others) = rest.split_at(tensor.numel());
                rest = others;
                own
            };
            tensors.iter().map(cut).collect::<Vec<&[f32]>>()
        });
        // Weights are `(R, N, S)`, residual streams `(R, C)`, an LSTM's states `(T, 1, H)`.
        let rows = traced.iter().flatten().next().map_or(0, |tensor| tensor.dim(0));
        for (row, &span) in (rows - spans.len()..).zip(spans) {
            let parts = traced.iter().zip(&values_of).zip([Some(span), Some(memory), None]);
            for ((tensors, values), seen) in parts {
                for (tensor, values) in tensors.iter().zip(values) {
                    let row = &values[row * values.len() / rows..(row + 1) * values.len() / rows];
                    match seen {
                        None => self.values.extend_from_slice(row),
                        Some(seen) => row
                            .chunks_exact(tensor.dim(2))
                            .for_each(|head| self.values.extend_from_slice(&head[..seen])),
                    }
                }
            }
            self.close(span);
        }
        Ok(values[..scores.numel()].to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn going_back_forgets_frames() {
        let mut recording = Recording::at(3);
        for i in 0..4 {
            recording.values.extend([i as f32; 2]);
            recording.values.extend(&[0.5][..i % 2]);
            recording.close(i);
        }
        assert_eq!(recording.frame(1), [1.0, 1.0, 0.5]);
        recording.go_to(5);
        assert_eq!(
            (recording.len(), recording.values.len(), recording.frame(1)),
            (2, 5, &[1.0, 1.0, 0.5][..])
        );
        recording.go_to(3);
        assert_eq!(recording, Recording::at(3));
        recording.values.push(7.0);
        recording.close(9);
        recording.go_to(0);
        assert_eq!(recording, Recording::at(0));
        recording.go_to(8);
        assert_eq!(recording, Recording::at(8));
    }
}
