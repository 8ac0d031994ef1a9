//! Labels every word of a text.

use super::{probabilities, ranked};
use crate::error::{Error, ErrorCode, Result};
use crate::io::Weights;
use crate::models::{ModelConfig, Tagger, WordForm};
use crate::text::{Note, SpellingTokenizer, word_spans};

/// Only this many characters of a text are read.
pub const MAX_TEXT_CHARACTERS: usize = 20_000;
/// Longer sentences are split after this many words; hardly any training sentence was longer.
const MAX_WORDS: usize = 100;
/// Number of sentences read in parallel.
const BATCH: usize = 32;
/// Below this probability the second best label is reported, too.
const SURE: f32 = 0.8;

/// A tagging model with its tokenizer.
pub struct TextTagger {
    model: Tagger,
    tokenizer: SpellingTokenizer,
}

/// A text with a label for every word.
#[derive(Clone, Debug, PartialEq)]
pub struct TaggedText {
    /// The words in order.
    pub words: Vec<TaggedWord>,
    /// The text after the last word.
    pub rest: String,
    /// Codes: `no-words`, `text-cut`.
    pub notes: Vec<Note>,
}

/// A word with its labels, which are indices into [`TextTagger::labels`].
#[derive(Clone, Debug, PartialEq)]
pub struct TaggedWord {
    /// The text between the previous word and this one.
    pub before: String,
    /// The word.
    pub text: String,
    /// The likeliest label and its probability.
    pub best: (usize, f32),
    /// The second best label, if the best one is uncertain.
    pub second: Option<(usize, f32)>,
}

impl TextTagger {
    /// Loads a model from the contents of its three files.
    ///
    /// # Errors
    /// `bad-config` for a configuration that does not parse or does not describe a tagger; `bad-tokenizer`;
    /// for the weights see [`Weights`].
    pub fn from_files(config_json: &str, tokenizer_json: &str, weights: &[u8]) -> Result<Self> {
        let ModelConfig::Tagger(config) = ModelConfig::from_json(config_json)? else {
            return Err(Error::new(ErrorCode::BadConfig, "config.json is of a model that tags no words"));
        };
        let tokenizer = SpellingTokenizer::from_json(tokenizer_json)?;
        let mut weights = Weights::from_safetensors(weights)?;
        let model = Tagger::from_weights(config, &mut weights)?;
        weights.finish()?;
        Self::new(model, tokenizer)
    }

    /// Creates a tagger from a model that is already in memory, such as one in training.
    ///
    /// # Errors
    /// `bad-tokenizer` if the vocabulary sizes of tokenizer and model differ.
    pub fn new(model: Tagger, tokenizer: SpellingTokenizer) -> Result<Self> {
        let (sizes, config) = (tokenizer.vocab_sizes(), model.config());
        let expected = [config.char_vocab_size, config.vocab_size];
        if sizes == expected {
            return Ok(Self { model, tokenizer });
        }
        let message = format!("the tokenizer's vocabulary sizes are {sizes:?}, the model's {expected:?}");
        Err(Error::new(ErrorCode::BadTokenizer, message))
    }

    /// The names of the labels.
    pub fn labels(&self) -> &[String] {
        &self.model.config().labels
    }

    /// The model.
    pub fn model(&self) -> &Tagger {
        &self.model
    }

    /// Label probabilities for every word of each sentence, which must not be empty.
    ///
    /// # Errors
    /// `not-finite` for damaged weights.
    pub fn probabilities<T: AsRef<str>>(&self, sentences: &[Vec<T>]) -> Result<Vec<Vec<Vec<f32>>>> {
        let mut all = Vec::with_capacity(sentences.len());
        for sentences in sentences.chunks(BATCH) {
            let form = |word: &T| {
                let (word, chars) = self.tokenizer.encode(word.as_ref());
                WordForm { word, chars }
            };
            let rows: Vec<Vec<WordForm>> =
                sentences.iter().map(|words| words.iter().map(form).collect()).collect();
            let mut forms: Vec<&WordForm> = rows.iter().flatten().collect();
            forms.sort_unstable();
            forms.dedup();
            let lengths: Vec<usize> = rows.iter().map(Vec::len).collect();
            let longest = lengths.iter().copied().max().unwrap_or(1);
            let place = |form: &WordForm| forms.partition_point(|&other| other < form) as u32;
            let padded = |row: &Vec<WordForm>| -> Vec<u32> {
                row.iter().map(place).chain(std::iter::repeat(0)).take(longest).collect()
            };
            let places: Vec<u32> = rows.iter().flat_map(padded).collect();
            let found = probabilities(&self.model.forward(&forms, &places, &lengths, None))?;
            let rows = found.chunks(longest).zip(lengths);
            all.extend(rows.map(|(row, length)| row[..length].to_vec()));
        }
        Ok(all)
    }

    /// The likeliest label for every word of each sentence.
    ///
    /// # Errors
    /// `not-finite` for damaged weights.
    pub fn labels_of<T: AsRef<str>>(&self, sentences: &[Vec<T>]) -> Result<Vec<Vec<usize>>> {
        let best = |words: Vec<Vec<f32>>| words.iter().map(|word| ranked(word)[0]).collect();
        Ok(self.probabilities(sentences)?.into_iter().map(best).collect())
    }

    /// Tags a text line by line and sentence by sentence.
    ///
    /// # Errors
    /// `not-finite` for damaged weights.
    pub fn tag(&self, text: &str) -> Result<TaggedText> {
        let mut notes = Vec::new();
        let text = match text.char_indices().nth(MAX_TEXT_CHARACTERS) {
            Some((end, _)) => {
                let message = format!("Only the first {MAX_TEXT_CHARACTERS} characters were read.");
                notes.push(Note::new("text-cut", message));
                &text[..end]
            }
            None => text,
        };
        let spans = word_spans(text);
        if spans.is_empty() {
            notes.push(Note::new("no-words", "There is no word in the text."));
            return Ok(TaggedText { words: Vec::new(), rest: text.to_owned(), notes });
        }
        let mut sentences: Vec<Vec<&str>> = Vec::new();
        let mut gaps = Vec::with_capacity(spans.len());
        let mut end = 0;
        for span in spans {
            let (before, word) = (&text[end..span.start], &text[span.start..span.end]);
            match sentences.last_mut() {
                Some(sentence) if !ends(sentence, before) => sentence.push(word),
                _ => sentences.push(vec![word]),
            }
            gaps.push(before);
            end = span.end;
        }
        let found = self.probabilities(&sentences)?;
        let words = gaps.into_iter().zip(sentences.into_iter().flatten()).zip(found.into_iter().flatten());
        let words =
            words.map(|((before, word), probabilities)| tagged(before, word, &probabilities)).collect();
        Ok(TaggedText { words, rest: text[end..].to_owned(), notes })
    }
}

/// Whether the sentence ends before this gap.
fn ends(sentence: &[&str], gap: &str) -> bool {
    let is_stop = sentence.last().is_some_and(|word| word.starts_with(['.', '!', '?']));
    sentence.len() >= MAX_WORDS || gap.contains('\n') || (is_stop && !gap.is_empty())
}

fn tagged(before: &str, word: &str, probabilities: &[f32]) -> TaggedWord {
    let order = ranked(probabilities);
    let of = |rank: usize| (order[rank], probabilities[order[rank]]);
    TaggedWord {
        before: before.to_owned(),
        text: word.to_owned(),
        best: of(0),
        second: (of(0).1 < SURE).then(|| of(1)),
    }
}
