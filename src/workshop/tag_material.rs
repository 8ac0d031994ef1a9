//! Tagged sentences for training a tagger.

use super::facts::Facts;
use super::label_corpus::{LabelCorpus, numbered};
use super::material::{Base, HeldOut, Material, bad, config, loaded};
use super::sample::Sample;
use super::source::Source;
use crate::error::Result;
use crate::models::{ModelConfig, Tagger, TaggerConfig, WordForm};
use crate::rng::Rng;
use crate::text::{SpellingTokenizer, TaggedSentence};
use crate::train::{Learner, Model, Plan, PlannedTokenizer, Trainer, batches_by_length};
use std::collections::BTreeMap;

/// Tagged sentences, their tokenizer, and the configuration of the tagger.
pub struct TagMaterial {
    corpus: LabelCorpus<TaggedSentence>,
    tokenizer: SpellingTokenizer,
    config: ModelConfig,
}

impl TagMaterial {
    /// See [`super::material::open`].
    pub fn new(plan: &Plan, source: &Source<'_>, base: Option<&Base>) -> Result<Self> {
        let mut corpus = LabelCorpus::new(source, &plan.data, plan.train.seed)?;
        let tokenizer = match (base, plan.tokenizer) {
            (Some(base), _) => SpellingTokenizer::from_json(&base.tokenizer)?,
            (None, Some(PlannedTokenizer::Words { vocab_size, min_count, lowercase: true })) => {
                let words = corpus.train.iter().flat_map(|sentence: &TaggedSentence| &sentence.words);
                SpellingTokenizer::learn(words.map(String::as_str), vocab_size, min_count)
            }
            _ => return Err(bad("the tokenizer of a model that tags is of words in lower case")),
        };
        let config = config(plan, base, tokenizer.vocab_sizes())?;
        let ModelConfig::Tagger(sizes) = &config else { return Err(bad("this model tags no words")) };
        corpus.keep_known(&sizes.labels)?;
        Ok(Self { corpus, tokenizer, config })
    }

    fn sizes(&self) -> &TaggerConfig {
        let ModelConfig::Tagger(sizes) = &self.config else { unreachable!("checked when it was made") };
        sizes
    }
}

impl Material for TagMaterial {
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
        self.corpus.train.iter().map(|sentence| sentence.words.join(" ") + "\n").collect()
    }

    fn characters_per_token(&self) -> f64 {
        let words: usize = self.corpus.train.iter().map(|sentence| sentence.words.len()).sum();
        self.corpus.facts.train_characters as f64 / words.max(1) as f64
    }

    fn held_out(&self) -> HeldOut<'_> {
        HeldOut::TaggedSentences(&self.corpus.held_out)
    }

    fn learner(&self, plan: &Plan, weights: Option<&[u8]>) -> Result<Box<dyn Learner>> {
        let (max_tokens, sizes) = (plan.data.max_tokens, self.sizes());
        let load = |weights: &mut _| Tagger::from_weights(sizes.clone(), weights);
        let init = || Tagger::init(sizes.clone(), &mut Rng::new(plan.train.seed));
        let model = loaded(weights, load, init)?;
        let mut forms = WordForms::default();
        let mut ids = |sentences: &[TaggedSentence]| {
            let mut number = |word: &String| forms.number(&self.tokenizer, word);
            numbered(sentences, &sizes.labels, max_tokens, |sentence| {
                sentence.words.iter().map(&mut number).collect()
            })
        };
        let (train, held_out) = (ids(&self.corpus.train), ids(&self.corpus.held_out));
        let batches = batches_by_length(&held_out, plan.train.tokens_per_batch);
        let words = held_out.iter().map(|pair| pair.target.len()).sum();
        let trainer = Trainer::on_tags(model, train, forms.list.into(), &plan.train)?;
        Ok(Box::new(trainer.restricted(plan.layers).validated_on(batches, words)))
    }

    fn sample(&self, model: Model, _: u64, _: usize) -> Result<Sample> {
        Sample::tag(model, &self.tokenizer, self.corpus.sampled())
    }
}

/// The distinct word forms of a text in order of first occurrence, with the inverse map.
#[derive(Default)]
struct WordForms {
    list: Vec<WordForm>,
    numbers: BTreeMap<String, u32>,
}

impl WordForms {
    fn number(&mut self, tokenizer: &SpellingTokenizer, word: &str) -> u32 {
        if let Some(&number) = self.numbers.get(word) {
            return number;
        }
        let number = self.list.len() as u32;
        let (id, chars) = tokenizer.encode(word);
        self.list.push(WordForm { word: id, chars });
        self.numbers.insert(word.to_owned(), number);
        number
    }
}
