//! Describes a picture in one sentence, with the attention for each word.

use super::probabilities;
use crate::error::{Error, ErrorCode, Result};
use crate::io::Weights;
use crate::models::{Captioner, CaptionerConfig, PICTURE_SIZE};
use crate::pictures::Icon;
use crate::tensor::Tensor;
use crate::text::Language;
use serde::Deserialize;

/// Maximum number of words per caption; captions of the drawn icons have at most sixteen.
const MOST_WORDS: usize = 24;

/// A captioning model with its vocabulary.
pub struct Describer {
    model: Captioner,
    words: Vec<String>,
    end: u32,
    /// Start tokens of German and English captions.
    begin: [u32; 2],
}

/// A word of a caption.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribedWord {
    /// The word.
    pub text: String,
    /// Its probability among all words.
    pub probability: f32,
    /// Attention weights over the 8 x 8 image regions, rows from the top; they sum to 1.
    pub looked: Vec<f32>,
}

/// `tokenizer.json` of a captioner.
#[derive(Deserialize)]
struct Vocabulary {
    words: Vec<String>,
}

impl Describer {
    /// Loads a model from the contents of its three files.
    ///
    /// # Errors
    /// `bad-config` for a configuration that does not parse or does not describe a captioner; `bad-tokenizer`
    /// for a vocabulary of another size or without its special words; for the weights see [`Weights`].
    pub fn from_files(config_json: &str, tokenizer_json: &str, weights: &[u8]) -> Result<Self> {
        let config = CaptionerConfig::from_json(config_json)?;
        let bad = |message: String| Error::new(ErrorCode::BadTokenizer, format!("tokenizer.json: {message}"));
        let Vocabulary { words } =
            serde_json::from_str(tokenizer_json).map_err(|error| bad(error.to_string()))?;
        if words.len() != config.vocab_size {
            return Err(bad(format!("there are {} words, the model has {}", words.len(), config.vocab_size)));
        }
        let number = |word: &str| {
            let place = words.iter().position(|other| other == word);
            place.map(|place| place as u32).ok_or_else(|| bad(format!("the word {word} is missing")))
        };
        let (end, begin) = (number("<end>")?, [number("<de>")?, number("<en>")?]);
        let mut weights = Weights::from_safetensors(weights)?;
        let model = Captioner::from_weights(config, &mut weights)?;
        weights.finish()?;
        Ok(Self { model, words, end, begin })
    }

    /// Generates a caption greedily.
    ///
    /// # Errors
    /// `not-finite` for damaged weights.
    pub fn describe(&self, icon: &Icon, language: Language) -> Result<Vec<DescribedWord>> {
        let memory = self.model.see(&picture(icon));
        let mut state = self.model.begin(&memory);
        let mut word = self.begin[usize::from(language == Language::English)];
        let mut caption = Vec::new();
        while caption.len() < MOST_WORDS {
            let (logits, looked) = self.model.step(&[word], &memory, &mut state);
            let probabilities = probabilities(&logits)?.swap_remove(0);
            let later = |best: usize, other: usize| {
                if probabilities[other] > probabilities[best] { other } else { best }
            };
            let best = (0..probabilities.len()).reduce(later).expect("a model knows words");
            word = best as u32;
            if word == self.end {
                break;
            }
            let text = self.words[best].clone();
            caption.push(DescribedWord { text, probability: probabilities[best], looked: looked.to_vec() });
        }
        Ok(caption)
    }
}

/// The icon as model input: `(1, 3, 32, 32)`, from -1 to 1.
fn picture(icon: &Icon) -> Tensor {
    let pixels = PICTURE_SIZE * PICTURE_SIZE;
    let value = |index: usize| {
        let (channel, pixel) = (index / pixels, index % pixels);
        f32::from(icon.pixels[3 * pixel + channel]) / 127.5 - 1.0
    };
    Tensor::from_vec((0..3 * pixels).map(value).collect(), &[1, 3, PICTURE_SIZE, PICTURE_SIZE])
}
