//! How well a model foretells text that it never trained on, measured a slice at a time.

use super::learner::Model;
use crate::error::Result;
use crate::models::LanguageModel;
use crate::nn::LstmState;
use crate::ops::CrossEntropy;
use crate::text::{PAD, PairTokenizer, SentencePair, TextTokenizer};
use crate::train::{PairBatch, bits, by_length, cut_batches, encode_pairs};

/// Of a longer held-out text so many characters are measured: enough for two digits.
const MOST_CHARACTERS: usize = 20_000;
/// An LSTM reads so many parts of the text side by side, if none becomes shorter than [`PART`].
const PARTS: usize = 16;
const PART: usize = 256;
/// Tokens of each part in a slice.
const CHUNK: usize = 64;
/// Marks what is read but not scored; no vocabulary is so large.
const UNSCORED: u32 = u32::MAX;

/// A held-out text in slices.
pub struct Validation {
    slices: Slices,
    /// Characters that the tokens' bits are divided by.
    characters: usize,
    next: usize,
    nats: f64,
    tokens: usize,
    /// Of an LSTM, between two slices.
    state: Option<LstmState>,
}

enum Slices {
    /// Parts of one length, each begun with the token before it.
    Parts(Vec<Vec<u32>>),
    /// Windows as a GPT-2 sees them while it writes: inputs and targets, of which each scores what none before did.
    Windows(Vec<(Vec<u32>, Vec<u32>)>),
    Pairs(Vec<PairBatch>),
}

/// What was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Nats a token.
    pub loss: f64,
    /// All bits by all characters; of a translator, of the language that it writes.
    pub bits_per_char: f64,
}

impl Validation {
    /// `window` is that of a GPT-2. None if there is no text.
    pub(super) fn of_songs(text: &str, tokenizer: &TextTokenizer, window: Option<usize>) -> Option<Self> {
        let text: String = text.chars().take(MOST_CHARACTERS).collect();
        let mut ids = vec![tokenizer.start_id()];
        ids.extend(tokenizer.encode(&text));
        if ids.len() < 2 {
            return None;
        }
        let scored = ids.len() - 1;
        let (slices, scored_tokens) = match window {
            Some(window) => (Slices::Windows(windows(&ids, window)), scored),
            None => {
                let parts = (scored / PART).clamp(1, PARTS);
                let length = scored / parts;
                let part = |k: usize| ids[k * length..(k + 1) * length + 1].to_vec();
                (Slices::Parts((0..parts).map(part).collect()), parts * length)
            }
        };
        // The last few characters may fill no part.
        let characters = text.chars().count() as f64 * scored_tokens as f64 / scored as f64;
        Some(Self::new(slices, characters.round() as usize))
    }

    /// None if no pair is short enough.
    pub(super) fn of_pairs(
        pairs: &[SentencePair],
        tokenizer: &PairTokenizer,
        max_tokens: usize,
        tokens_per_batch: usize,
    ) -> Option<Self> {
        let mut characters = 0;
        let few: Vec<SentencePair> = pairs
            .iter()
            .filter(|pair| !encode_pairs(tokenizer, std::slice::from_ref(*pair), max_tokens).is_empty())
            .take_while(|pair| {
                characters += pair.target.chars().count();
                characters <= MOST_CHARACTERS
            })
            .cloned()
            .collect();
        let characters = few.iter().map(|pair| pair.target.chars().count()).sum();
        let encoded = encode_pairs(tokenizer, &few, max_tokens);
        let order = by_length(&encoded, (0..encoded.len()).collect());
        let batches = cut_batches(&encoded, &order, tokens_per_batch);
        let batch =
            |indices: &Vec<usize>| PairBatch::new(&indices.iter().map(|&k| &encoded[k]).collect::<Vec<_>>());
        (!encoded.is_empty())
            .then(|| Self::new(Slices::Pairs(batches.iter().map(batch).collect()), characters))
    }

