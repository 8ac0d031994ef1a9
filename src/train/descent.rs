//! What a step of training does whatever the model: gradients, clipping, update.

use super::{AdamW, AdamWConfig, Layers, Schedule, clip_factor, loss_and_norm};
use crate::error::{Error, ErrorCode, Result};
use crate::nn::Module;
use crate::tensor::{Tape, Tensor};

/// What one step tells.
#[derive(Clone, Copy, Debug)]
pub struct Metrics {
    /// Steps done, this one included.
    pub step: u64,
    /// Nats per token before the update.
    pub loss: f32,
    /// Norm of all gradients before clipping.
    pub grad_norm: f32,
    /// Learning rate of the step.
    pub lr: f32,
    /// Tokens predicted; for a model of characters these are characters.
    pub tokens: usize,
}

/// The optimiser with its schedule.
pub(super) struct Descent {
    pub optimizer: AdamW,
    schedule: Schedule,
    grad_clip: f32,
    /// For each parameter whether it moves.
    moving: Vec<bool>,
}

impl Descent {
    pub fn new(model: &impl Module, config: AdamWConfig, schedule: Schedule, grad_clip: f32) -> Self {
        let parameters = model.parameters();
        let moving = vec![true; parameters.len()];
        Self { optimizer: AdamW::new(config, &parameters), schedule, grad_clip, moving }
    }

    /// Moves nothing but these from now on.
    pub fn restrict(&mut self, model: &impl Module, layers: Layers) {
        self.moving = layers.moving(model);
    }

    /// The highest rate of the schedule.
    pub fn lr(&self) -> f32 {
        self.schedule.lr
    }

    /// Goes on with another rate; rise and fall are scaled with it.
    pub fn set_lr(&mut self, lr: f32) {
        self.schedule.lr = lr;
    }

    /// The loss, not tracked, and its gradient by each parameter that moves, in the order of
    /// [`Module::visit`].
    pub fn gradients<M: Module>(&self, model: &M, loss: impl FnOnce(&M) -> Tensor) -> (Tensor, Vec<Tensor>) {
        let tape = Tape::new();
        let mut tracked = model.clone();
        let (mut watched, mut moving) = (Vec::new(), self.moving.iter());
        tracked.visit(&mut |_, parameter| {
            if moving.next() == Some(&true) {
                *parameter = tape.watch(parameter);
                watched.push(parameter.clone());
            }
        });
        let loss = loss(&tracked);
        let mut grads = tape.backward(&loss);
        let zero = |parameter: &Tensor| Tensor::zeros(parameter.shape());
        let grads = watched.iter().map(|p| grads.take(p).unwrap_or_else(|| zero(p))).collect();
        (loss.detach(), grads)
    }

    /// Moves `model` against what [`Self::gradients`] gave.
    ///
    /// # Errors
    /// `diverged` if the loss or a gradient is no longer a number, and those of the GPU; the model is then as
    /// before.
    pub async fn step(
        &mut self,
        model: &mut impl Module,
        (loss, grads): (Tensor, Vec<Tensor>),
        tokens: usize,
    ) -> Result<Metrics> {
        let step = self.optimizer.step;
        let (loss, grad_norm) = loss_and_norm(&loss, &grads).await?;
        if !(loss.is_finite() && grad_norm.is_finite()) {
            let message =
                format!("step {}: loss {loss}, gradient norm {grad_norm}; lower the learning rate", step + 1);
            return Err(Error::new(ErrorCode::Diverged, message));
        }
        let (lr, grad_scale) = (self.schedule.at(step), clip_factor(grad_norm, self.grad_clip));
        self.optimizer.begin_step();
        let (mut index, mut grads) = (0, grads.iter());
        model.visit(&mut |_, parameter| {
            if self.moving[index] {
                let grad = grads.next().expect("one for each parameter that moves");
                self.optimizer.update(index, parameter, grad, grad_scale, lr);
            }
            index += 1;
        });
        Ok(Metrics { step: step + 1, loss, grad_norm, lr, tokens })
    }
}
