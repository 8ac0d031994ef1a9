//! Neural style transfer (Gatys, Ecker and Bethge 2015): the picture itself is trained.
//!
//! The style is measured with random filters at several scales (Ustyuzhaninov et al. 2016), which need
//! neither training nor a download: see [`Filters`].

mod colours;
mod filters;
mod loss;
mod transfer;

pub use colours::recoloured;
pub use filters::Filters;
pub use loss::{Aim, total_variation};
pub use transfer::{MAX_SIZE, MAX_STEPS, MIN_SIZE, StyleMetrics, StyleSettings, StyleTransfer};

use crate::pictures::Picture;
use crate::tensor::Tensor;

/// Converts to `(1, 3, size, size)` from 0 to 1.
pub fn to_tensor(picture: &Picture) -> Tensor {
    let Picture { size, pixels } = picture;
    let channel =
        |channel: usize| pixels.iter().skip(channel).step_by(3).map(|&byte| f32::from(byte) / 255.0);
    Tensor::from_vec((0..3).flat_map(channel).collect(), &[1, 3, *size, *size])
}

/// Converts from `(1, 3, size, size)`; values beyond 0 and 1 are clipped.
pub fn to_picture(tensor: &Tensor) -> Picture {
    let (size, values) = (tensor.dim(3), tensor.data());
    let byte = |value: f32| (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
    let area = size * size;
    let pixels = (0..3 * area).map(|index| byte(values[index % 3 * area + index / 3])).collect();
    Picture { size, pixels }
}
