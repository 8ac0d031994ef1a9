//! Classifies lines, with probabilities and the influence of each word.

use super::{probabilities, ranked};
use crate::error::{Error, ErrorCode, Result};
use crate::io::Weights;
use crate::models::{ModelConfig, TextClassifier};
use crate::text::{BpeTokenizer, Note, PAD};
use std::ops::Range;

/// Only this many tokens of a line are read: several times what a model has seen in training.
pub const MAX_LINE_TOKENS: usize = 256;
/// In lines with more words, the influence of the words is not computed.
pub const MAX_SHADED_WORDS: usize = 60;
/// Number of lines read in parallel.
const BATCH: usize = 32;
/// If the likeliest class is less probable than this, the verdict is called unsure.
const SURE: f32 = 0.6;
/// A line with fewer letters is meaningless.
const FEWEST_LETTERS: usize = 3;

/// A text classifier with its tokenizer.
pub struct Classifier {
    model: TextClassifier,
    tokenizer: BpeTokenizer,
}

/// The model's verdict on a line.
#[derive(Clone, Debug, PartialEq)]
pub struct LineVerdict {
    /// Probability of each class, in the order of [`Classifier::labels`]; empty if there was nothing to read.
    pub probabilities: Vec<f32>,
    /// The likeliest class; `None` if there was nothing to read.
    pub label: Option<usize>,
    /// The words of the line.
    pub words: Vec<ReadWord>,
    /// Codes: `no-words`, `few-letters`, `line-cut`, `line-not-shaded`, `unsure`.
    pub notes: Vec<Note>,
}

/// A word of a line, delimited by white space.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadWord {
    /// Its byte range in the line.
    pub span: Range<usize>,
    /// Probability of the likeliest class with the word minus that without it, from -1 to 1; `None` if not
    /// computed.
    pub influence: Option<f32>,
}

impl Classifier {
    /// Loads a model from the contents of its three files.
    ///
    /// # Errors
    /// `bad-config` for a configuration that does not parse or does not describe a classifier;
    /// `bad-tokenizer`; for the weights see [`Weights`].
    pub fn from_files(config_json: &str, tokenizer_json: &str, weights: &[u8]) -> Result<Self> {
        let ModelConfig::TextClassifier(config) = ModelConfig::from_json(config_json)? else {
            return Err(Error::new(
                ErrorCode::BadConfig,
                "config.json is of a model that classifies no texts",
            ));
        };
        let tokenizer = BpeTokenizer::from_json(tokenizer_json)?;
        let mut weights = Weights::from_safetensors(weights)?;
        let model = TextClassifier::from_weights(config, &mut weights)?;
        weights.finish()?;
        Self::new(model, tokenizer)
    }

    /// Creates a classifier from a model that is already in memory, such as one in training.
    ///
    /// # Errors
    /// `bad-tokenizer` if the vocabulary sizes of tokenizer and model differ.
    pub fn new(model: TextClassifier, tokenizer: BpeTokenizer) -> Result<Self> {
        let (size, expected) = (tokenizer.vocab_size(), model.config().vocab_size);
        if size == expected {
            return Ok(Self { model, tokenizer });
        }
        let message = format!("the tokenizer's vocabulary size is {size}, the model's {expected}");
        Err(Error::new(ErrorCode::BadTokenizer, message))
    }

    /// The names of the classes.
    pub fn labels(&self) -> &[String] {
        &self.model.config().labels
    }

    /// The model.
    pub fn model(&self) -> &TextClassifier {
        &self.model
    }

    /// Class probabilities of each text.
    ///
    /// # Errors
    /// `not-finite` for damaged weights.
    pub fn probabilities<T: AsRef<str>>(&self, texts: &[T]) -> Result<Vec<Vec<f32>>> {
        let ids: Vec<Vec<u32>> = texts.iter().map(|text| self.encode(text.as_ref()).0).collect();
        let mut all = Vec::with_capacity(ids.len());
        for rows in ids.chunks(BATCH) {
            let lengths: Vec<usize> = rows.iter().map(Vec::len).collect();
            let longest = lengths.iter().copied().max().unwrap_or(1);
            let padded = |row: &Vec<u32>| -> Vec<u32> {
                row.iter().copied().chain(std::iter::repeat(PAD)).take(longest).collect()
            };
            let inputs: Vec<u32> = rows.iter().flat_map(padded).collect();
            all.extend(probabilities(&self.model.forward(&inputs, &lengths, None))?);
        }
        Ok(all)
    }

    /// The likeliest class of each text.
    ///
    /// # Errors
    /// `not-finite` for damaged weights.
    pub fn labels_of<T: AsRef<str>>(&self, texts: &[T]) -> Result<Vec<usize>> {
        Ok(self.probabilities(texts)?.iter().map(|probabilities| ranked(probabilities)[0]).collect())
    }

    /// Classifies a line, both as a whole and without each of its words.
    ///
    /// # Errors
    /// `not-finite` for damaged weights.
    pub fn read(&self, line: &str) -> Result<LineVerdict> {
        let mut words: Vec<ReadWord> =
            spans(line).into_iter().map(|span| ReadWord { span, influence: None }).collect();
        let mut notes = Vec::new();
        match line.chars().filter(|c| c.is_alphabetic()).count() {
            0 => {
                notes.push(Note::new("no-words", "There is no letter in the line, so nothing to judge."));
                return Ok(LineVerdict { probabilities: Vec::new(), label: None, words, notes });
            }
            1..FEWEST_LETTERS => {
                notes.push(Note::new("few-letters", "So few letters say nothing: the verdict is a guess."));
            }
            _ => {}
        }
        if self.encode(line).1 {
            let message = format!("Only the first {MAX_LINE_TOKENS} tokens of the line were read.");
            notes.push(Note::new("line-cut", message));
        }
        let shaded = (2..=MAX_SHADED_WORDS).contains(&words.len());
        let mut texts = vec![line.to_owned()];
        if shaded {
            let without = |word: &ReadWord| [&line[..word.span.start], &line[word.span.end..]].concat();
            texts.extend(words.iter().map(without));
        } else if words.len() > MAX_SHADED_WORDS {
            let message =
                format!("In a line of more than {MAX_SHADED_WORDS} words none was left out to be tried.");
            notes.push(Note::new("line-not-shaded", message));
        }
        let mut all = self.probabilities(&texts)?.into_iter();
        let whole = all.next().unwrap_or_default();
        let label = ranked(&whole)[0];
        for (word, without) in words.iter_mut().zip(all) {
            word.influence = Some(whole[label] - without[label]);
        }
        if whole[label] < SURE {
            notes.push(Note::new("unsure", "No class is much likelier than the others."));
        }
        Ok(LineVerdict { probabilities: whole, label: Some(label), words, notes })
    }

    /// The tokens of a text that are read, at least one, and whether the text was cut.
    fn encode(&self, text: &str) -> (Vec<u32>, bool) {
        let mut ids = self.tokenizer.encode(text);
        let is_cut = ids.len() > MAX_LINE_TOKENS;
        ids.truncate(MAX_LINE_TOKENS);
        if ids.is_empty() {
            ids.push(PAD);
        }
        (ids, is_cut)
    }
}

/// Byte ranges of the words of a line, delimited by white space.
fn spans(line: &str) -> Vec<Range<usize>> {
    let start = line.as_ptr() as usize;
    let span = |word: &str| {
        let begin = word.as_ptr() as usize - start;
        begin..begin + word.len()
    };
    line.split_whitespace().map(span).collect()
}
