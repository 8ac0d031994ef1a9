//! Windows of a long text, so cut that the state of one window fits the next.

use super::order::{below, epoch_seed};
use crate::error::{Error, ErrorCode, Result};
use serde::{Deserialize, Serialize};

/// `B` streams that walk side by side through equal parts of a text, `T` characters at a time.
pub struct StreamBatches {
    text: Vec<u32>,
    batch_size: usize,
    window: usize,
    seed: u64,
    position: StreamPosition,
    /// The text of this epoch: begun at another place each time, so that windows are cut differently.
    rotated: Vec<u32>,
}

/// Where the streams stand, for resuming.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamPosition {
    epoch: u64,
    /// Windows done in this epoch.
    done: usize,
}

/// One batch.
pub struct Window {
    /// `(B, T)`
    pub inputs: Vec<u32>,
    /// `(B, T)`: for each input the character that follows it.
    pub targets: Vec<u32>,
    /// Whether the streams begin anew, so that the carried state does not belong to them.
    pub restarts: bool,
}

impl StreamBatches {
    /// # Errors
    /// `text-too-short` if the text does not fill one batch.
    pub fn new(text: Vec<u32>, batch_size: usize, window: usize, seed: u64) -> Result<Self> {
        let needed = batch_size * (window + 1);
        if text.len() < needed {
            let message = format!("{} characters, but one batch of this recipe needs {needed}", text.len());
            return Err(Error::new(ErrorCode::TextTooShort, message));
        }
        let position = StreamPosition { epoch: 0, done: 0 };
        let mut batches = Self { text, batch_size, window, seed, position, rotated: Vec::new() };
        batches.seek(&position);
        Ok(batches)
    }

    /// Whole passes over the text so far.
    pub fn epoch(&self) -> u64 {
        self.position.epoch
    }

    /// The next batch.
    pub fn next_window(&mut self) -> Window {
        let stream = self.text.len() / self.batch_size;
        if (self.position.done + 1) * self.window + 1 > stream {
            self.seek(&StreamPosition { epoch: self.position.epoch + 1, done: 0 });
        }
        let begin = self.position.done * self.window;
        let cut = |shift: usize| {
            let starts = (0..self.batch_size).map(|b| b * stream + begin + shift);
            starts.flat_map(|start| self.rotated[start..start + self.window].iter().copied()).collect()
        };
        let window = Window { inputs: cut(0), targets: cut(1), restarts: begin == 0 };
        self.position.done += 1;
        window
    }

    /// Where the streams stand.
    pub fn position(&self) -> StreamPosition {
        self.position
    }

    /// Goes to where another run's streams stood: an epoch is a function of the seed and its number.
    pub fn seek(&mut self, to: &StreamPosition) {
        let offset = match to.epoch {
            0 => 0,
            epoch => below(epoch_seed(self.seed, epoch, 0), self.text.len()),
        };
        self.rotated = [&self.text[offset..], &self.text[..offset]].concat();
        self.position = *to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_follow_each_other_and_cover_the_text() {
        let ids: Vec<u32> = (0..1000).collect();
        let mut batches = StreamBatches::new(ids, 4, 10, 1).unwrap();
        let first = batches.next_window();
        let second = batches.next_window();
        assert!(first.restarts && !second.restarts);
        assert_eq!(first.inputs[..10], (0..10).collect::<Vec<u32>>());
        assert_eq!(second.inputs[..10], (10..20).collect::<Vec<u32>>());
        assert_eq!(first.targets[0], 1);
        assert_eq!(first.inputs[10], 250);
        while batches.epoch() == 0 {
            batches.next_window();
        }
        let place = batches.position();
        let next = batches.next_window();
        batches.seek(&place);
        assert_eq!(batches.next_window().inputs, next.inputs);
    }

    #[test]
    fn a_short_text_is_refused() {
        let error = StreamBatches::new(vec![0; 40], 4, 10, 1).err().unwrap();
        assert_eq!(error.code(), ErrorCode::TextTooShort);
    }
}
