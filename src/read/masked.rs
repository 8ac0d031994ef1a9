//! Predicts masked words of a text.

use super::{probabilities, ranked};
use crate::error::{Error, ErrorCode, Result};
use crate::io::Weights;
use crate::models::{MaskedLm, ModelConfig};
use crate::text::{MASK, MaskTokenizer, Note};

/// Only this many characters of a text are read.
pub const MAX_MASKED_CHARACTERS: usize = 2000;
/// Maximum number of masks to fill.
pub const MAX_MASKS: usize = 20;
/// Number of texts read in parallel.
const BATCH: usize = 32;
/// If the likeliest word is less probable than this, the prediction is called unsure.
const SURE: f32 = 0.3;
/// This many underscores or more also count as a mask.
const BLANK: usize = 3;

/// A masked language model with its tokenizer.
pub struct MaskFiller {
    model: MaskedLm,
    tokenizer: MaskTokenizer,
}

/// Predictions for the masks of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Filled {
    /// The likeliest words for each mask, in descending order.
    pub masks: Vec<Vec<Candidate>>,
    /// Codes: `no-mask`, `no-words`, `text-cut`, `masks-cut`, `several-masks`, `unsure`.
    pub notes: Vec<Note>,
}

/// A candidate for a mask.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The word, or a part of one.
    pub text: String,
    /// Whether it starts a word; otherwise it continues the previous one.
    pub begins_word: bool,
    /// Its probability among all tokens.
    pub probability: f32,
}

/// How often the original word is among the candidates.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MaskedFigures {
    /// Number of masked words.
    pub count: usize,
    /// Number of those that are the first candidate.
    pub first: usize,
    /// Number of those among the first five candidates.
    pub first_five: usize,
    /// Number of those that take several tokens, which a single mask can never match.
    pub in_pieces: usize,
}

/// A text as the model reads it.
struct Row {
    ids: Vec<u32>,
    /// Positions of the masks among the ids.
    masks: Vec<usize>,
}

impl MaskFiller {
    /// Loads a model from the contents of its three files.
    ///
    /// # Errors
    /// `bad-config` for a configuration that does not parse or describes another kind of model;
    /// `bad-tokenizer`; for the weights see [`Weights`].
    pub fn from_files(config_json: &str, tokenizer_json: &str, weights: &[u8]) -> Result<Self> {
        let ModelConfig::Bert(config) = ModelConfig::from_json(config_json)? else {
            let message = "config.json is of a model that foretells no masked words";
            return Err(Error::new(ErrorCode::BadConfig, message));
        };
        let tokenizer = MaskTokenizer::from_json(tokenizer_json)?;
        let mut weights = Weights::from_safetensors(weights)?;
        let model = MaskedLm::from_weights(config, &mut weights)?;
        weights.finish()?;
        Self::new(model, tokenizer)
    }

    /// Creates a filler from a model that is already in memory, such as one in training.
    ///
    /// # Errors
    /// `bad-tokenizer` if the vocabulary sizes of tokenizer and model differ.
    pub fn new(model: MaskedLm, tokenizer: MaskTokenizer) -> Result<Self> {
        let (size, expected) = (tokenizer.vocab_size(), model.config().vocab_size);
        if size == expected {
            return Ok(Self { model, tokenizer });
        }
        let message = format!("the tokenizer's vocabulary size is {size}, the model's {expected}");
        Err(Error::new(ErrorCode::BadTokenizer, message))
    }

    /// The model.
    pub fn model(&self) -> &MaskedLm {
        &self.model
    }

