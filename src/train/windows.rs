//! Windows over the concatenation of all songs.

use super::examples::{Examples, TextBatch, UNSCORED};
use super::order::{epoch_seed, hash, permutation};
use crate::error::{Error, ErrorCode, Result};

/// A song as token ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenSong {
    /// The header line, which an epoch may omit.
    pub title: Vec<u32>,
    /// Everything else.
    pub verses: Vec<u32>,
}

/// Batches of windows.
///
/// Every epoch shuffles the songs, omits the titles of some, so that the model learns to write with and
/// without a title, and shuffles the windows. An epoch depends only on the seed and its number, and all
/// epochs have the same number of steps (leaving out the last few windows), so resuming a run needs only the
/// step.
pub struct SongWindows {
    songs: Vec<TokenSong>,
    /// Fraction of the songs that keep their titles.
    titles: f64,
    batch_size: usize,
    window: usize,
    seed: u64,
    steps_per_epoch: usize,
    epoch: u64,
    /// All songs of the epoch concatenated, and the order of its windows.
    ids: Vec<u32>,
    order: Vec<usize>,
}

impl SongWindows {
    /// Batches of `batch_size` windows of `window` tokens, neither of them 0; the fraction `titles` of the
    /// songs keep their titles.
    ///
    /// # Errors
    /// `text-too-short` if the songs do not fill one batch.
    pub fn new(
        songs: Vec<TokenSong>,
        titles: f32,
        batch_size: usize,
        window: usize,
        seed: u64,
    ) -> Result<Self> {
        // The number of steps that even an epoch without titles has.
        let tokens: usize = songs.iter().map(|song| song.verses.len()).sum();
        let steps_per_epoch = tokens.saturating_sub(1) / window / batch_size;
        if steps_per_epoch == 0 {
            let needed = batch_size * window + 1;
            let message = format!("{tokens} tokens, but one batch of this recipe needs {needed}");
            return Err(Error::new(ErrorCode::TextTooShort, message));
        }
        let (ids, order) = (Vec::new(), Vec::new());
        let titles = titles.into();
        let mut windows =
            Self { songs, titles, batch_size, window, seed, steps_per_epoch, epoch: 0, ids, order };
        windows.load(0);
        Ok(windows)
    }

    fn load(&mut self, epoch: u64) {
        let seed = epoch_seed(self.seed, epoch, 0);
        self.ids.clear();
        for index in permutation(seed, self.songs.len()) {
            let TokenSong { title, verses } = &self.songs[index];
            // Starting at the lowest bit, so that a fraction of 0.5 selects the odd hashes, as before there
            // were fractions.
            let drawn = (hash(seed, index as u64).rotate_right(1) >> 11) as f64 / (1u64 << 53) as f64;
            if drawn >= 1.0 - self.titles {
                self.ids.extend(title);
            }
            self.ids.extend(verses);
        }
        let count = (self.ids.len() - 1) / self.window;
        self.order = permutation(epoch_seed(self.seed, epoch, 1), count);
        self.epoch = epoch;
    }
}

impl Examples for SongWindows {
    type Batch = TextBatch;

    fn at(&mut self, step: u64) -> TextBatch {
        let steps = self.steps_per_epoch as u64;
        if step / steps != self.epoch {
            self.load(step / steps);
        }
        let first = (step % steps) as usize * self.batch_size;
        let cut = |shift: usize| {
            let begins = self.order[first..first + self.batch_size].iter().map(|&k| k * self.window + shift);
            begins.flat_map(|begin| &self.ids[begin..begin + self.window]).copied().collect()
        };
        TextBatch { rows: self.batch_size, inputs: cut(0), targets: cut(1), restarts: true }
    }

    fn epoch(&self) -> u64 {
        self.epoch
    }

    fn steps_per_epoch(&self) -> usize {
        self.steps_per_epoch
    }
}

