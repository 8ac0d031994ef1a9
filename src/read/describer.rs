//! Describes a picture in one sentence, with the attention for each word.

use super::probabilities;
use crate::error::Result;
use crate::io::Weights;
use crate::models::{Captioner, CaptionerConfig, PICTURE_SIZE};
use crate::pictures::Icon;
use crate::tensor::Tensor;
use crate::text::{CaptionTokenizer, Language};

/// Maximum number of words per caption; captions of the drawn icons have at most sixteen.
const MOST_WORDS: usize = 24;

/// A captioning model with its vocabulary.
pub struct Describer {
    model: Captioner,
    words: CaptionTokenizer,
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

impl Describer {
    /// Loads a model from the contents of its three files.
    ///
    /// # Errors
    /// `bad-config` for a configuration that does not parse or does not describe a captioner; `bad-tokenizer`
    /// for a vocabulary of another size or without its special words; for the weights see [`Weights`].
    pub fn from_files(config_json: &str, tokenizer_json: &str, weights: &[u8]) -> Result<Self> {
        let config = CaptionerConfig::from_json(config_json)?;
        let words = CaptionTokenizer::from_json(tokenizer_json, config.vocab_size)?;
        let mut weights = Weights::from_safetensors(weights)?;
        let model = Captioner::from_weights(config, &mut weights)?;
        weights.finish()?;
        Ok(Self { model, words })
    }

    /// Generates a caption greedily.
    ///
    /// # Errors
    /// `not-finite` for damaged weights.
    pub fn describe(&self, icon: &Icon, language: Language) -> Result<Vec<DescribedWord>> {
        let memory = self.model.see(&picture(icon));
        let mut state = self.model.begin(&memory);
        let mut word = self.words.begin(language);
        let mut caption = Vec::new();
        while caption.len() < MOST_WORDS {
            let (logits, looked) = self.model.step(&[word], &memory, &mut state);
            let probabilities = probabilities(&logits)?.swap_remove(0);
            let later = |best: usize, other: usize| {
                if probabilities[other] > probabilities[best] { other } else { best }
            };
            let best = (0..probabilities.len()).reduce(later).expect("a model knows words");
            word = best as u32;
            if word == self.words.end() {
                break;
            }
            let text = self.words.word(word).to_owned();
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
