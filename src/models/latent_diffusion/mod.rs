//! Text-to-image latent diffusion: an autoencoder, and a U-Net that denoises its latents conditioned on a caption
//! (Rombach et al. 2022).

mod autoencoder;
mod config;
mod schedule;
mod text_encoder;
mod unet;

pub use autoencoder::{Decoder as PictureDecoder, Encoder as PictureEncoder};
pub use config::LatentDiffusionConfig;
pub use schedule::{DIFFUSION_STEPS, Noise};
pub use text_encoder::{TextEncoder, TextMemory};
pub use unet::UNet;

use crate::error::Result;
use crate::io::Weights;
use crate::nn::{Module, Source};
use crate::tensor::Tensor;

/// Number of latent channels.
pub const LATENT_CHANNELS: usize = 4;
/// Rows and columns of a latent.
pub const LATENT_SIZE: usize = 8;
/// Weight of the squared latents in the autoencoder's loss.
const LATENT_DECAY: f32 = 1e-4;
/// Maximum number of caption tokens, including the language token.
pub const LONGEST_CAPTION: usize = 20;

/// Autoencoder, text encoder and U-Net.
///
/// ```
/// use liedwerk::Tensor;
/// use liedwerk::models::{LatentDiffusion, LatentDiffusionConfig};
///
/// let config = LatentDiffusionConfig::from_json(
///     r#"{"model_type": "latent_diffusion", "vocab_size": 50, "channels": 16, "heads": 2, "text_layers": 1,
///         "latent_scale": 0.8}"#,
/// )?;
/// let model = LatentDiffusion::build(config, &mut |_, shape| Ok(Tensor::full(shape, 0.1)))?;
/// let latents = model.encode(&Tensor::zeros(&[1, 3, 32, 32]));
/// assert_eq!((latents.shape(), model.decode(&latents).shape()), (&[1, 4, 8, 8][..], &[1, 3, 32, 32][..]));
/// # Ok::<(), liedwerk::Error>(())
/// ```
#[derive(Clone)]
pub struct LatentDiffusion {
    config: LatentDiffusionConfig,
    /// Maps pictures to latents.
    pub encoder: PictureEncoder,
    /// Maps latents to pictures.
    pub decoder: PictureDecoder,
    /// Encodes captions for cross-attention.
    pub text: TextEncoder,
    /// Predicts the velocity in noisy latents.
    pub unet: UNet,
}

impl LatentDiffusion {
    /// Builds the model with parameters from a source, by name.
    ///
    /// # Errors
    /// Errors of the source.
    pub fn build(config: LatentDiffusionConfig, source: &mut Source<'_>) -> Result<Self> {
        Ok(Self {
            encoder: PictureEncoder::new("encoder", source)?,
            decoder: PictureDecoder::new("decoder", source)?,
            text: TextEncoder::new("text", &config, source)?,
            unet: UNet::new("unet", &config, source)?,
            config,
        })
    }

    /// Builds the model with parameters from a file.
    ///
    /// # Errors
    /// `missing-parameter` or `parameter-shape` if the file does not fit `config`.
    pub fn from_weights(config: LatentDiffusionConfig, weights: &mut Weights) -> Result<Self> {
        Self::build(config, &mut |name, shape| weights.take(name, shape))
    }

    /// Sizes of the model.
    pub fn config(&self) -> &LatentDiffusionConfig {
        &self.config
    }

    /// Encodes pictures `(N, 3, 32, 32)` in -1..1 to latents `(N, 4, 8, 8)` with a variance of about 1.
    pub fn encode(&self, pictures: &Tensor) -> Tensor {
        self.encoder.forward(pictures).mul_scalar(self.config.latent_scale)
    }

    /// Decodes latents `(N, 4, 8, 8)` to pictures `(N, 3, 32, 32)`.
    pub fn decode(&self, latents: &Tensor) -> Tensor {
        self.decoder.forward(&latents.mul_scalar(1.0 / self.config.latent_scale))
    }

    /// Reconstruction error (MSE, rank 0) of pictures `(N, 3, 32, 32)` with `noise (N, 4, 8, 8)` added to their latents.
    ///
    /// A small penalty on the squared latents keeps them near a unit Gaussian, like the KL term of a variational
    /// autoencoder with fixed variance.
    pub fn autoencoding_loss(&self, pictures: &Tensor, noise: &Tensor) -> Tensor {
        let latents = self.encoder.forward(pictures);
        let back = self.decoder.forward(&latents.add(noise));
        back.sub(pictures).square().mean_all().add(&latents.square().mean_all().mul_scalar(LATENT_DECAY))
    }

    /// MSE of the predicted velocity (Salimans and Ho 2022), rank 0: `latents (N, 4, 8, 8)` are mixed with `noise` at
    /// `times (N)` of the schedule, conditioned on `captions (N)`.
    pub fn denoising_loss(
        &self,
        latents: &Tensor,
        times: &[usize],
        noise: &Tensor,
        captions: &[&[u32]],
    ) -> Tensor {
        let shares = |share: fn(Noise) -> f32| {
            Tensor::from_vec(times.iter().map(|&t| share(Noise::at(t))).collect(), &[times.len(), 1, 1, 1])
        };
        let (alpha, sigma) = (shares(|noise| noise.alpha), shares(|noise| noise.sigma));
        let noisy = latents.mul(&alpha).add(&noise.mul(&sigma));
        let predicted = self.unet.forward(&noisy, times, &self.text.forward(captions), None);
        let velocity = noise.mul(&alpha).sub(&latents.mul(&sigma));
        predicted.sub(&velocity).square().mean_all()
    }
}

impl Module for LatentDiffusion {
    fn visit(&mut self, f: &mut dyn FnMut(String, &mut Tensor)) {
        self.encoder.visit("encoder", f);
        self.decoder.visit("decoder", f);
        self.text.visit("text", f);
        self.unet.visit("unet", f);
    }
}
