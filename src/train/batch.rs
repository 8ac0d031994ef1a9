//! Windows of a long text, so cut that the state of one window fits the next.

use crate::error::{Error, ErrorCode, Result};
use crate::rng::{Rng, RngState};
use serde::{Deserialize, Serialize};

/// `B` streams that walk side by side through equal parts of a text, `T` characters at a time.
pub struct StreamBatches {
    ids: Vec<u32>,
    batch_size: usize,
    window: usize,
    rng: Rng,
    epoch: u64,
    /// Where the first stream begins; another place each epoch, so that windows are cut differently.
    offset: usize,
    position: usize,
}

/// Where the streams stand, for resuming.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct StreamPosition {
    epoch: u64,
    offset: usize,
    position: usize,
    rng: RngState,
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
    pub fn new(ids: Vec<u32>, batch_size: usize, window: usize, seed: u64) -> Result<Self> {
        let needed = batch_size * (window + 1) + window;
        if ids.len() < needed {
            let message = format!("{} characters, but one batch of this recipe needs {needed}", ids.len());
            return Err(Error::new(ErrorCode::TextTooShort, message));
        }
        Ok(Self { ids, batch_size, window, rng: Rng::new(seed), epoch: 0, offset: 0, position: 0 })
    }

    /// Whole passes over the text so far.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The next batch.
    pub fn next_window(&mut self) -> Window {
        let mut stream = (self.ids.len() - self.offset) / self.batch_size;
        if self.position + self.window + 1 > stream {
            self.epoch += 1;
            self.offset = self.rng.below(self.window);
            self.position = 0;
            stream = (self.ids.len() - self.offset) / self.batch_size;
        }
        let cut = |shift: usize| {
            let starts = (0..self.batch_size).map(|b| self.offset + b * stream + self.position + shift);
            starts.flat_map(|start| self.ids[start..start + self.window].iter().copied()).collect()
        };
        let window = Window { inputs: cut(0), targets: cut(1), restarts: self.position == 0 };
        self.position += self.window;
        window
    }

    /// Where the streams stand.
    pub fn position(&self) -> StreamPosition {
        let Self { epoch, offset, position, .. } = *self;
        StreamPosition { epoch, offset, position, rng: self.rng.state() }
    }

    /// Goes to where another run's streams stood.
    pub fn seek(&mut self, to: &StreamPosition) {
        self.epoch = to.epoch;
        self.offset = to.offset;
        self.position = to.position;
        self.rng = Rng::restore(&to.rng);
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