/// Windows over a text as a model with this context length sees it while writing; each scores only the tokens
/// not scored before. The first of `ids` is not scored, and windows advance by half their length. The result
/// is that of `liedwerk evaluate`, except that windows of odd length are cut at a different place.
pub fn sliding_windows(ids: &[u32], window: usize) -> Vec<TextBatch> {
    let scored = ids.len() - 1;
    let step = (window / 2).max(1);
    let (mut windows, mut done, mut begin) = (Vec::new(), 0, 0);
    while done < scored {
        let end = (begin + window).min(scored);
        let mut targets = ids[begin + 1..=end].to_vec();
        targets[..done - begin].fill(UNSCORED);
        windows.push(TextBatch { rows: 1, inputs: ids[begin..end].to_vec(), targets, restarts: true });
        (done, begin) = (end, begin + step);
    }
    windows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sliding_windows_score_every_token_once() {
        for (length, window) in [(2, 8), (9, 8), (10, 8), (100, 8), (101, 7), (50, 1), (30, 2)] {
            let ids: Vec<u32> = (0..length).collect();
            let mut scored = Vec::new();
            for TextBatch { inputs, targets, .. } in sliding_windows(&ids, window) {
                assert!(inputs.len() <= window && inputs.len() == targets.len());
                for (input, target) in inputs.into_iter().zip(targets).filter(|pair| pair.1 != UNSCORED) {
                    assert_eq!(target, input + 1);
                    scored.push(target);
                }
            }
            assert!(scored.into_iter().eq(1..length), "{length} {window}");
        }
    }

    /// Song `k` has the title `2 k` and verses of repeated `2 k + 1`.
    fn songs(lengths: &[usize]) -> Vec<TokenSong> {
        let song =
            |(&length, k): (&usize, u32)| TokenSong { title: vec![2 * k], verses: vec![2 * k + 1; length] };
        lengths.iter().zip(0..).map(song).collect()
    }

    /// All songs of an epoch concatenated.
    fn text(windows: &mut SongWindows, epoch: u64) -> Vec<u32> {
        windows.load(epoch);
        windows.ids.clone()
    }

    /// The tests of the PyTorch trainer expect the same numbers.
    #[test]
    fn the_windows_are_the_twins() {
        let songs =
            (0..4).map(|k| TokenSong { title: vec![100 + k], verses: (10 * k..10 * k + 7).collect() });
        let mut windows = SongWindows::new(songs.collect(), 0.5, 2, 5, 1).unwrap();
        assert_eq!(windows.steps_per_epoch(), 2);
        let inputs = [0, 1, 3].map(|step| windows.at(step).inputs);
        assert_eq!(inputs[0], [31, 32, 33, 34, 35, 11, 12, 13, 14, 15]);
        assert_eq!(inputs[1], [23, 24, 25, 26, 30, 100, 0, 1, 2, 3]);
        assert_eq!(inputs[2], [21, 22, 23, 24, 25, 4, 5, 6, 103, 30]);
    }

    #[test]
    fn an_epoch_has_the_share_of_titles_that_is_asked_for() {
        for (share, expected) in [(0.0, 0..=0), (0.5, 150..=250), (0.9, 330..=390), (1.0, 400..=400)] {
            let mut windows = SongWindows::new(songs(&[7; 400]), share, 1, 6, 5).unwrap();
            for epoch in 0..3 {
                let titled = text(&mut windows, epoch).iter().filter(|&id| id % 2 == 0).count();
                assert!(expected.contains(&titled), "{titled} of 400 titles");
            }
        }
    }

    #[test]
    fn an_epoch_has_every_token_of_the_songs() {
        let lengths: Vec<usize> = (0..400).map(|k| 3 + k % 11).collect();
        let mut windows = SongWindows::new(songs(&lengths), 0.5, 1, 6, 5).unwrap();
        let mut seen = Vec::new();
        for epoch in 0..3 {
            let text = text(&mut windows, epoch);
            let verses = |k: usize| text.iter().filter(|&&id| id == 2 * k as u32 + 1).count();
            assert!((0..400).all(|k| verses(k) == lengths[k]));
            // Every window once; together they are the text, except for a remainder that does not fill a
            // window.
            let mut order = windows.order.clone();
            order.sort_unstable();
            assert!(order.into_iter().eq(0..(text.len() - 1) / 6));
            seen.push(text);
        }
        assert!(seen[0] != seen[1] && seen[1] != seen[2]);
    }

    #[test]
    fn titles_stand_before_their_songs_and_targets_follow_inputs() {
        let mut windows = SongWindows::new(songs(&[4; 50]), 0.5, 3, 8, 2).unwrap();
        for pair in text(&mut windows, 0).windows(2).filter(|pair| pair[0] % 2 == 0) {
            assert_eq!(pair[1], pair[0] + 1);
        }
        for step in 0..windows.steps_per_epoch() as u64 {
            let TextBatch { inputs, targets, .. } = windows.at(step);
            assert_eq!((inputs.len(), targets.len()), (24, 24));
            let rows = inputs.chunks(8).zip(targets.chunks(8));
            assert!(rows.into_iter().all(|(inputs, targets)| inputs[1..] == targets[..7]));
        }
    }

    #[test]
    fn a_step_has_the_same_batch_in_whatever_order_they_are_asked_for() {
        let fresh = || SongWindows::new(songs(&[9; 30]), 0.5, 4, 5, 7).unwrap();
        let mut windows = fresh();
        let steps = 3 * windows.steps_per_epoch() as u64;
        let batches: Vec<TextBatch> = (0..steps).map(|step| windows.at(step)).collect();
        for step in (0..steps).rev() {
            assert_eq!(windows.at(step), batches[step as usize]);
            assert_eq!(fresh().at(step), batches[step as usize]);
        }
    }

    #[test]
    fn songs_that_fill_no_batch_are_refused() {
        assert!(SongWindows::new(songs(&[21]), 0.5, 4, 5, 1).is_ok());
        for short in [songs(&[20]), Vec::new()] {
            let error = SongWindows::new(short, 0.5, 4, 5, 1).err().unwrap();
            assert_eq!(error.code(), ErrorCode::TextTooShort);
        }
    }
}
