//! What is trained: model, tokenizer and text of any kind, and the trainer that moves them.

use super::plan::{Plan, PlannedModel, PlannedTokenizer};
use super::sentence_pairs::PairCorpus;
use super::songs::SongCorpus;
use super::validation::Validation;
use super::{Base, Facts};
use crate::error::{Error, ErrorCode, Result};
use crate::io::Weights;
use crate::models::{CharLstm, CharLstmConfig, Gpt, GptConfig, LanguageModel, ModelConfig, TranslationModel};
use crate::nn::Module;
use crate::rng::Rng;
use crate::tensor::Device;
use crate::text::{
    CharTokenizer, Normalizer, PairTokenizer, Song, TextTokenizer, WordOptions, WordTokenizer, learn_bpe,
    learn_song_bpe,
};
use crate::train::{GptTrainer, Metrics, ModelRecipe, PairTrainer, TokenSong, Trainer, encode_pairs};

/// A text with the tokenizer that numbers it, and the model's configuration.
pub enum Material {
    /// For a model that writes.
    Songs(SongCorpus, TextTokenizer, ModelConfig),
    /// For one that translates.
    Pairs(PairCorpus, PairTokenizer, ModelConfig),
}

/// A trainer of any kind.
#[expect(clippy::large_enum_variant, reason = "there is one of it at a time, and none is moved in a loop")]
pub enum Learner {
    /// Of a character LSTM.
    Lstm(Trainer),
    /// Of a GPT-2.
    Gpt(GptTrainer),
    /// Of a translator.
    Pairs(PairTrainer),
}

/// A model of any kind.
#[expect(clippy::large_enum_variant, reason = "there is one of it at a time, and none is moved in a loop")]
pub enum Model {
    /// One that writes.
    Writes(LanguageModel),
    /// One that translates.
    Translates(TranslationModel),
}

impl Material {
    /// Cleans, splits and numbers the text.
    ///
    /// # Errors
    /// Those of the text, `bad-recipe`, and of the files of a model that is trained on.
    pub fn new(plan: &Plan, text: &str, base: Option<&Base>) -> Result<Self> {
        let config = base.map(|base| ModelConfig::from_json(&base.config)).transpose()?;
        if config.is_none() && plan.model.is_none() {
            return Err(bad("there is neither a new model nor one that is trained on"));
        }
        let translates = match (&config, &plan.model) {
            (Some(config), _) => matches!(config, ModelConfig::Transformer(_) | ModelConfig::Seq2seq(_)),
            (None, model) => matches!(model, Some(PlannedModel::Translator(_))),
        };
        let seed = plan.train.seed;
        if translates {
            let corpus = PairCorpus::new(text, &plan.data, seed)?;
            let tokenizer = match base {
                Some(base) => PairTokenizer::from_json(&base.tokenizer)?,
                None => learn_for_pairs(plan, &corpus)?,
            };
            let config = config.map_or_else(|| translator_config(plan, &tokenizer), Ok)?;
            return Ok(Self::Pairs(corpus, tokenizer, config));
        }
        let mut corpus = SongCorpus::new(text, &plan.data, seed)?;
        let tokenizer = match base {
            Some(base) => TextTokenizer::from_json(&base.tokenizer)?,
            None => learn_for_songs(plan, &corpus)?,
        };
        if let TextTokenizer::Chars(tokenizer) = &tokenizer {
            corpus.spell_with(tokenizer);
        }
        let config = config.map_or_else(|| writer_config(plan, &tokenizer), Ok)?;
        Ok(Self::Songs(corpus, tokenizer, config))
    }

    /// What the text holds.
    pub fn facts(&self) -> &Facts {
        match self {
            Self::Songs(corpus, ..) => &corpus.facts,
            Self::Pairs(corpus, ..) => &corpus.facts,
        }
    }

    /// The content of `config.json`.
    pub fn config(&self) -> &ModelConfig {
        match self {
            Self::Songs(_, _, config) | Self::Pairs(_, _, config) => config,
        }
    }

    /// The content of `tokenizer.json`.
    pub fn tokenizer_json(&self) -> String {
        match self {
            Self::Songs(_, tokenizer, _) => tokenizer.to_json(),
            Self::Pairs(_, tokenizer, _) => tokenizer.to_json(),
        }
    }

    /// Number of different tokens that the model writes.
    pub fn vocab_size(&self) -> usize {
        match self {
            Self::Songs(_, tokenizer, _) => tokenizer.vocab_size(),
            Self::Pairs(_, tokenizer, _) => tokenizer.tgt_vocab_size(),
        }
    }

    /// The text that is trained on, to find copies of it.
    pub fn training_text(&self) -> String {
        match self {
            Self::Songs(corpus, ..) => corpus.train.iter().map(|song| song.verses.as_str()).collect(),
            Self::Pairs(corpus, ..) => corpus.train.iter().map(|pair| pair.target.clone() + "\n").collect(),
        }
    }

