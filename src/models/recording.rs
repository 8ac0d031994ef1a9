//! What a model computes at each token that it reads, written down for who wants to look inside.

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

    /// Adds a frame.
    pub(super) fn push(&mut self, span: usize, parts: &[&[f32]]) {
        parts.iter().for_each(|part| self.values.extend_from_slice(part));
        self.close(span);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn going_back_forgets_frames() {
        let mut recording = Recording::at(3);
        for i in 0..4 {
            recording.push(i, &[&[i as f32; 2], &[0.5][..i % 2]]);
        }
        assert_eq!(recording.frame(1), [1.0, 1.0, 0.5]);
        recording.go_to(5);
        assert_eq!(
            (recording.len(), recording.values.len(), recording.frame(1)),
            (2, 5, &[1.0, 1.0, 0.5][..])
        );
        recording.go_to(3);
        assert_eq!(recording, Recording::at(3));
        recording.push(9, &[&[7.0]]);
        recording.go_to(0);
        assert_eq!(recording, Recording::at(0));
        recording.go_to(8);
        assert_eq!(recording, Recording::at(8));
    }
}
