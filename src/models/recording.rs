//! What a model computes at each token that it reads, written down for who wants to look inside.

use crate::error::Result;
use crate::nn::Trace;
use crate::tensor::{Tensor, read_all};

/// Frames of numbers, one for each token read, one behind the other.
///
/// A frame of an LSTM is, for each layer, the activated gates `i, f, g, o`, the cell state `c` and the hidden
/// state `h`: `(L, 6, H)`. One of a Transformer is, for each layer and head, the weights over the positions that
/// it read, `(L, N, S)`; if it has a source, then the same over the source; and the residual stream before the
/// first layer and after each, `(L + 1, C)`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording {
    /// The place in the text of the first frame's token.
    pub first: usize,
    /// Of each frame the positions `S` that its attention read; 0 if it has none, or if the token had left the
    /// window before it was read.
    pub spans: Vec<usize>,
    /// All frames.
    pub values: Vec<f32>,
    /// Where each frame ends.
    ends: Vec<usize>,
}

/// Sizes of a frame.
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
    /// Without frames, at this place of the text.
    pub fn at(first: usize) -> Self {
        Self { first, ..Self::default() }
    }

    /// The number of frames.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there is no frame.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The frame of this number.
    ///
    /// # Panics
    /// If there is none.
    pub fn frame(&self, index: usize) -> &[f32] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.values[start..self.ends[index]]
    }

    /// Forgets what a text that was taken back would contradict: the next frame is that of the token at
    /// `place`.
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

    /// What was written to `values` since the last frame becomes one.
    pub(super) fn close(&mut self, span: usize) {
        self.spans.push(span);
        self.ends.push(self.values.len());
    }

    /// Adds a frame for each of the last rows that are traced, as many as there are `spans`: the positions that each
    /// has read, while `memory` is how many all have read of a source. Gives the values of `scores`: one wait for all.
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
