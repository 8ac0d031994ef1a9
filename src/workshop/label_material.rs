//! Labelled texts for training a classifier.

use super::facts::Facts;
use super::label_corpus::{LabelCorpus, numbered};
use super::material::{Base, HeldOut, Material, bad, config, loaded};
use super::sample::Sample;
use super::source::Source;
use crate::error::Result;
use crate::models::{ModelConfig, TextClassifier, TextClassifierConfig};
use crate::rng::Rng;
use crate::text::{BpeTokenizer, LabelledText, Normalizer, learn_bpe};
use crate::train::{Learner, Model, Plan, PlannedTokenizer, Trainer, batches_by_length};

/// Labelled texts, their tokenizer, and the configuration of the classifier.
pub struct LabelMaterial {
    corpus: LabelCorpus<LabelledText>,
    tokenizer: BpeTokenizer,
    config: ModelConfig,
}

impl LabelMaterial {
    /// See [`super::material::open`].
    pub fn new(plan: &Plan, source: &Source<'_>, base: Option<&Base>) -> Result<Self> {
        let mut corpus = LabelCorpus::new(source, &plan.data, plan.train.seed)?;
        let tokenizer = match (base, plan.tokenizer) {
            (Some(base), _) => BpeTokenizer::from_json(&base.tokenizer)?,
            (None, Some(PlannedTokenizer::Bpe { vocab_size })) => {
                let texts = corpus.train.iter().map(|example: &LabelledText| example.text.as_str());
                learn_bpe(texts, vocab_size, Normalizer::translation())
            }
            _ => return Err(bad("the tokenizer of a model that classifies is of subwords")),
        };
        let config = config(plan, base, [tokenizer.vocab_size(); 2])?;
        let ModelConfig::TextClassifier(sizes) = &config else {
            return Err(bad("this model classifies no texts"));
        };
        corpus.keep_known(&sizes.labels)?;
        Ok(Self { corpus, tokenizer, config })
    }

    fn sizes(&self) -> &TextClassifierConfig {
        let ModelConfig::TextClassifier(sizes) = &self.config else {
            unreachable!("checked when it was made")
        };
        sizes
    }
}

impl Material for LabelMaterial {
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
        self.sizes().labels.len()
    }

    fn training_text(&self) -> String {
        self.corpus.train.iter().map(|example| example.text.clone() + "\n").collect()
    }

    fn characters_per_token(&self) -> f64 {
        // One label is predicted for each whole text.
        self.corpus.facts.train_characters as f64 / self.corpus.train.len().max(1) as f64
    }

    fn held_out(&self) -> HeldOut<'_> {
        HeldOut::LabelledTexts(&self.corpus.held_out)
    }

    fn learner(&self, plan: &Plan, weights: Option<&[u8]>) -> Result<Box<dyn Learner>> {
        let (max_tokens, sizes) = (plan.data.max_tokens, self.sizes());
        let load = |weights: &mut _| TextClassifier::from_weights(sizes.clone(), weights);
        let init = || TextClassifier::init(sizes.clone(), &mut Rng::new(plan.train.seed));
        let model = loaded(weights, load, init)?;
        let ids = |examples: &[LabelledText]| {
            numbered(examples, &sizes.labels, max_tokens, |example| self.tokenizer.encode(&example.text))
        };
        let held_out = ids(&self.corpus.held_out);
        let batches = batches_by_length(&held_out, plan.train.tokens_per_batch);
        let trainer = Trainer::on_labels(model, ids(&self.corpus.train), &plan.train)?;
        Ok(Box::new(trainer.restricted(plan.layers).validated_on(batches, held_out.len())))
    }

    fn sample(&self, model: Model, _: u64, _: usize) -> Result<Sample> {
        Sample::classify(model, &self.tokenizer, self.corpus.sampled())
    }
}
