//! Evaluates a model in training on held-out data.

use crate::evaluate_labels::{of_classifier, of_tagger, shown};
use crate::evaluate_masked::foretold;
use crate::evaluate_text::score;
use indicatif::ProgressBar;
use liedwerk::generate::{Generator, Search, TranslateOptions, Translator};
use liedwerk::read::{Classifier, LabelFigures, MaskFiller, TextTagger};
use liedwerk::text::{
    BpeTokenizer, MaskTokenizer, PairTokenizer, SentencePair, SpellingTokenizer, TextTokenizer,
};
use liedwerk::train::{Measured, Model, bits, bleu};
use liedwerk::workshop::{HeldOut, Workshop};
use pollster::block_on;
use std::fmt;

/// Numbers of held-out characters scored and of pairs translated during training; all of them at the end.
const DEV_CHARACTERS: usize = 20_000;
const DEV_PAIRS: usize = 400;
const SAMPLE_TOKENS: usize = 100;
const SAMPLE_SEED: u64 = 1;

/// An evaluation result.
pub struct Figure {
    /// Higher is better.
    pub score: f64,
    shown: String,
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// Evaluates like `liedwerk evaluate`: bits per character, greedy BLEU or accuracy, on a part or on all of
/// the held-out data.
pub fn exact(workshop: &Workshop, model: Model, all: bool) -> anyhow::Result<Figure> {
    let tokenizer = workshop.tokenizer_json();
    match (model, workshop.held_out()) {
        (Model::Writes(model), HeldOut::Text(text)) => {
            let text: String = text.chars().take(if all { usize::MAX } else { DEV_CHARACTERS }).collect();
            let generator = Generator::new(model, TextTokenizer::from_json(&tokenizer)?)?;
            let bits = score(&generator, &text, &ProgressBar::hidden())?.bits_per_char;
            Ok(Figure { score: -bits, shown: format!("{bits:.4} bits per character") })
        }
        (Model::Translates(model), HeldOut::Pairs(pairs)) => {
            let pairs = &pairs[..pairs.len().min(if all { usize::MAX } else { DEV_PAIRS })];
            let translator = Translator::new(model, PairTokenizer::from_json(&tokenizer)?)?;
            let bleu = greedy_bleu(&translator, pairs)?;
            Ok(Figure { score: bleu, shown: format!("greedy BLEU {bleu:.2}") })
        }
        (Model::Classifies(model), HeldOut::LabelledTexts(texts)) => {
            let classifier = Classifier::new(model, BpeTokenizer::from_json(&tokenizer)?)?;
            Ok(of_labels(&of_classifier(&classifier, texts)?))
        }
        (Model::Tags(model), HeldOut::TaggedSentences(sentences)) => {
            let tagger = TextTagger::new(model, SpellingTokenizer::from_json(&tokenizer)?)?;
            Ok(of_labels(&of_tagger(&tagger, sentences)?))
        }
        (Model::Foretells(model), HeldOut::Texts(texts)) => {
            let texts = &texts[..texts.len().min(if all { usize::MAX } else { DEV_PAIRS })];
            let figures = MaskFiller::new(model, MaskTokenizer::from_json(&tokenizer)?)?.figures(texts)?;
            Ok(Figure {
                score: figures.first_five as f64 / figures.count.max(1) as f64,
                shown: foretold(&figures),
            })
        }
        _ => unreachable!("each model has what it learns from"),
    }
}

fn of_labels(figures: &LabelFigures) -> Figure {
    Figure { score: figures.accuracy, shown: shown(figures) }
}

fn greedy_bleu(translator: &Translator, pairs: &[SentencePair]) -> anyhow::Result<f64> {
    let search = Search { beam_width: 1, ..Search::default() };
    let options = TranslateOptions { search, ..TranslateOptions::default() };
    let sources: Vec<&str> = pairs.iter().map(|pair| pair.source.as_str()).collect();
    let references: Vec<&str> = pairs.iter().map(|pair| pair.target.as_str()).collect();
    let translations = translator.translate_all(&sources, options, |_| {})?;
    Ok(bleu(&translations, &references).score)
}

/// The validation result, as shown by the page; `None` if nothing is held out.
pub fn validated(workshop: &mut Workshop) -> anyhow::Result<Option<String>> {
    if !workshop.begin_validation() {
        return Ok(None);
    }
    loop {
        if let Some(Measured { loss, bits_per_char }) = block_on(workshop.validate())? {
            let loss = bits(loss);
            return Ok(Some(match workshop.held_out() {
                HeldOut::Text(_) | HeldOut::Pairs(_) => {
                    format!("{bits_per_char:.4} bits per character, {loss:.4} a token")
                }
                HeldOut::Texts(_) => format!("{loss:.4} bits a masked token"),
                HeldOut::LabelledTexts(_) | HeldOut::TaggedSentences(_) => format!("{loss:.4} bits a label"),
            }));
        }
    }
}

/// The report at a checkpoint: results and a sample. `loss` is a running mean.
pub fn report(workshop: &mut Workshop, loss: f32, speed: f64) -> anyhow::Result<String> {
    let mut dev = validated(workshop)?.unwrap_or_else(|| "not measured".to_owned());
    let model = block_on(workshop.best())?;
    if !matches!(model, Model::Writes(_)) {
        dev += &format!(", {}", exact(workshop, model, false)?);
    }
    let mut sample = block_on(workshop.sample(SAMPLE_SEED, SAMPLE_TOKENS))?;
    while !sample.go_on(SAMPLE_TOKENS)? {}
    let (written, translated) = sample.texts();
    let (step, epoch, train) = (workshop.steps_done(), workshop.epoch(), bits(loss.into()));
    let mut report = format!(
        "step {step} epoch {epoch}: train {train:.3} bits a token, dev {dev}, {speed:.0} tokens/s\n{written}\n"
    );
    for pair in translated {
        report += &format!("  {} -> {}\n", pair.source, pair.text);
    }
    Ok(report)
}