    /// The `top` likeliest words for each mask of a text, written as `[MASK]` or as three or more
    /// underscores.
    ///
    /// ```text
    /// I would like a [MASK] with soda
    /// ```
    ///
    /// # Errors
    /// `not-finite` for damaged weights.
    pub fn fill(&self, text: &str, top: usize) -> Result<Filled> {
        let mut notes = Vec::new();
        let text = match text.char_indices().nth(MAX_MASKED_CHARACTERS) {
            Some((end, _)) => {
                notes.push(cut_note(&format!("{MAX_MASKED_CHARACTERS} characters")));
                &text[..end]
            }
            None => text,
        };
        let (mut row, is_cut) = self.row(text);
        if is_cut {
            notes.push(cut_note(&format!("{} tokens", self.longest())));
        }
        if row.masks.is_empty() {
            let message = format!("There is no {MASK} in the text, so nothing to foretell.");
            notes.push(Note::new("no-mask", message));
            return Ok(Filled { masks: Vec::new(), notes });
        }
        if !segments(text).concat().chars().any(char::is_alphabetic) {
            notes
                .push(Note::new("no-words", "There is no word beside the mask: any word could stand there."));
        }
        if row.masks.len() > MAX_MASKS {
            row.masks.truncate(MAX_MASKS);
            notes.push(Note::new("masks-cut", format!("Only the first {MAX_MASKS} masks are filled.")));
        }
        if row.masks.len() > 1 {
            notes.push(Note::new(
                "several-masks",
                "Each word is foretold by itself, not one after the other.",
            ));
        }
        let found = self.probabilities(&[row])?;
        if found[0].iter().any(|mask| mask[ranked(mask)[0]] < SURE) {
            notes.push(Note::new("unsure", "No word is very likely at one of the masks."));
        }
        let masks = found[0].iter().map(|mask| self.candidates(mask, top)).collect();
        Ok(Filled { masks, notes })
    }

    fn candidates(&self, probabilities: &[f32], top: usize) -> Vec<Candidate> {
        let words = ranked(probabilities).into_iter().filter(|&id| !self.tokenizer.is_special(id as u32));
        let candidate = |id: usize| {
            let text = self.tokenizer.token_text(id as u32);
            let begins_word = text.starts_with(' ');
            Candidate { text: text.trim_start().to_owned(), begins_word, probability: probabilities[id] }
        };
        words.take(top).map(candidate).collect()
    }

    /// Masks one word in each text, chosen by [`taken_out`] from the index of the text, and counts how often
    /// it is predicted. Texts without a suitable word are skipped.
    ///
    /// # Errors
    /// `not-finite` for damaged weights.
    pub fn figures<T: AsRef<str>>(&self, texts: &[T]) -> Result<MaskedFigures> {
        let mut figures = MaskedFigures::default();
        for (texts, first) in texts.chunks(BATCH).zip((0..).step_by(BATCH)) {
            let (mut rows, mut words) = (Vec::new(), Vec::new());
            for (text, number) in texts.iter().zip(first..) {
                let text = self.tokenizer.normalize(text.as_ref());
                let Some((begin, end)) = taken_out(&text, number) else { continue };
                let (row, is_cut) = self.row(&format!("{}{MASK}{}", &text[..begin], &text[end..]));
                if !is_cut && row.masks.len() == 1 {
                    words.push(self.tokenizer.encode(&text[begin..end]));
                    rows.push(row);
                }
            }
            for (word, found) in words.into_iter().zip(self.probabilities(&rows)?) {
                figures.add(&word, &found[0], |id| self.tokenizer.is_special(id as u32));
            }
        }
        Ok(figures)
    }

    /// Probabilities of all tokens for every mask of each text.
    fn probabilities(&self, rows: &[Row]) -> Result<Vec<Vec<Vec<f32>>>> {
        let mut all = Vec::with_capacity(rows.len());
        for rows in rows.chunks(BATCH) {
            let lengths: Vec<usize> = rows.iter().map(|row| row.ids.len()).collect();
            let longest = lengths.iter().copied().max().unwrap_or(1);
            let padding = std::iter::repeat(self.tokenizer.pad);
            let ids: Vec<u32> = rows
                .iter()
                .flat_map(|row| row.ids.iter().copied().chain(padding.clone()).take(longest))
                .collect();
            let features = self.model.encode(&ids, &lengths, None, None);
            let places: Vec<u32> = rows
                .iter()
                .enumerate()
                .flat_map(|(k, row)| row.masks.iter().map(move |mask| (k * longest + mask) as u32))
                .collect();
            let at_masks =
                features.reshape(&[ids.len(), features.cols()]).embedding(&places, &[places.len()]);
            let mut found = probabilities(&self.model.predict(&at_masks))?.into_iter();
            all.extend(rows.iter().map(|row| found.by_ref().take(row.masks.len()).collect()));
        }
        Ok(all)
    }

