//! Models that read, as a JavaScript class: labels for lines or words, candidates for masked words.

use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::to_js;
use super::object::{JsNote, model_texts, to_js_notes, to_object};
use crate::error::{Error, ErrorCode, Result};
use crate::models::ModelConfig;
use crate::read::{Classifier, MaskFiller, TextTagger};

/// A model that reads, of any kind.
#[wasm_bindgen]
pub struct Reader(Kind);

enum Kind {
    Classifies(Classifier),
    Tags(TextTagger),
    Foretells(Box<MaskFiller>),
}

/// A label with its probability.
#[derive(Serialize, Tsify)]
struct JsLabel {
    label: String,
    probability: f32,
}

#[derive(Serialize, Tsify)]
struct JsTagged {
    words: Vec<JsTaggedWord>,
    rest: String,
    notes: Vec<JsNote>,
}

#[derive(Serialize, Tsify)]
struct JsTaggedWord {
    before: String,
    text: String,
    best: JsLabel,
    #[serde(skip_serializing_if = "Option::is_none")]
    second: Option<JsLabel>,
}

/// A line with its labels, likeliest first; empty if there was nothing to read.
#[derive(Serialize, Tsify)]
struct JsVerdict {
    labels: Vec<JsLabel>,
    words: Vec<JsMovingWord>,
    rest: String,
    notes: Vec<JsNote>,
}

#[derive(Serialize, Tsify)]
struct JsMovingWord {
    before: String,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    influence: Option<f32>,
}

#[derive(Serialize, Tsify)]
struct JsFilled {
    masks: Vec<Vec<JsPrediction>>,
    notes: Vec<JsNote>,
}

#[derive(Serialize, Tsify)]
struct JsPrediction {
    text: String,
    begins_word: bool,
    probability: f32,
}

#[wasm_bindgen]
impl Reader {
    /// Loads a model from its weights, `config.json` and `tokenizer.json`; the last two may be in the header
    /// of the weights. Throws the error codes of model files, and `bad-config` for a model that does not
    /// read.
    pub fn load(
        weights: &[u8],
        config: Option<String>,
        tokenizer: Option<String>,
    ) -> std::result::Result<Self, JsValue> {
        let (config, tokenizer) = model_texts(weights, config, tokenizer)?;
        Kind::open(&config, &tokenizer, weights).map(Self).map_err(to_js)
    }

    /// Labels every word: `{words: [{before, text, best, second?}], rest, notes}`. `best` and `second` are
    /// `{label, probability}`, with `second` present only if the best label is uncertain; `before` and `rest`
    /// are the text between and after the words. Throws `bad-option` if the model is not a tagger.
    #[wasm_bindgen(unchecked_return_type = "JsTagged")]
    pub fn tag(&self, text: &str) -> std::result::Result<JsValue, JsValue> {
        let Kind::Tags(tagger) = &self.0 else { return Err(to_js(other("tags"))) };
        let tagged = tagger.tag(text).map_err(to_js)?;
        let label = |(label, probability): (usize, f32)| JsLabel {
            label: tagger.labels()[label].clone(),
            probability,
        };
        let words = tagged.words.into_iter().map(|word| JsTaggedWord {
            before: word.before,
            text: word.text,
            best: label(word.best),
            second: word.second.map(label),
        });
        to_object(&JsTagged { words: words.collect(), rest: tagged.rest, notes: to_js_notes(tagged.notes) })
    }

    /// Classifies a line: `{labels: [{label, probability}], words: [{before, text, influence?}], rest,
    /// notes}`, likeliest label first; `influence` is the drop of its probability without the word. Throws
    /// `bad-option` if the model is not a classifier.
    #[wasm_bindgen(unchecked_return_type = "JsVerdict")]
    pub fn classify(&self, line: &str) -> std::result::Result<JsValue, JsValue> {
        let Kind::Classifies(classifier) = &self.0 else { return Err(to_js(other("classifies"))) };
        let verdict = classifier.read(line).map_err(to_js)?;
        let named = classifier.labels().iter().cloned().zip(verdict.probabilities);
        let mut labels: Vec<JsLabel> =
            named.map(|(label, probability)| JsLabel { label, probability }).collect();
        labels.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        let mut end = 0;
        let words = verdict.words.into_iter().map(|word| {
            let before = line[end..word.span.start].to_owned();
            end = word.span.end;
            JsMovingWord { before, text: line[word.span].to_owned(), influence: word.influence }
        });
        let words = words.collect();
        to_object(&JsVerdict {
            labels,
            words,
            rest: line[end..].to_owned(),
            notes: to_js_notes(verdict.notes),
        })
    }

    /// The `top` likeliest words for each mask of a text: `{masks: [[{text, begins_word, probability}]],
    /// notes}`. Throws `bad-option` if the model is not a masked language model.
    #[wasm_bindgen(unchecked_return_type = "JsFilled")]
    pub fn fill(&self, text: &str, top: usize) -> std::result::Result<JsValue, JsValue> {
        let Kind::Foretells(filler) = &self.0 else { return Err(to_js(other("foretells masked words"))) };
        let filled = filler.fill(text, top).map_err(to_js)?;
        let masks = filled.masks.into_iter().map(|mask| {
            let candidate = |word: crate::read::Candidate| JsPrediction {
                text: word.text,
                begins_word: word.begins_word,
                probability: word.probability,
            };
            mask.into_iter().map(candidate).collect()
        });
        to_object(&JsFilled { masks: masks.collect(), notes: to_js_notes(filled.notes) })
    }
}

impl Kind {
    fn open(config: &str, tokenizer: &str, weights: &[u8]) -> Result<Self> {
        Ok(match ModelConfig::from_json(config)? {
            ModelConfig::Tagger(_) => Self::Tags(TextTagger::from_files(config, tokenizer, weights)?),
            ModelConfig::Bert(_) => {
                Self::Foretells(Box::new(MaskFiller::from_files(config, tokenizer, weights)?))
            }
            // The classifier refuses all other models by name.
            _ => Self::Classifies(Classifier::from_files(config, tokenizer, weights)?),
        })
    }
}

fn other(does: &str) -> Error {
    Error::new(ErrorCode::BadOption, format!("this is no model that {does}"))
}
