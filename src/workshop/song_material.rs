//! Songs for training a language model.

use super::facts::Facts;
use super::material::{Base, HeldOut, Material, bad, config, loaded};
use super::sample::Sample;
use super::songs::SongCorpus;
use super::source::Source;
use crate::error::Result;
use crate::models::{CharLstm, Gpt, ModelConfig, cut_vocabulary, fit_vocabulary};
use crate::rng::Rng;
use crate::text::{CharTokenizer, Song, TextTokenizer, learn_song_bpe};
use crate::train::{
    Kind, Learner, Model, Plan, PlannedTokenizer, TokenSong, Trainer, side_by_side, sliding_windows,
};

/// Maximum number of characters of held-out text to measure: enough for two significant digits.
const MOST_CHARACTERS: usize = 20_000;

/// Songs, their tokenizer, and the configuration of the language model.
pub struct SongMaterial {
    corpus: SongCorpus,
    tokenizer: TextTokenizer,
    config: ModelConfig,
}

impl SongMaterial {
    /// See [`super::material::open`].
    pub fn new(plan: &Plan, kind: Kind, source: &Source<'_>, base: Option<&Base>) -> Result<Self> {
        let mut corpus = match source {
            Source::Text(text) => SongCorpus::new(text, &plan.data, plan.train.seed)?,
            Source::Files(files) => SongCorpus::of_files(files, &plan.data, kind == Kind::Gpt2)?,
        };
        let mut tokenizer = match base {
            Some(base) => TextTokenizer::from_json(&base.tokenizer)?,
            None => learn(plan, &corpus)?,
        };
        if let (Source::Text(_), TextTokenizer::Chars(tokenizer)) = (source, &tokenizer) {
            corpus.spell_with(tokenizer);
        }
        let mut config = config(plan, base, [tokenizer.vocab_size(); 2])?;
        tokenizer.fit(config.language_vocab_size()?);
        fit_vocabulary(&mut config, tokenizer.vocab_size());
        if matches!((&config, &tokenizer), (ModelConfig::CharLstm(_), TextTokenizer::Bpe(_))) {
            return Err(bad("a character LSTM has a tokenizer of characters"));
        }
        Ok(Self { corpus, tokenizer, config })
    }

    /// The beginning of the held-out text as ids, after a start token, and its number of characters; `None`
    /// if nothing is held out.
    fn validation(&self) -> Option<(Vec<u32>, usize)> {
        let text: String = verses(&self.corpus.held_out).chars().take(MOST_CHARACTERS).collect();
        let ids = [vec![self.tokenizer.start_id()], self.tokenizer.encode(&text)].concat();
        (ids.len() > 1).then(|| (ids, text.chars().count()))
    }
}

impl Material for SongMaterial {
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
        verses(&self.corpus.train)
    }

    fn characters_per_token(&self) -> f64 {
        let text = self.training_text();
        text.chars().count() as f64 / self.tokenizer.encode(&text).len().max(1) as f64
    }

    fn held_out(&self) -> HeldOut<'_> {
        HeldOut::Text(verses(&self.corpus.held_out))
    }

    fn learner(&self, plan: &Plan, weights: Option<&[u8]>) -> Result<Box<dyn Learner>> {
        let mut rng = Rng::new(plan.train.seed);
        let encode = |text: &str| self.tokenizer.encode(text);
        let validation = self.validation();
        match &self.config {
            ModelConfig::CharLstm(config) => {
                let load = |weights: &mut _| CharLstm::from_weights(config.clone(), weights);
                let model = loaded(weights, load, || CharLstm::init(config.clone(), &mut rng))?;
                let (batches, characters) = validation.map_or((Vec::new(), 0), |(ids, characters)| {
                    let (batches, scored) = side_by_side(&ids);
                    // The last few characters may not fill a part.
                    let share = scored as f64 / (ids.len() - 1) as f64;
                    (batches, (characters as f64 * share).round() as usize)
                });
                let trainer = Trainer::on_text(model, encode(&self.training_text()), &plan.train)?;
                Ok(Box::new(trainer.restricted(plan.layers).validated_on(batches, characters)))
            }
            ModelConfig::Gpt2(config) => {
                let load = |weights: &mut _| {
                    cut_vocabulary(weights, config.vocab_size);
                    Gpt::from_weights(config.clone(), weights)
                };
                let model = loaded(weights, load, || Gpt::init(config.clone(), &mut rng))?;
                let (batches, characters) = validation.map_or((Vec::new(), 0), |(ids, characters)| {
                    (sliding_windows(&ids, config.n_positions), characters)
                });
                let song =
                    |song: &Song| TokenSong { title: encode(&song.title), verses: encode(&song.verses) };
                let songs = self.corpus.train.iter().map(song).collect();
                let trainer = Trainer::on_songs(model, songs, plan.data.titles, &plan.train)?;
                Ok(Box::new(trainer.restricted(plan.layers).validated_on(batches, characters)))
            }
            _ => Err(bad("this model does not write; it does not learn from songs")),
        }
    }

    fn sample(&self, model: Model, seed: u64, tokens: usize) -> Result<Sample> {
        Sample::write(model, &self.tokenizer, seed, tokens)
    }
}

fn verses(songs: &[Song]) -> String {
    songs.iter().map(|song| song.verses.as_str()).collect()
}

fn learn(plan: &Plan, corpus: &SongCorpus) -> Result<TextTokenizer> {
    match plan.tokenizer {
        // Of the held-out part only the set of characters is used, which gives away nothing.
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
