//! The training loop, one step at a time: the caller decides when to go on, stop, save or look.

use super::{AdamW, AdamWConfig, Schedule, StreamBatches, TrainRecipe, Window, clip_grad_norm};
use crate::error::{Error, ErrorCode, Result};
use crate::models::CharLstm;
use crate::nn::{LstmState, Module};
use crate::ops::CrossEntropy;
use crate::tensor::{Tape, Tensor};

/// A model in training, with everything needed to continue to the bit.
pub struct Trainer {
    pub(super) model: CharLstm,
    pub(super) optimizer: AdamW,
    pub(super) batches: StreamBatches,
    pub(super) state: LstmState,
    pub(super) recipe: TrainRecipe,
}

/// What one step tells.
#[derive(Clone, Copy, Debug)]
pub struct Metrics {
    /// Steps done, this one included.
    pub step: u64,
    /// Nats per character before the update.
    pub loss: f32,
    /// Norm of all gradients before clipping.
    pub grad_norm: f32,
    /// Learning rate of the step.
    pub lr: f32,
    /// Characters in the batch.
    pub chars: usize,
}

impl Trainer {
    /// # Errors
    /// `bad-recipe` or `text-too-short`.
    pub fn new(model: CharLstm, ids: Vec<u32>, recipe: TrainRecipe) -> Result<Self> {
        recipe.check()?;
        let TrainRecipe { beta1, beta2, weight_decay, .. } = recipe;
        let config = AdamWConfig { beta1, beta2, eps: 1e-8, weight_decay };
        let batches = StreamBatches::new(ids, recipe.batch_size, recipe.window, recipe.seed)?;
        Ok(Self {
            optimizer: AdamW::new(config, &model.parameters()),
            state: model.zero_state(recipe.batch_size),
            model,
            batches,
            recipe,
        })
    }

    /// The model as it is now.
    pub fn model(&self) -> &CharLstm {
        &self.model
    }

    /// Steps done.
    pub fn steps_done(&self) -> u64 {
        self.optimizer.step
    }

    /// Whole passes over the text.
    pub fn epoch(&self) -> u64 {
        self.batches.epoch()
    }

    /// One batch: forward, backward, update.
    ///
    /// # Errors
    /// `diverged` if the loss or a gradient is no longer a number; the weights are then those before.
    pub fn step(&mut self) -> Result<Metrics> {
        let Window { inputs, targets, restarts } = self.batches.next_window();
        if restarts {
            self.state = self.model.zero_state(self.recipe.batch_size);
        }
        let step = self.optimizer.step;
        let (loss, mut grads) = self.loss_and_grads(&inputs, &targets, self.recipe.seed.wrapping_add(step));
        let grad_norm = clip_grad_norm(&mut grads, self.recipe.grad_clip);
        if !(loss.is_finite() && grad_norm.is_finite()) {
            let message =
                format!("step {}: loss {loss}, gradient norm {grad_norm}; lower the learning rate", step + 1);
            return Err(Error::new(ErrorCode::Diverged, message));
        }
        let TrainRecipe { lr, warmup_steps, decay_steps, steps, .. } = self.recipe;
        let lr = Schedule { lr, warmup_steps, decay_steps, steps }.at(step);
        self.optimizer.begin_step();
        let mut index = 0;
        self.model.visit(&mut |_, parameter| {
            self.optimizer.update(index, parameter, &grads[index], lr);
            index += 1;
        });
        Ok(Metrics { step: step + 1, loss, grad_norm, lr, chars: targets.len() })
    }

    /// Loss and the gradient of each parameter, in the order of [`Module::visit`]; carries the state on.
    fn loss_and_grads(&mut self, inputs: &[u32], targets: &[u32], dropout_seed: u64) -> (f32, Vec<Tensor>) {
        let tape = Tape::new();
        let mut tracked = self.model.clone();
        let mut watched = Vec::new();
        tracked.visit(&mut |_, parameter| {
            *parameter = tape.watch(parameter);
            watched.push(parameter.clone());
        });
        let (logits, state) =
            tracked.forward(inputs, self.recipe.batch_size, &self.state, Some(dropout_seed));
        self.state.layers = state.layers.iter().map(|(h, c)| (h.detach(), c.detach())).collect();
        let loss = logits.cross_entropy(targets, CrossEntropy::default());
        let mut grads = tape.backward(&loss);
        let zero = |parameter: &Tensor| Tensor::zeros(parameter.shape());
        let grads = watched.iter().map(|p| grads.take(p).unwrap_or_else(|| zero(p))).collect();
        (loss.item(), grads)
    }
}
