//! AdamW (Loshchilov and Hutter 2019) as in PyTorch, and gradient clipping.

use crate::cpu::adamw::{AdamW as Step, adamw};
use crate::cpu::reduce::sum_of_squares;
use crate::error::Result;
use crate::gpu::{Buffer, View};
use crate::tensor::Tensor;
use crate::wgsl;

/// Settings that stay constant during training.
#[derive(Clone, Copy, Debug)]
pub struct AdamWConfig {
    /// Decay of the running mean of gradients.
    pub beta1: f32,
    /// Decay of the running mean of squared gradients.
    pub beta2: f32,
    /// Added to the root to avoid division by zero.
    pub eps: f32,
    /// Weight decay, applied times the learning rate at each step.
    pub weight_decay: f32,
}

/// The optimiser's state: two moments for each parameter.
pub struct AdamW {
    config: AdamWConfig,
    pub(crate) step: u64,
    pub(crate) moments: Vec<(Tensor, Tensor)>,
}

impl AdamW {
    /// Starts with zero moments for these parameters.
    pub fn new(config: AdamWConfig, parameters: &[(String, Tensor)]) -> Self {
        let zero = |tensor: &Tensor| Tensor::zeros(tensor.shape());
        let moments = parameters.iter().map(|(_, tensor)| (zero(tensor), zero(tensor))).collect();
        Self { config, step: 0, moments }
    }

    /// Starts a step; [`AdamW::update`] must follow once for every parameter.
    pub fn begin_step(&mut self) {
        self.step += 1;
    }

    /// Updates parameter number `index` with `grad_scale` times its gradient, on their device.
    #[track_caller]
    pub fn update(&mut self, index: usize, parameter: &mut Tensor, grad: &Tensor, grad_scale: f32, lr: f32) {
        let AdamWConfig { beta1, beta2, eps, weight_decay } = self.config;
        let (m, v) = &mut self.moments[index];
        let step = Step { lr, beta1, beta2, eps, weight_decay, step: self.step, grad_scale };
        match Tensor::gpu_of(&[parameter, grad]) {
            None => adamw(step, parameter.data_mut(), grad.data(), m.data_mut(), v.data_mut()),
            Some(gpu) => {
                let grad = grad.buffer(&gpu);
                let [w, m, v] = [parameter, m, v].map(|tensor| View::from(tensor.buffer_to_change(&gpu)));
                wgsl::adamw::adamw(step, w, (&grad).into(), m, v);
            }
        }
    }
}

/// Returns the value of `loss` and the norm of all gradients together; a GPU is read back once.
///
/// # Errors
/// `gpu-lost` or `out-of-memory`.
pub async fn loss_and_norm(loss: &Tensor, grads: &[Tensor]) -> Result<(f32, f32)> {
    let all: Vec<&Tensor> = grads.iter().chain([loss]).collect();
    let Some(gpu) = Tensor::gpu_of(&all) else {
        let squares = grads.iter().map(|grad| sum_of_squares(grad.data())).sum::<f64>();
        return Ok((loss.item(), squares.sqrt() as f32));
    };
    let grads: Vec<Buffer> = grads.iter().map(|grad| grad.buffer(&gpu)).collect();
    let (loss, squares) = (loss.buffer(&gpu), gpu.empty(1));
    wgsl::reduce::sum_of_squares(&grads, (&squares).into());
    let values = gpu.read(&[(&loss).into(), (&squares).into()]).await?;
    Ok((values[0], values[1].sqrt()))
}

/// The factor that scales gradients with this total norm down to at most `max_norm`.
///
/// As `torch.nn.utils.clip_grad_norm_`.
pub fn clip_factor(norm: f32, max_norm: f32) -> f32 {
    (max_norm / (norm + 1e-6)).min(1.0)
}
