//! Trains two networks against each other on points in the plane (Goodfellow et al. 2014).

use super::descent::Descent;
use super::plan::PlannedTraining;
use crate::error::Result;
use crate::nn::{Mlp, xavier};
use crate::ops::concat;
use crate::pictures::Cloud;
use crate::rng::Rng;
use crate::tensor::Tensor;
use serde::Deserialize;

/// Sizes and learning rates of both networks.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(default)]
pub struct GanSettings {
    /// Width of each hidden layer.
    pub hidden: usize,
    /// Number of hidden layers.
    pub layers: usize,
    /// Number of real points per step, and of generated ones.
    pub batch_size: usize,
    /// Learning rate of the generator.
    pub generator_lr: f32,
    /// Learning rate of the discriminator.
    pub discriminator_lr: f32,
    /// Adam's decay of the mean; GANs need a lower one than other models (Radford et al. 2015).
    pub beta1: f32,
    /// Adam's decay of the variance.
    pub beta2: f32,
}

impl Default for GanSettings {
    fn default() -> Self {
        Self {
            hidden: 64,
            layers: 3,
            batch_size: 128,
            generator_lr: 5e-4,
            discriminator_lr: 1e-3,
            beta1: 0.5,
            beta2: 0.9,
        }
    }
}

/// A generator, which turns noise into points, and a discriminator, which tells them from real ones.
pub struct GanTrainer {
    generator: Mlp,
    discriminator: Mlp,
    of_generator: Descent,
    of_discriminator: Descent,
    cloud: Cloud,
    batch_size: usize,
    rng: Rng,
}

/// Points as a tensor `(N, 2)`.
fn tensor(points: &[[f32; 2]]) -> Tensor {
    Tensor::from_vec(points.concat(), &[points.len(), 2])
}

fn points(tensor: &Tensor) -> Vec<[f32; 2]> {
    tensor.data().as_chunks::<2>().0.to_vec()
}

/// The centres of a `size` x `size` grid over [-1, 1]², rows from the top (y = 1).
fn cells(size: usize) -> Vec<[f32; 2]> {
    let centre = |index: usize| (2 * index + 1) as f32 / size as f32 - 1.0;
    (0..size * size).map(|cell| [centre(cell % size), -centre(cell / size)]).collect()
}

impl GanTrainer {
    /// Creates two new networks to learn `cloud`; the same seed gives the same training everywhere.
    pub fn new(settings: GanSettings, cloud: Cloud, seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let mut network = |outputs: usize| {
            let widths = [&[2][..], &vec![settings.hidden; settings.layers], &[outputs]].concat();
            let mut initial = |_: &str, shape: &[usize]| {
                Ok(match *shape {
                    [outputs, _] => xavier(shape, outputs, &mut rng),
                    _ => Tensor::zeros(shape),
                })
            };
            Mlp::new(&widths, &mut initial).expect("initial values are always at hand")
        };
        let (generator, discriminator) = (network(2), network(1));
        Self::of(settings, generator, discriminator, cloud, rng)
    }

    /// Trains these networks, the first from points to points and the second from points to a logit.
    pub fn of(settings: GanSettings, generator: Mlp, discriminator: Mlp, cloud: Cloud, rng: Rng) -> Self {
        let GanSettings { batch_size, generator_lr, discriminator_lr, beta1, beta2, .. } = settings;
        let descent = |network: &Mlp, lr: f32| {
            // Plain Adam at a constant rate: no weight decay, no clipping, no end.
            let plan = PlannedTraining {
                lr,
                beta1,
                beta2,
                steps: u64::MAX,
                warmup_steps: 0,
                decay_steps: 0,
                weight_decay: 0.0,
                grad_clip: f32::INFINITY,
                ..PlannedTraining::default()
            };
            Descent::new(network, &plan)
        };
        Self {
            of_generator: descent(&generator, generator_lr),
            of_discriminator: descent(&discriminator, discriminator_lr),
            generator,
            discriminator,
            cloud,
            batch_size,
            rng,
        }
    }

    /// Continues with other real points.
    pub fn set_cloud(&mut self, cloud: Cloud) {
        self.cloud = cloud;
    }

    /// Samples real points.
    pub fn real(&mut self, count: usize) -> Vec<[f32; 2]> {
        self.cloud.sample(count, &mut self.rng)
    }

