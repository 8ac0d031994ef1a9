use super::super::config::{MAX_LAYERS, MAX_VOCAB, MAX_WIDTH, bad, check_heads, check_sizes};
use super::unet::GROUPS;
use crate::error::Result;
use serde::{Deserialize, Serialize};

/// Sizes of a [`LatentDiffusion`](super::LatentDiffusion). The autoencoder's sizes are fixed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatentDiffusionConfig {
    /// Always `latent_diffusion`.
    model_type: String,
    /// `V`: vocabulary size.
    pub vocab_size: usize,
    /// `C`: width of the word vectors and of the U-Net; a multiple of `heads` and of 8.
    pub channels: usize,
    /// Heads of every attention.
    pub heads: usize,
    /// Number of text encoder layers.
    pub text_layers: usize,
    /// Factor that gives the encoder's output a variance of about 1.
    pub latent_scale: f32,
}

impl LatentDiffusionConfig {
    /// Reads and checks `config.json`.
    ///
    /// # Errors
    /// `bad-config`: not JSON, of another model, or a size outside its range.
    pub fn from_json(json: &str) -> Result<Self> {
        let config: Self = serde_json::from_str(json).map_err(|error| bad(error.to_string()))?;
        if config.model_type != "latent_diffusion" {
            return Err(bad(format!("model_type is {}, not latent_diffusion", config.model_type)));
        }
        check_sizes(&[
            ("vocab_size", config.vocab_size, MAX_VOCAB),
            ("channels", config.channels, MAX_WIDTH),
            ("heads", config.heads, config.channels),
            ("text_layers", config.text_layers, MAX_LAYERS),
        ])?;
        check_heads(("heads", config.heads), ("channels", config.channels))?;
        check_heads(("the number of groups", GROUPS), ("channels", config.channels))?;
        if !(1e-3..=1e3).contains(&config.latent_scale) {
            return Err(bad(format!(
                "latent_scale is {}, it must be from 0.001 to 1000",
                config.latent_scale
            )));
        }
        Ok(config)
    }
}
