use super::drawing::{DrawSettings, Drawing};
use crate::error::Result;
use crate::io::Weights;
use crate::models::{LatentDiffusion, LatentDiffusionConfig};
use crate::pictures::{Prompt, Scene, caption, words};
use crate::text::{CaptionTokenizer, Language};

/// A text-to-image model with its vocabulary.
pub struct TextToImage {
    model: LatentDiffusion,
    tokenizer: CaptionTokenizer,
}

/// A prompt turned into a scene and its caption.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// The scene; whatever the prompt leaves open is drawn from the seed.
    pub scene: Scene,
    /// Language of the prompt.
    pub language: Language,
    /// The caption given to the model.
    pub caption: String,
}

impl Order {
    /// Resolves a prompt with a seed.
    pub fn new(prompt: &Prompt, seed: u64) -> Self {
        let (scene, language) = (prompt.scene(seed), prompt.language);
        let [german, english] = caption(&scene);
        Self { scene, language, caption: if language == Language::German { german } else { english } }
    }
}

impl TextToImage {
    /// Loads a model from the contents of its three files.
    ///
    /// # Errors
    /// `bad-config` for a configuration that does not parse or belongs to another model; `bad-tokenizer` for a vocabulary
    /// of another size or without all words of the captions; for the weights see [`Weights`].
    pub fn from_files(config_json: &str, tokenizer_json: &str, weights: &[u8]) -> Result<Self> {
        let config = LatentDiffusionConfig::from_json(config_json)?;
        let tokenizer = CaptionTokenizer::from_json(tokenizer_json, config.vocab_size)?;
        words().concat().iter().try_for_each(|word| tokenizer.id(word).map(drop))?;
        let mut weights = Weights::from_safetensors(weights)?;
        let model = LatentDiffusion::from_weights(config, &mut weights)?;
        weights.finish()?;
        Ok(Self { model, tokenizer })
    }

    /// The model.
    pub fn model(&self) -> &LatentDiffusion {
        &self.model
    }

    /// Starts a drawing from noise.
    ///
    /// # Errors
    /// `bad-option` if a setting is out of range.
    pub fn begin(&self, order: &Order, settings: DrawSettings) -> Result<Drawing> {
        let mut ids = vec![self.tokenizer.begin(order.language)];
        for word in order.caption.split(' ') {
            ids.push(self.tokenizer.id(word)?);
        }
        Drawing::new(self.model.clone(), [&ids, &[self.tokenizer.end()]], settings)
    }
}
