//! Sentence pairs for training a translator.

use super::facts::Facts;
use super::material::{Base, HeldOut, Material, bad, config, loaded};
use super::sample::Sample;
use super::sentence_pairs::PairCorpus;
use super::source::Source;
use crate::error::Result;
use crate::models::{ModelConfig, TranslationModel};
use crate::rng::Rng;
use crate::text::{Normalizer, PairTokenizer, SentencePair, WordOptions, WordTokenizer, learn_bpe};
use crate::train::{Learner, Model, Plan, PlannedTokenizer, Trainer, batches_by_length, encode_pairs};

/// Maximum number of characters of held-out targets to measure: enough for two significant digits.
const MOST_CHARACTERS: usize = 20_000;
/// Number of sentences translated in a sample.
const SAMPLED: usize = 3;

/// Sentence pairs, their tokenizer, and the configuration of the translator.
pub struct PairMaterial {
    corpus: PairCorpus,
    tokenizer: PairTokenizer,
    config: ModelConfig,
}

impl PairMaterial {
    /// See [`super::material::open`].
    pub fn new(plan: &Plan, source: &Source<'_>, base: Option<&Base>) -> Result<Self> {
        let corpus = match source {
            Source::Text(text) => PairCorpus::new(text, &plan.data, plan.train.seed)?,
            Source::Files(files) => PairCorpus::of_files(files, &plan.data)?,
        };
        let tokenizer = match base {
            Some(base) => PairTokenizer::from_json(&base.tokenizer)?,
            None => learn(plan, &corpus)?,
        };
        let config = config(plan, base, [tokenizer.src_vocab_size(), tokenizer.tgt_vocab_size()])?;
        Ok(Self { corpus, tokenizer, config })
    }

    /// The first held-out pairs that are short enough.
    fn measured(&self, max_tokens: usize) -> Vec<SentencePair> {
        let is_short = |pair: &&SentencePair| {
            !encode_pairs(&self.tokenizer, std::slice::from_ref(*pair), max_tokens).is_empty()
        };
        let mut characters = 0;
        let fits = |pair: &&SentencePair| {
            characters += pair.target.chars().count();
            characters <= MOST_CHARACTERS
        };
        self.corpus.held_out.iter().filter(is_short).take_while(fits).cloned().collect()
    }
}

impl Material for PairMaterial {
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
        self.tokenizer.tgt_vocab_size()
    }

    fn training_text(&self) -> String {
        self.corpus.train.iter().map(|pair| pair.target.clone() + "\n").collect()
    }

    fn characters_per_token(&self) -> f64 {
        // Every sentence also has an end token.
        let tokens = |pair: &SentencePair| self.tokenizer.encode_target(&pair.target).len() + 1;
        let pairs = &self.corpus.train;
        characters(pairs) as f64 / pairs.iter().map(tokens).sum::<usize>().max(1) as f64
    }

    fn held_out(&self) -> HeldOut<'_> {
        HeldOut::Pairs(&self.corpus.held_out)
    }

    fn learner(&self, plan: &Plan, weights: Option<&[u8]>) -> Result<Box<dyn Learner>> {
        let (max_tokens, config) = (plan.data.max_tokens, &self.config);
        let load = |weights: &mut _| TranslationModel::from_weights(config.clone(), weights);
        let init = || TranslationModel::init(config.clone(), &mut Rng::new(plan.train.seed));
        let model = loaded(weights, load, init)?;
        let pairs = encode_pairs(&self.tokenizer, &self.corpus.train, max_tokens);
        let measured = self.measured(max_tokens);
        let held_out = encode_pairs(&self.tokenizer, &measured, max_tokens);
        let batches = batches_by_length(&held_out, plan.train.tokens_per_batch);
        let trainer = Trainer::on_pairs(model, pairs, &plan.train)?;
        Ok(Box::new(trainer.restricted(plan.layers).validated_on(batches, characters(&measured))))
    }

    fn sample(&self, model: Model, _: u64, _: usize) -> Result<Sample> {
        let PairCorpus { train, held_out, .. } = &self.corpus;
        let pairs = if held_out.is_empty() { train } else { held_out };
        Sample::translate(model, &self.tokenizer, pairs.iter().take(SAMPLED).cloned().collect())
    }
}

/// Number of characters in the targets.
fn characters(pairs: &[SentencePair]) -> usize {
    pairs.iter().map(|pair| pair.target.chars().count()).sum()
}

fn learn(plan: &Plan, corpus: &PairCorpus) -> Result<PairTokenizer> {
    match plan.tokenizer {
        Some(PlannedTokenizer::Bpe { vocab_size }) => {
            let sides = corpus.train.iter().flat_map(|pair| [pair.source.as_str(), pair.target.as_str()]);
            Ok(PairTokenizer::Bpe(learn_bpe(sides, vocab_size, Normalizer::translation())))
        }
        Some(PlannedTokenizer::Words { vocab_size, min_count, lowercase }) => {
            let options = WordOptions { max_size: vocab_size, min_count, lowercase };
            Ok(PairTokenizer::Words(WordTokenizer::learn(&corpus.train, options)))
        }
        _ => Err(bad("the tokenizer of a translator is of subwords or of words")),
    }
}