    /// Maximum number of tokens read, including special ones.
    fn longest(&self) -> usize {
        self.model.config().max_position_embeddings
    }

    /// The ids of a text, and whether it was cut. White space only separates words.
    fn row(&self, text: &str) -> (Row, bool) {
        let mut row = Row { ids: vec![self.tokenizer.start], masks: Vec::new() };
        for (number, segment) in segments(text).iter().enumerate() {
            if number > 0 {
                row.masks.push(row.ids.len());
                row.ids.push(self.tokenizer.mask);
            }
            let words = segment.split_whitespace().collect::<Vec<_>>().join(" ");
            let goes_on = number > 0 && !segment.starts_with(char::is_whitespace);
            row.ids.extend(match (words.is_empty(), goes_on) {
                (true, _) => Vec::new(),
                (false, true) => self.tokenizer.encode_behind(&words),
                (false, false) => self.tokenizer.encode(&words),
            });
        }
        let most = self.longest() - 1;
        let is_cut = row.ids.len() > most;
        row.ids.truncate(most);
        row.masks.retain(|&mask| mask < most);
        row.ids.push(self.tokenizer.end);
        (row, is_cut)
    }
}

impl MaskedFigures {
    fn add(&mut self, word: &[u32], probabilities: &[f32], is_special: impl Fn(usize) -> bool) {
        self.count += 1;
        let &[word] = word else { return self.in_pieces += 1 };
        let own = probabilities[word as usize];
        let likelier =
            (0..probabilities.len()).filter(|&id| probabilities[id] > own && !is_special(id)).count();
        self.first += usize::from(likelier == 0);
        self.first_five += usize::from(likelier < 5);
    }
}

fn cut_note(what: &str) -> Note {
    Note::new("text-cut", format!("Only the first {what} were read."))
}

/// The segments between the masks of a text: one more than there are masks.
fn segments(text: &str) -> Vec<&str> {
    let mut segments = Vec::new();
    let mut rest = text;
    while let Some((begin, end)) = next_mask(rest) {
        segments.push(&rest[..begin]);
        rest = &rest[end..];
    }
    segments.push(rest);
    segments
}

fn next_mask(text: &str) -> Option<(usize, usize)> {
    let named = text.find(MASK).map(|at| (at, at + MASK.len()));
    let blank = text.find("___").map(|at| {
        let length = text[at..].bytes().take_while(|&byte| byte == b'_').count();
        (at, at + length.max(BLANK))
    });
    named.into_iter().chain(blank).min()
}

/// Byte range of a word of the text, chosen by `number`: letters at the start or after a space, not followed
/// by a letter. The PyTorch trainer makes the same choice.
pub fn taken_out(text: &str, number: u64) -> Option<(usize, usize)> {
    let mut words = Vec::new();
    let mut at = 0;
    for run in text.split_inclusive(|c: char| !c.is_alphabetic()) {
        let word = run.trim_end_matches(|c: char| !c.is_alphabetic());
        if !word.is_empty() && (at == 0 || text[..at].ends_with(' ')) {
            words.push((at, at + word.len()));
        }
        at += run.len();
    }
    let drawn = crate::hash::split_mix(number, 0) % (words.len() as u64).max(1);
    words.get(drawn as usize).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_are_found_in_both_spellings() {
        assert_eq!(segments("a [MASK], b _____c [MASK]"), ["a ", ", b ", "c ", ""]);
        assert_eq!(segments("a __ [mask]"), ["a __ [mask]"]);
        assert_eq!(segments(""), [""]);
    }

    #[test]
    fn a_word_stands_behind_a_space_or_at_the_beginning() {
        let drawn: std::collections::BTreeSet<&str> = (0..40)
            .filter_map(|number| taken_out("Don't go, (my) über-love 3x", number))
            .map(|(begin, end)| &"Don't go, (my) über-love 3x"[begin..end])
            .collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), ["Don", "go", "über"]);
        assert_eq!(taken_out("3 (4) ...", 1), None);
        assert_eq!(taken_out("", 1), None);
    }
}