    /// Samples noise: uniform in [-1, 1]².
    pub fn noise(&mut self, count: usize) -> Vec<[f32; 2]> {
        (0..count).map(|_| [(); 2].map(|()| 2.0 * self.rng.uniform() - 1.0)).collect()
    }

    /// Trains the discriminator for one step on a fresh batch; returns the loss before the update.
    ///
    /// # Errors
    /// `diverged`; the network is then unchanged.
    pub async fn train_discriminator(&mut self) -> Result<f32> {
        let (real, noise) = (self.real(self.batch_size), self.noise(self.batch_size));
        self.discriminator_step(&real, &noise).await
    }

    /// Trains the generator for one step on fresh noise; returns the loss before the update.
    ///
    /// # Errors
    /// `diverged`; the network is then unchanged.
    pub async fn train_generator(&mut self) -> Result<f32> {
        let noise = self.noise(self.batch_size);
        self.generator_step(&noise).await
    }

    /// Trains the discriminator towards 1 for real and 0 for generated points. Returns the mean binary cross
    /// entropy before the update, which is ln 2 for pure guessing.
    ///
    /// # Errors
    /// `diverged`; the network is then unchanged.
    pub async fn discriminator_step(&mut self, real: &[[f32; 2]], noise: &[[f32; 2]]) -> Result<f32> {
        let made = self.generator.forward(&tensor(noise));
        let both = concat(&[&tensor(real), &made], 0);
        let targets = [vec![1; real.len()], vec![0; noise.len()]].concat();
        let found = self.of_discriminator.gradients(&self.discriminator, |discriminator| {
            discriminator.forward(&both).binary_cross_entropy_with_logits(&targets)
        });
        Ok(self.of_discriminator.step(&mut self.discriminator, found, targets.len()).await?.loss)
    }

    /// Trains the generator towards points that the discriminator considers real. Returns the mean of -ln
    /// D(G(z)) before the update, the non-saturating loss.
    ///
    /// # Errors
    /// `diverged`; the network is then unchanged.
    pub async fn generator_step(&mut self, noise: &[[f32; 2]]) -> Result<f32> {
        let (noise, targets) = (tensor(noise), vec![1; noise.len()]);
        let found = self.of_generator.gradients(&self.generator, |generator| {
            let logits = self.discriminator.forward(&generator.forward(&noise));
            logits.binary_cross_entropy_with_logits(&targets)
        });
        Ok(self.of_generator.step(&mut self.generator, found, targets.len()).await?.loss)
    }

    /// The points that the generator makes from this noise.
    pub fn made(&self, noise: &[[f32; 2]]) -> Vec<[f32; 2]> {
        points(&self.generator.forward(&tensor(noise)))
    }

    /// The discriminator's probability that points are real, at the centres of a `size` x `size` grid over
    /// [-1, 1]², rows from the top.
    pub fn field(&self, size: usize) -> Vec<f32> {
        self.discriminator.forward(&tensor(&cells(size))).sigmoid().to_vec()
    }

    /// The points that the generator makes from the centres of a `size` x `size` grid over the noise.
    pub fn warped(&self, size: usize) -> Vec<[f32; 2]> {
        self.made(&cells(size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::now::now;
    use crate::pictures::nearness;

    #[test]
    fn cells_cover_the_square_from_the_top() {
        assert_eq!(cells(2), [[-0.5, 0.5], [0.5, 0.5], [-0.5, -0.5], [0.5, -0.5]]);
    }

    /// A line is the easiest cloud, and enough to see both networks learn.
    #[test]
    fn noise_becomes_a_line() {
        let mut gan = GanTrainer::new(GanSettings::default(), Cloud::Line, 1);
        let noise = gan.noise(400);
        let real = gan.real(400);
        let before = nearness(&gan.made(&noise), &real, 0.1);
        for _ in 0..300 {
            now(gan.train_discriminator()).unwrap();
            now(gan.train_generator()).unwrap();
        }
        let after = nearness(&gan.made(&noise), &real, 0.1);
        assert!(before.recall < 0.5 && after.precision > 0.9 && after.recall > 0.9, "{before:?} {after:?}");
        assert!(gan.field(16).iter().all(|p| (0.0..=1.0).contains(p)));
    }
}