    /// The held-out part, ready to be measured; none if nothing is held out.
    pub fn validation(&self, plan: &Plan) -> Option<Validation> {
        match self {
            Self::Songs(corpus, tokenizer, config) => {
                let text: String = corpus.held_out.iter().map(|song| song.verses.as_str()).collect();
                let window =
                    if let ModelConfig::Gpt2(config) = config { Some(config.n_positions) } else { None };
                Validation::of_songs(&text, tokenizer, window)
            }
            Self::Pairs(corpus, tokenizer, _) => Validation::of_pairs(
                &corpus.held_out,
                tokenizer,
                plan.data.max_tokens,
                plan.train.tokens_per_batch,
            ),
        }
    }

    /// A trainer before its first step, on the CPU.
    ///
    /// # Errors
    /// `text-too-short` if the text fills no batch, and those of the weights of a model that is trained on.
    pub fn learner(&self, plan: &Plan, weights: Option<&[u8]>) -> Result<Learner> {
        let weights = weights.map(Weights::from_safetensors).transpose()?;
        let mut rng = Rng::new(plan.train.seed);
        let mut learner = match self {
            Self::Songs(corpus, tokenizer, ModelConfig::CharLstm(config)) => {
                let init = || CharLstm::init(config.clone(), &mut rng);
                let model = loaded(weights, |weights| CharLstm::from_weights(config.clone(), weights), init)?;
                let text: String = corpus.train.iter().map(|song| song.verses.as_str()).collect();
                Learner::Lstm(Trainer::new(model, tokenizer.encode(&text), plan.song_training())?)
            }
            Self::Songs(corpus, tokenizer, ModelConfig::Gpt2(config)) => {
                let init = || Gpt::init(config.clone(), &mut rng);
                let model = loaded(weights, |weights| Gpt::from_weights(config.clone(), weights), init)?;
                let encode = |song: &Song| TokenSong {
                    title: tokenizer.encode(&song.title),
                    verses: tokenizer.encode(&song.verses),
                };
                let songs = corpus.train.iter().map(encode).collect();
                Learner::Gpt(GptTrainer::new(model, songs, plan.window_training())?)
            }
            Self::Pairs(corpus, tokenizer, config) => {
                let init = || TranslationModel::init(config.clone(), &mut rng);
                let load = |weights: &mut Weights| TranslationModel::from_weights(config.clone(), weights);
                let model = loaded(weights, load, init)?;
                let pairs = encode_pairs(tokenizer, &corpus.train, plan.data.max_tokens);
                Learner::Pairs(PairTrainer::new(model, pairs, plan.pair_training())?)
            }
            Self::Songs(..) => return Err(bad("this model translates; it learns from sentence pairs")),
        };
        learner.restrict(plan);
        Ok(learner)
    }
}

fn loaded<M>(
    weights: Option<Weights>,
    load: impl FnOnce(&mut Weights) -> Result<M>,
    init: impl FnOnce() -> Result<M>,
) -> Result<M> {
    let Some(mut weights) = weights else { return init() };
    let model = load(&mut weights)?;
    weights.finish()?;
    Ok(model)
}

fn learn_for_songs(plan: &Plan, corpus: &SongCorpus) -> Result<TextTokenizer> {
    match plan.tokenizer {
        // Of the held-out part nothing but its characters is known, which costs it no bits.
        Some(PlannedTokenizer::Chars) => {
            let songs = corpus.train.iter().chain(&corpus.held_out);
            let text: String = songs.flat_map(|song| [song.verses.as_str(), song.title.as_str()]).collect();
            Ok(CharTokenizer::from_text(plan.data.normalize, &text).into())
        }
        Some(PlannedTokenizer::Bpe { vocab_size }) => {
            let texts: Vec<String> =
                corpus.train.iter().map(|song| format!("{}{}", song.title, song.verses)).collect();
            Ok(learn_song_bpe(texts.iter().map(String::as_str), vocab_size).into())
        }
        _ => Err(bad("the tokenizer of a model that writes is of characters or of subwords")),
    }
}