    fn new(slices: Slices, characters: usize) -> Self {
        Self { slices, characters, next: 0, nats: 0.0, tokens: 0, state: None }
    }

    /// Begins anew.
    pub(super) fn begin(&mut self) {
        (self.next, self.nats, self.tokens, self.state) = (0, 0.0, 0, None);
    }

    /// Measures one slice; gives the result after the last.
    pub(super) async fn slice(&mut self, model: &Model) -> Result<Option<Measured>> {
        let options = CrossEntropy { ignore_index: Some(UNSCORED), label_smoothing: 0.0 };
        let (logits, targets, options, last) = match (&self.slices, model) {
            (Slices::Parts(parts), Model::Writes(LanguageModel::CharLstm(model))) => {
                let (begin, length) = (self.next * CHUNK, parts[0].len() - 1);
                let end = (begin + CHUNK).min(length);
                let cut = |from: usize, to: usize| -> Vec<u32> {
                    parts.iter().flat_map(|part| part[from..to].iter().copied()).collect()
                };
                let state = self.state.take().unwrap_or_else(|| model.zero_state(parts.len()));
                let (logits, state) = model.forward(&cut(begin, end), parts.len(), &state, None);
                self.state = Some(state);
                (logits, cut(begin + 1, end + 1), options, end == length)
            }
            (Slices::Windows(windows), Model::Writes(LanguageModel::Gpt(model))) => {
                let (inputs, targets) = &windows[self.next];
                let logits = model.forward(inputs, 1, None);
                (logits, targets.clone(), options, self.next + 1 == windows.len())
            }
            (Slices::Pairs(batches), Model::Translates(model)) => {
                let batch = &batches[self.next];
                let logits = model.forward(&batch.src, &batch.src_lengths, &batch.inputs, None);
                let options = CrossEntropy { ignore_index: Some(PAD), ..options };
                (logits, batch.targets.clone(), options, self.next + 1 == batches.len())
            }
            _ => unreachable!("a validation belongs to the kind of model that it was made for"),
        };
        let scored = targets.iter().filter(|&&id| Some(id) != options.ignore_index).count();
        let loss = logits.cross_entropy(&targets, options).read().await?[0];
        self.nats += f64::from(loss) * scored as f64;
        self.tokens += scored;
        self.next += 1;
        Ok(last.then(|| Measured {
            loss: self.nats / self.tokens as f64,
            bits_per_char: bits(self.nats) / self.characters as f64,
        }))
    }
}

/// Windows that go on by half of their length. So the figure is that of `liedwerk evaluate`, except that a window of
/// an odd length is cut in another place.
fn windows(ids: &[u32], window: usize) -> Vec<(Vec<u32>, Vec<u32>)> {
    let scored = ids.len() - 1;
    let step = (window / 2).max(1);
    let (mut windows, mut done, mut begin) = (Vec::new(), 0, 0);
    while done < scored {
        let end = (begin + window).min(scored);
        let mut targets = ids[begin + 1..=end].to_vec();
        targets[..done - begin].fill(UNSCORED);
        windows.push((ids[begin..end].to_vec(), targets));
        (done, begin) = (end, begin + step);
    }
    windows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_score_every_token_once() {
        for (length, window) in [(2, 8), (9, 8), (10, 8), (100, 8), (101, 7), (50, 1), (30, 2)] {
            let ids: Vec<u32> = (0..length).collect();
            let mut scored = Vec::new();
            for (inputs, targets) in windows(&ids, window) {
                assert!(inputs.len() <= window && inputs.len() == targets.len());
                for (input, target) in inputs.into_iter().zip(targets).filter(|pair| pair.1 != UNSCORED) {
                    assert_eq!(target, input + 1);
                    scored.push(target);
                }
            }
            assert!(scored.into_iter().eq(1..length), "{length} {window}");
        }
    }
}
