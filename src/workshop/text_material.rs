//! Unlabelled texts for training a masked language model.

use super::cleaning::check_text;
use super::facts::{Facts, Unit};
use super::label_corpus::MIN_EXAMPLES;
use super::material::{Base, HeldOut, Material, bad, config, loaded};
use super::sample::Sample;
use super::songs::held_out;
use super::source::Source;
use crate::error::{Error, ErrorCode, Result};
use crate::models::{BertConfig, MaskedLm, ModelConfig};
use crate::rng::Rng;
use crate::text::{MaskTokenizer, Note};
use crate::train::{Learner, Masks, Model, Plan, PlannedData, PlannedTokenizer, Trainer, masked_once};
use std::collections::BTreeSet;

/// Training and held-out texts, both in source order.
pub struct TextCorpus {
    train: Vec<String>,
    held_out: Vec<String>,
    pub(super) facts: Facts,
}

/// Texts, their tokenizer, and the configuration of the masked language model.
pub struct TextMaterial {
    corpus: TextCorpus,
    tokenizer: MaskTokenizer,
    config: ModelConfig,
}

/// Stanzas and paragraphs as one line each; song headers (`=== title`) are skipped.
pub fn blocks(text: &str) -> Vec<String> {
    let mut blocks = vec![String::new()];
    for line in text.split('\n') {
        let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
        let last = blocks.last_mut().expect("there is always one");
        if words.is_empty() || line.starts_with("===") {
            blocks.push(String::new());
        } else {
            let space = if last.is_empty() { "" } else { " " };
            *last += &format!("{space}{words}");
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

impl TextCorpus {
    /// Reads a source: both sides of tables of sentence pairs, stanzas and paragraphs of other texts.
    ///
    /// # Errors
    /// `not-text`, `text-too-long`, `text-too-short`.
    pub fn new(source: &Source<'_>, data: &PlannedData, seed: u64) -> Result<Self> {
        let ([train, held_out], notes) = match source {
            Source::Text(text) => (Self::split(text, data, seed)?, Vec::new()),
            Source::Files(files) => files.texts()?,
        };
        if train.len() < MIN_EXAMPLES {
            let message = format!("{} texts; at least {MIN_EXAMPLES} are needed", train.len());
            return Err(Error::new(ErrorCode::TextTooShort, message));
        }
        Ok(Self::of(train, held_out, notes))
    }

    fn split(text: &str, data: &PlannedData, seed: u64) -> Result<[Vec<String>; 2]> {
        check_text(text)?;
        let blocks = blocks(text);
        let lengths: Vec<usize> = blocks.iter().map(|block| block.chars().count()).collect();
        let apart = held_out(&lengths, data.held_out, seed);
        let mut both = [Vec::new(), Vec::new()];
        for (index, block) in blocks.into_iter().enumerate() {
            both[usize::from(apart.contains(&index))].push(block);
        }
        // The same text must not be on both sides: a held-out refrain is dropped.
        let known: BTreeSet<&String> = both[0].iter().collect();
        let fresh = both[1].iter().filter(|block| !known.contains(block)).cloned().collect();
        both[1] = fresh;
        Ok(both)
    }

    fn of(train: Vec<String>, held_out: Vec<String>, notes: Vec<Note>) -> Self {
        let characters = |part: &[String]| part.iter().map(|text| text.chars().count()).sum();
        let counts = [&train, &held_out].map(|part| (part.len(), characters(part)));
        let letters = train.iter().chain(&held_out).flat_map(|text| text.chars());
        let mut facts = Facts::new(Unit::Text, counts, train.len() + held_out.len(), letters);
        facts.notes = notes;
        Self { train, held_out, facts }
    }
}

impl TextMaterial {
    /// See [`super::material::open`].
    pub fn new(plan: &Plan, source: &Source<'_>, base: Option<&Base>) -> Result<Self> {
        let corpus = TextCorpus::new(source, &plan.data, plan.train.seed)?;
        let tokenizer = match (base, plan.tokenizer) {
            (Some(base), _) => MaskTokenizer::from_json(&base.tokenizer)?,
            (None, Some(PlannedTokenizer::Bpe { vocab_size })) => {
                MaskTokenizer::learn(corpus.train.iter().map(String::as_str), vocab_size)
            }
            _ => return Err(bad("the tokenizer of a model that foretells masked words is of subwords")),
        };
        let config = config(plan, base, [tokenizer.vocab_size(); 2])?;
        let ModelConfig::Bert(sizes) = &config else {
            return Err(bad("this model foretells no masked words"));
        };
        if sizes.vocab_size != tokenizer.vocab_size() {
            return Err(Error::new(
                ErrorCode::BadTokenizer,
                "the tokenizer has another vocabulary size than the model",
            ));
        }
        Ok(Self { corpus, tokenizer, config })
    }

    fn sizes(&self) -> &BertConfig {
        let ModelConfig::Bert(sizes) = &self.config else { unreachable!("checked when it was made") };
        sizes
    }

    /// Encodes the texts that are short enough.
    fn rows(&self, texts: &[String], max_tokens: usize) -> Vec<Vec<u32>> {
        let most = max_tokens.min(self.sizes().max_position_embeddings);
        let row = |text: &String| {
            [&[self.tokenizer.start], &self.tokenizer.encode(text)[..], &[self.tokenizer.end]].concat()
        };
        texts.iter().map(row).filter(|row| (3..=most).contains(&row.len())).collect()
    }
}

impl Material for TextMaterial {
    fn facts(&self) -> &Facts {
        &self.corpus.facts
    }

    fn config(&self) -> &ModelConfig {
        &self.config
    }

    fn tokenizer_json(&self) -> String {
        self.tokenizer.to_json()
    }

    fn vocab_size(&self) -> usize {
        self.tokenizer.vocab_size()
    }

    fn training_text(&self) -> String {
        self.corpus.train.iter().map(|text| text.clone() + "\n").collect()
    }

    fn characters_per_token(&self) -> f64 {
        let tokens: usize = self.corpus.train.iter().map(|text| self.tokenizer.encode(text).len()).sum();
        self.corpus.facts.train_characters as f64 / tokens.max(1) as f64
    }

    fn held_out(&self) -> HeldOut<'_> {
        HeldOut::Texts(&self.corpus.held_out)
    }

    fn learner(&self, plan: &Plan, weights: Option<&[u8]>) -> Result<Box<dyn Learner>> {
        let (max_tokens, sizes) = (plan.data.max_tokens, self.sizes());
        let load = |weights: &mut _| MaskedLm::from_weights(sizes.clone(), weights);
        let init = || MaskedLm::init(sizes.clone(), &mut Rng::new(plan.train.seed));
        let model = loaded(weights, load, init)?;
        let masks = Masks::of(&self.tokenizer);
        let held_out = self.rows(&self.corpus.held_out, max_tokens);
        let batches = masked_once(held_out, masks, plan.train.tokens_per_batch);
        let scored = batches.iter().map(|batch| batch.targets.len()).sum();
        let trainer =
            Trainer::on_texts(model, self.rows(&self.corpus.train, max_tokens), masks, &plan.train)?;
        Ok(Box::new(trainer.restricted(plan.layers).validated_on(batches, scored)))
    }

    fn sample(&self, model: Model, _: u64, _: usize) -> Result<Sample> {
        let texts = if self.corpus.held_out.is_empty() { &self.corpus.train } else { &self.corpus.held_out };
        Sample::foretell(model, &self.tokenizer, texts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stanzas_are_texts_and_titles_are_none() {
        let text = "=== One | somebody\nO  rose,\nsick rose!\n \n\nSing.\n=== Two\nso";
        assert_eq!(blocks(text), ["O rose, sick rose!", "Sing.", "so"]);
    }
}