fn learn_for_pairs(plan: &Plan, corpus: &PairCorpus) -> Result<PairTokenizer> {
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

fn writer_config(plan: &Plan, tokenizer: &TextTokenizer) -> Result<ModelConfig> {
    let vocab_size = tokenizer.vocab_size();
    match &plan.model {
        Some(PlannedModel::CharLstm(ModelRecipe::CharLstm {
            embedding_size,
            hidden_size,
            num_layers,
            dropout,
        })) => {
            if matches!(tokenizer, TextTokenizer::Bpe(_)) {
                return Err(bad("a character LSTM has a tokenizer of characters"));
            }
            let (embedding_size, hidden_size) = (*embedding_size, *hidden_size);
            let config = CharLstmConfig {
                vocab_size,
                embedding_size,
                hidden_size,
                num_layers: *num_layers,
                dropout: *dropout,
            };
            config.check()?;
            Ok(ModelConfig::CharLstm(config))
        }
        Some(PlannedModel::Gpt(sizes)) => {
            let config: GptConfig = sizes.config(vocab_size);
            config.check()?;
            Ok(ModelConfig::Gpt2(config))
        }
        _ => Err(bad("the plan has no model that writes")),
    }
}

fn translator_config(plan: &Plan, tokenizer: &PairTokenizer) -> Result<ModelConfig> {
    let Some(PlannedModel::Translator(sizes)) = &plan.model else {
        return Err(bad("the plan has no model that translates"));
    };
    Ok(sizes.config(tokenizer.src_vocab_size(), tokenizer.tgt_vocab_size()))
}

fn bad(message: &str) -> Error {
    Error::new(ErrorCode::BadRecipe, message)
}

impl Learner {
    fn restrict(&mut self, plan: &Plan) {
        match self {
            Self::Lstm(trainer) => trainer.restrict(plan.layers),
            Self::Gpt(trainer) => trainer.restrict(plan.layers),
            Self::Pairs(trainer) => trainer.restrict(plan.layers),
        }
    }

    /// Goes on with the model on `device`.
    pub fn to(&mut self, device: &Device) {
        match self {
            Self::Lstm(trainer) => trainer.to(device),
            Self::Gpt(trainer) => trainer.to(device),
            Self::Pairs(trainer) => trainer.to(device),
        }
    }

    /// Steps done.
    pub fn steps_done(&self) -> u64 {
        match self {
            Self::Lstm(trainer) => trainer.steps_done(),
            Self::Gpt(trainer) => trainer.steps_done(),
            Self::Pairs(trainer) => trainer.steps_done(),
        }
    }

    /// Steps of one pass over the text, about.
    pub fn steps_per_epoch(&self, plan: &Plan, characters: usize) -> usize {
        match self {
            Self::Lstm(_) => characters / (plan.train.batch_size * plan.train.window),
            Self::Gpt(trainer) => trainer.steps_per_epoch(),
            Self::Pairs(trainer) => trainer.batches().epoch_len(),
        }
        .max(1)
    }

    /// One batch: forward, backward, update.
    pub async fn step(&mut self) -> Result<Metrics> {
        match self {
            Self::Lstm(trainer) => trainer.step_async().await,
            Self::Gpt(trainer) => trainer.step_async().await,
            Self::Pairs(trainer) => trainer.step_async().await,
        }
    }

    /// The highest learning rate of the schedule.
    pub fn lr(&self) -> f32 {
        match self {
            Self::Lstm(trainer) => trainer.lr(),
            Self::Gpt(trainer) => trainer.lr(),
            Self::Pairs(trainer) => trainer.lr(),
        }
    }

    /// Goes on with another highest rate.
    pub fn set_lr(&mut self, lr: f32) {
        match self {
            Self::Lstm(trainer) => trainer.set_lr(lr),
            Self::Gpt(trainer) => trainer.set_lr(lr),
            Self::Pairs(trainer) => trainer.set_lr(lr),
        }
    }

    /// The whole run.
    pub async fn checkpoint(&self) -> Result<Vec<u8>> {
        match self {
            Self::Lstm(trainer) => trainer.checkpoint_async().await,
            Self::Gpt(trainer) => trainer.checkpoint_async().await,
            Self::Pairs(trainer) => trainer.checkpoint_async().await,
        }
    }

    /// Continues where the run that wrote the checkpoint stood.
    pub fn restore(&mut self, checkpoint: &[u8]) -> Result<()> {
        match self {
            Self::Lstm(trainer) => trainer.restore(checkpoint),
            Self::Gpt(trainer) => trainer.restore(checkpoint),
            Self::Pairs(trainer) => trainer.restore(checkpoint),
        }
    }

    /// The model that is measured, tried and kept: the moving average where there is one.
    pub fn model(&self) -> Model {
        match self {
            Self::Lstm(trainer) => Model::Writes(trainer.model().clone().into()),
            Self::Gpt(trainer) => Model::Writes(trainer.average().clone().into()),
            Self::Pairs(trainer) => Model::Translates(trainer.average().clone()),
        }
    }
}

impl Model {
    /// The same in main memory.
    ///
    /// # Errors
    /// `gpu-lost` or `out-of-memory`.
    pub async fn to_cpu(&self) -> Result<Self> {
        match self {
            Self::Writes(model) => Ok(Self::Writes(model.to_cpu().await?)),
            Self::Translates(model) => Ok(Self::Translates(model.to_cpu().await?)),
        }
    }

    /// Its parameters by name.
    pub fn parameters(&self) -> Vec<(String, crate::tensor::Tensor)> {
        match self {
            Self::Writes(model) => model.parameters(),
            Self::Translates(model) => model.parameters(),
        }
    }
}
