use crate::nn::turned;
use std::f64::consts::FRAC_PI_2;

/// Number of times in the noise schedule, from 0 (almost no noise) to the last (almost only noise).
pub const DIFFUSION_STEPS: usize = 1000;

/// Mixing weights of picture and noise in a latent; their squares sum to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    /// Weight of the picture.
    pub alpha: f32,
    /// Weight of the noise.
    pub sigma: f32,
}

impl Noise {
    /// The picture without noise.
    pub const NONE: Self = Self { alpha: 1.0, sigma: 0.0 };

    /// The weights at a time of the cosine schedule (Nichol and Dhariwal 2021).
    pub fn at(time: usize) -> Self {
        let (sine, cosine) = turned(FRAC_PI_2 / (DIFFUSION_STEPS + 1) as f64, time + 1);
        Self { alpha: cosine as f32, sigma: sine as f32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedule_is_a_quarter_of_a_circle() {
        for time in [0, 1, 500, 999] {
            let angle = (time + 1) as f64 / 1001.0 * FRAC_PI_2;
            let Noise { alpha, sigma } = Noise::at(time);
            assert!((f64::from(alpha) - angle.cos()).abs() < 1e-7, "{time}: {alpha}");
            assert!((f64::from(sigma) - angle.sin()).abs() < 1e-7, "{time}: {sigma}");
        }
    }
}
