//! AdamW (Loshchilov and Hutter 2019) in PyTorch's form, and gradient clipping.

use crate::cpu::adamw::{AdamW as Step, adamw};
use crate::cpu::elementwise::scale;
use crate::cpu::reduce::sum_of_squares;
use crate::tensor::Tensor;

/// Settings that do not change from step to step.
#[derive(Clone, Copy, Debug)]
pub struct AdamWConfig {
    /// Decay of the running mean of gradients.
    pub beta1: f32,
    /// Decay of the running mean of their squares.
    pub beta2: f32,
    /// Added to the root, against division by zero.
    pub eps: f32,
    /// Share of a weight, times the rate, taken off at each step.
    pub weight_decay: f32,
}

/// The optimiser's memory: two moments of each parameter.
pub struct AdamW {
    config: AdamWConfig,
    pub(crate) step: u64,
    pub(crate) moments: Vec<(Tensor, Tensor)>,
}

impl AdamW {
    /// No memory yet, for parameters of these shapes.
    pub fn new(config: AdamWConfig, parameters: &[(String, Tensor)]) -> Self {
        let zero = |tensor: &Tensor| Tensor::zeros(tensor.shape());
        let moments = parameters.iter().map(|(_, tensor)| (zero(tensor), zero(tensor))).collect();
        Self { config, step: 0, moments }
    }

    /// Counts a step; then [`AdamW::update`] is due once for every parameter.
    pub fn begin_step(&mut self) {
        self.step += 1;
    }

    /// Moves parameter number `index` against its gradient.
    #[track_caller]
    pub fn update(&mut self, index: usize, parameter: &mut Tensor, grad: &Tensor, lr: f32) {
        let AdamWConfig { beta1, beta2, eps, weight_decay } = self.config;
        let (m, v) = &mut self.moments[index];
        let step = Step { lr, beta1, beta2, eps, weight_decay, step: self.step };
        adamw(step, parameter.data_mut(), grad.data(), m.data_mut(), v.data_mut());
    }
}

/// Scales all gradients so that their common norm is at most `max_norm`; returns the norm before.
///
/// As `torch.nn.utils.clip_grad_norm_`.
pub fn clip_grad_norm(grads: &mut [Tensor], max_norm: f32) -> f32 {
    let norm = grads.iter().map(|grad| sum_of_squares(grad.data())).sum::<f64>().sqrt() as f32;
    let factor = max_norm / (norm + 1e-6);
    if factor < 1.0 {
        grads.iter_mut().for_each(|grad| scale(factor, grad.data_mut()));
    }
    norm
}
