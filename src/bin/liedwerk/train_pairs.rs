//! `liedwerk train` with the recipe of a translator.

use crate::texts::read_pairs;
use crate::train::{Args, Length, Run, read, write};
use crate::train_output::{better, fetched, write_model};
use indicatif::ProgressBar;
use liedwerk::generate::{Search, TranslateOptions, Translator};
use liedwerk::models::TranslationModel;
use liedwerk::rng::Rng;
use liedwerk::text::{PairTokenizer, SentencePair};
use liedwerk::train::{
    Metrics, PairDataRecipe, PairFile, PairTrainer, TokenPair, TranslationRecipe, bleu, encode_pairs,
    pair_loss,
};
use std::path::PathBuf;

/// Dev pairs that are translated at a checkpoint; all of them at the end.
const DEV_SAMPLE: usize = 400;
/// Translations shown at a checkpoint.
const SHOWN: usize = 3;

/// A training of a translator.
struct Pairs {
    trainer: PairTrainer,
    out: PathBuf,
    recipe: TranslationRecipe,
    tokenizer: PairTokenizer,
    dev: Vec<SentencePair>,
    dev_ids: Vec<TokenPair>,
}

/// Trains as the recipe says.
pub fn run(recipe: TranslationRecipe, args: &Args) -> anyhow::Result<()> {
    let PairDataRecipe { train: files, dev, max_tokens, reverse } = &recipe.data;
    let mut train = Vec::new();
    for file in files {
        train.extend(file.prepare(read_pairs(&args.data(&file.path))?, *reverse));
    }
    let dev = PairFile::from(dev.clone()).prepare(read_pairs(&args.data(dev))?, *reverse);
    // Weights that are there already keep their tokenizer, or they would mean other words.
    let tokenizer = match args.begun_in() {
        Some(folder) => PairTokenizer::from_json(&read(&folder.join("tokenizer.json"))?)?,
        None => recipe.tokenizer.learn(&train),
    };
    let config = recipe.model.config(tokenizer.src_vocab_size(), tokenizer.tgt_vocab_size());
    let model = args.initial_model(
        |weights| TranslationModel::from_weights(config.clone(), weights),
        || TranslationModel::init(config.clone(), &mut Rng::new(recipe.train.common.seed)),
    )?;
    let encoded = encode_pairs(&tokenizer, &train, *max_tokens);
    let dev_ids = encode_pairs(&tokenizer, &dev, *max_tokens);
    println!("{} of {} pairs to train on, {} held out", encoded.len(), train.len(), dev.len());
    let mut trainer = PairTrainer::new(model, encoded, recipe.train.clone())?;
    if let Some(checkpoint) = args.checkpoint()? {
        trainer.restore(&checkpoint)?;
    }
    trainer.to(&args.device()?);
    println!("{} steps an epoch", trainer.batches().epoch_len());
    let length = Length::of(&recipe.train.common, "tokens");
    args.drive(&mut Pairs { trainer, out: args.out.clone(), recipe, tokenizer, dev, dev_ids }, length)
}

impl Pairs {
    /// Greedy translations of the first `count` dev pairs, and their BLEU.
    fn translate_dev(&self, model: &TranslationModel, count: usize) -> anyhow::Result<(Vec<String>, f64)> {
        let dev = &self.dev[..count.min(self.dev.len())];
        let translator = Translator::new(model.clone(), self.tokenizer.clone())?;
        let search = Search { beam_width: 1, ..Search::default() };
        let options = TranslateOptions { search, ..TranslateOptions::default() };
        let sources: Vec<&str> = dev.iter().map(|pair| pair.source.as_str()).collect();
        let references: Vec<&str> = dev.iter().map(|pair| pair.target.as_str()).collect();
        let translations = translator.translate_all(&sources, options, |_| {})?;
        let score = bleu(&translations, &references).score;
        Ok((translations, score))
    }

    fn write_model(&self, model: &TranslationModel) -> anyhow::Result<()> {
        let tokenizer = self.tokenizer.to_json();
        write_model(&self.out, &model.config(), &tokenizer, model, self.recipe.precision)
    }
}

impl Run for Pairs {
    fn step(&mut self) -> liedwerk::Result<Metrics> {
        self.trainer.step()
    }

    fn steps_done(&self) -> u64 {
        self.trainer.steps_done()
    }

    fn save(&self) -> anyhow::Result<()> {
        self.write_model(&fetched(self.trainer.average())?)?;
        write(&self.out, "checkpoint.bin", &self.trainer.checkpoint()?)
    }

    fn report(&self, loss: f32, speed: f64, bar: &ProgressBar) -> anyhow::Result<()> {
        let average = fetched(self.trainer.average())?;
        let dev = pair_loss(&average, &self.dev_ids, self.recipe.train.tokens_per_batch);
        let (translations, score) = self.translate_dev(&average, DEV_SAMPLE)?;
        let (step, epoch) = (self.steps_done(), self.trainer.batches().epoch());
        bar.suspend(|| {
            println!("step {step} epoch {epoch}: train {loss:.3}, dev {dev:.3} nats per token, greedy BLEU {score:.2}, {speed:.0} tokens/s");
            for (pair, translation) in self.dev.iter().zip(&translations).take(SHOWN) {
                println!("  {} -> {translation}", pair.source);
            }
        });
        Ok(())
    }

    fn finish(&self) -> anyhow::Result<()> {
        let complete = self.steps_done() >= self.recipe.train.common.steps;
        let count = if complete { self.dev.len() } else { DEV_SAMPLE };
        let average = fetched(self.trainer.average())?;
        let last = if complete { Some(fetched(self.trainer.model())?) } else { None };
        let (model, name, score) =
            better(&average, last.as_ref(), |model| Ok(self.translate_dev(model, count)?.1))?;
        self.write_model(model)?;
        let (step, out) = (self.steps_done(), self.out.display());
        println!("step {step}: dev greedy BLEU {score:.2} ({name} weights), model in {out}");
        Ok(())
    }
}
