//! Samples from a model in training: generated text, or its output for held-out sentences.

use crate::error::Result;
use crate::generate::{Generator, Options, Sampling, Search, TranslateOptions, Translator};
use crate::read::{Classifier, MaskFiller, TextTagger, taken_out};
use crate::text::{
    BpeTokenizer, LabelledText, MASK, MaskTokenizer, PairTokenizer, SentencePair, SongIndex,
    SpellingTokenizer, Stretch, TaggedSentence, TextTokenizer,
};
use crate::train::Model;
use serde::Serialize;

const TEMPERATURE: f32 = 0.8;
/// Number of texts in a sample of masked words.
const SAMPLED: usize = 5;
/// Maximum length of a translation; a longer one is a runaway.
const MOST_TOKENS: usize = 60;

/// A sample in progress.
pub enum Sample {
    /// A text being generated.
    Writing(Box<Generator>, String),
    /// Translations.
    Translating(Box<Translator>, std::vec::IntoIter<SentencePair>, Vec<SampledPair>),
    /// Labels.
    Labelling(Vec<SampledPair>),
}

/// A finished sample.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sampled {
    /// The generated text.
    pub text: String,
    /// Fraction of it that is copied from the training text in passages of at least about 40 characters.
    pub memorized: f64,
    /// Translated or labelled sentences.
    pub pairs: Vec<SampledPair>,
}

/// A sentence, translated or labelled.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SampledPair {
    /// The model's input.
    pub source: String,
    /// The model's output.
    pub text: String,
    /// The reference from the text.
    pub reference: String,
}

impl Sample {
    pub(super) fn write(
        model: Model,
        tokenizer: &TextTokenizer,
        seed: u64,
        max_new_tokens: usize,
    ) -> Result<Self> {
        let Model::Writes(model) = model else { unreachable!("songs are written by models that write") };
        let mut generator = Generator::new(model, tokenizer.clone())?;
        let sampling = Sampling { temperature: TEMPERATURE, ..Sampling::default() };
        generator.start("", Options { sampling, seed, max_new_tokens, ..Options::default() })?;
        Ok(Self::Writing(Box::new(generator), String::new()))
    }

    pub(super) fn translate(
        model: Model,
        tokenizer: &PairTokenizer,
        pairs: Vec<SentencePair>,
    ) -> Result<Self> {
        let Model::Translates(model) = model else { unreachable!("pairs are for models that translate") };
        let translator = Translator::new(model, tokenizer.clone())?;
        Ok(Self::Translating(Box::new(translator), pairs.into_iter(), Vec::new()))
    }

    pub(super) fn classify(model: Model, tokenizer: &BpeTokenizer, texts: Vec<LabelledText>) -> Result<Self> {
        let Model::Classifies(model) = model else {
            unreachable!("labelled texts are for models that classify")
        };
        let classifier = Classifier::new(model, tokenizer.clone())?;
        let mut done = Vec::with_capacity(texts.len());
        for LabelledText { text, label } in texts {
            let found = classifier.read(&text)?.label.map_or("", |found| &classifier.labels()[found]);
            done.push(SampledPair { source: text, text: found.to_owned(), reference: label });
        }
        Ok(Self::Labelling(done))
    }

    /// Texts with one word masked in each, and the model's prediction for it.
    pub(super) fn foretell(model: Model, tokenizer: &MaskTokenizer, texts: &[String]) -> Result<Self> {
        let Model::Foretells(model) = model else { unreachable!("texts are for models that foretell words") };
        let filler = MaskFiller::new(model, tokenizer.clone())?;
        let mut done = Vec::new();
        for (text, number) in texts.iter().take(SAMPLED).zip(0..) {
            let Some((begin, end)) = taken_out(text, number) else { continue };
            let source = format!("{}{MASK}{}", &text[..begin], &text[end..]);
            let found = filler.fill(&source, 1)?.masks.concat();
            let word = found.first().map_or_else(String::new, |word| word.text.clone());
            done.push(SampledPair { source, text: word, reference: text[begin..end].to_owned() });
        }
        Ok(Self::Labelling(done))
    }

    pub(super) fn tag(
        model: Model,
        tokenizer: &SpellingTokenizer,
        sentences: Vec<TaggedSentence>,
    ) -> Result<Self> {
        let Model::Tags(model) = model else { unreachable!("tagged sentences are for models that tag") };
        let tagger = TextTagger::new(model, tokenizer.clone())?;
        let words: Vec<Vec<&str>> =
            sentences.iter().map(|sentence| sentence.words.iter().map(String::as_str).collect()).collect();
        let found = tagger.labels_of(&words)?;
        let named = |labels: Vec<usize>| {
            labels.into_iter().map(|label| tagger.labels()[label].as_str()).collect::<Vec<_>>().join(" ")
        };
        let done = sentences.into_iter().zip(found).map(|(sentence, found)| SampledPair {
            source: sentence.words.join(" "),
            text: named(found),
            reference: sentence.labels.join(" "),
        });
        Ok(Self::Labelling(done.collect()))
    }

    /// Generates a few more tokens, or translates one sentence; returns whether the sample is complete.
    ///
    /// # Errors
    /// `not-finite`.
    pub fn go_on(&mut self, tokens: usize) -> Result<bool> {
        match self {
            Self::Writing(generator, text) => {
                for _ in 0..tokens {
                    match generator.next()? {
                        Some(token) => text.push_str(&token.text),
                        None => return Ok(true),
                    }
                }
                Ok(generator.remaining() == 0)
            }
            Self::Translating(translator, pairs, done) => {
                let Some(SentencePair { source, target }) = pairs.next() else { return Ok(true) };
                let search = Search { beam_width: 1, ..Search::default() };
                translator.start(&source, TranslateOptions { search, max_new_tokens: MOST_TOKENS })?;
                let mut text = String::new();
                while let Some(piece) = translator.next()? {
                    text.push_str(&piece.before);
                    text.push_str(&piece.text);
                }
                done.push(SampledPair { source, text, reference: target });
                Ok(pairs.as_slice().is_empty())
            }
            Self::Labelling(_) => Ok(true),
        }
    }

    /// The text generated so far, and the pairs completed so far.
    pub fn texts(&self) -> (&str, &[SampledPair]) {
        match self {
            Self::Writing(_, text) => (text, &[]),
            Self::Translating(_, _, pairs) | Self::Labelling(pairs) => ("", pairs),
        }
    }

    pub(super) fn finish(self, index: &SongIndex) -> Sampled {
        match self {
            Self::Writing(_, text) => Sampled { memorized: share(&text, index), text, pairs: Vec::new() },
            Self::Translating(_, _, pairs) | Self::Labelling(pairs) => {
                Sampled { text: String::new(), memorized: 0.0, pairs }
            }
        }
    }
}

/// Fraction of the characters of `text` in passages copied from the songs.
fn share(text: &str, index: &SongIndex) -> f64 {
    let length = |Stretch { start, end, .. }: Stretch| text[start..end].chars().count();
    let copied: usize = index.find(text).into_iter().map(length).sum();
    copied as f64 / text.chars().count().max(1) as f64
}
