//! Windows of a long text, arranged so that the state after one window continues in the next.

use super::examples::{Examples, TextBatch};
use super::order::{below, epoch_seed};
use crate::error::{Error, ErrorCode, Result};

/// Number of parts of a held-out text, minimum length of a part, and number of tokens read at once from each.
const PARTS: usize = 16;
const PART: usize = 256;
const CHUNK: usize = 64;

/// `B` streams that run in parallel through equal parts of a text, `T` characters at a time.
///
/// Every epoch starts at a different position of the text, so that the windows differ.
pub struct Streams {
    text: Vec<u32>,
    batch_size: usize,
    window: usize,
    seed: u64,
    epoch: u64,
    /// The text, rotated for this epoch.
    rotated: Vec<u32>,
}

impl Streams {
    /// Creates streams over `text`.
    ///
    /// # Errors
    /// `text-too-short` if the text does not fill one batch.
    pub fn new(text: Vec<u32>, batch_size: usize, window: usize, seed: u64) -> Result<Self> {
        let needed = batch_size * (window + 1);
        if text.len() < needed {
            let message = format!("{} characters, but one batch of this recipe needs {needed}", text.len());
            return Err(Error::new(ErrorCode::TextTooShort, message));
        }
        Ok(Self { rotated: text.clone(), text, batch_size, window, seed, epoch: 0 })
    }

    /// Number of characters per stream.
    fn length(&self) -> usize {
        self.text.len() / self.batch_size
    }
}

impl Examples for Streams {
    type Batch = TextBatch;

    fn at(&mut self, step: u64) -> TextBatch {
        let steps = self.steps_per_epoch() as u64;
        if step / steps != self.epoch {
            self.epoch = step / steps;
            let offset = match self.epoch {
                0 => 0,
                epoch => below(epoch_seed(self.seed, epoch, 0), self.text.len()),
            };
            self.rotated = [&self.text[offset..], &self.text[..offset]].concat();
        }
        let begin = (step % steps) as usize * self.window;
        let cut = |shift: usize| {
            let starts = (0..self.batch_size).map(|b| b * self.length() + begin + shift);
            starts.flat_map(|start| self.rotated[start..start + self.window].iter().copied()).collect()
        };
        TextBatch { rows: self.batch_size, inputs: cut(0), targets: cut(1), restarts: begin == 0 }
    }

    fn epoch(&self) -> u64 {
        self.epoch
    }

    fn steps_per_epoch(&self) -> usize {
        (self.length() - 1) / self.window
    }
}

/// Splits a text into several parts that are read in parallel, if none becomes shorter than `PART`. The
/// first of `ids` is not scored. Also returns the number of scored tokens, since the last few may not fill a
/// part.
pub fn side_by_side(ids: &[u32]) -> (Vec<TextBatch>, usize) {
    let scored = ids.len() - 1;
    let rows = (scored / PART).clamp(1, PARTS);
    let length = scored / rows;
    let batch = |begin: usize| {
        let end = (begin + CHUNK).min(length);
        let cut = |shift: usize| {
            (0..rows).flat_map(|k| ids[k * length..][begin + shift..end + shift].iter().copied()).collect()
        };
        TextBatch { rows, inputs: cut(0), targets: cut(1), restarts: begin == 0 }
    };
    ((0..length).step_by(CHUNK).map(batch).collect(), rows * length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_follow_each_other_and_cover_the_text() {
        let mut streams = Streams::new((0..1000).collect(), 4, 10, 1).unwrap();
        assert_eq!(streams.steps_per_epoch(), 24);
        let (first, second) = (streams.at(0), streams.at(1));
        assert!(first.restarts && !second.restarts);
        assert_eq!(first.inputs[..10], (0..10).collect::<Vec<u32>>());
        assert_eq!(second.inputs[..10], (10..20).collect::<Vec<u32>>());
        assert_eq!(first.targets[0], 1);
        assert_eq!(first.inputs[10], 250);
        let next = streams.at(24);
        assert!(next.restarts && streams.epoch() == 1 && next.inputs != first.inputs);
        assert_eq!(
            (streams.at(1), streams.at(24)),
            (second, next),
            "a step has one batch, whatever came before"
        );
    }

    #[test]
    fn a_short_text_is_refused() {
        let error = Streams::new(vec![0; 40], 4, 10, 1).err().unwrap();
        assert_eq!(error.code(), ErrorCode::TextTooShort);
    }
}
