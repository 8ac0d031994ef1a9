//! Text to image by latent diffusion, step by step, with latents and cross-attention.

mod drawing;
mod text_to_image;

pub use drawing::{DrawSettings, Drawing, DrawnStep, LookedAt, MAX_GUIDANCE, MAX_STEPS};
pub use text_to_image::{Order, TextToImage};
