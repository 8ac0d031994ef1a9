//! The parts of a training step that do not depend on the model: gradients, clipping, update.

use super::muon::{Muon, moves_by_muon};
use super::plan::{Optimizer, PlannedTraining};
use super::{AdamW, AdamWConfig, Layers, Schedule, clip_factor, loss_and_norm};
use crate::error::{Error, ErrorCode, Result};
use crate::io::Weights;
use crate::nn::Module;
use crate::tensor::{Tape, Tensor};

/// Metrics of one step.
#[derive(Clone, Copy, Debug)]
pub struct Metrics {
    /// Number of steps done, including this one.
    pub step: u64,
    /// Loss in nats per token, before the update.
    pub loss: f32,
    /// Norm of all gradients before clipping.
    pub grad_norm: f32,
    /// Learning rate of this step.
    pub lr: f32,
    /// Number of tokens predicted; for a character model these are characters.
    pub tokens: usize,
}

/// The optimisers with their schedule. Muon, if selected, updates some parameters, and AdamW all others.
pub(super) struct Descent {
    adamw: AdamW,
    /// Muon's state for each parameter that it updates.
    muon: Vec<Option<Muon>>,
    names: Vec<String>,
    schedule: Schedule,
    grad_clip: f32,
    /// Whether each parameter is trained.
    moving: Vec<bool>,
}

impl Descent {
    pub fn new(model: &impl Module, settings: &PlannedTraining) -> Self {
        let PlannedTraining { beta1, beta2, weight_decay, lr, warmup_steps, decay_steps, steps, .. } =
            *settings;
        let mut parameters = model.parameters();
        let names: Vec<String> = parameters.iter().map(|(name, _)| name.clone()).collect();
        let muon = parameters.iter_mut().map(|(name, parameter)| {
            let chosen = settings.optimizer == Optimizer::Muon && moves_by_muon(name, parameter.shape());
            chosen.then(|| {
                let muon = Muon::new(parameter.shape(), weight_decay);
                // AdamW needs no state for it.
                *parameter = Tensor::zeros(&[0]);
                muon
            })
        });
        let muon = muon.collect();
        let config = AdamWConfig { beta1, beta2, eps: 1e-8, weight_decay };
        Self {
            adamw: AdamW::new(config, &parameters),
            muon,
            moving: vec![true; names.len()],
            names,
            schedule: Schedule { lr, warmup_steps, decay_steps, steps },
            grad_clip: settings.grad_clip,
        }
    }

    /// Freezes all other parameters.
    pub fn restrict(&mut self, layers: Layers) {
        self.moving = layers.moving(&self.names);
    }

    /// The trainable parameters, in the order of [`Module::visit`].
    pub fn moving(&self, model: &impl Module) -> Vec<Tensor> {
        let all = model.parameters().into_iter().zip(&self.moving);
        all.filter(|(_, moving)| **moving).map(|((_, parameter), _)| parameter).collect()
    }

    /// Replaces the trainable parameters.
    pub fn replace_moving(&self, model: &mut impl Module, parameters: Vec<Tensor>) {
        let (mut parameters, mut moving) = (parameters.into_iter(), self.moving.iter());
        model.visit(&mut |_, parameter| {
            if moving.next() == Some(&true) {
                *parameter = parameters.next().expect("one for each parameter that moves");
            }
        });
    }

    /// The peak learning rate of the schedule.
    pub fn lr(&self) -> f32 {
        self.schedule.lr
    }

    /// Sets the peak learning rate; warmup and decay scale with it.
    pub fn set_lr(&mut self, lr: f32) {
        self.schedule.lr = lr;
    }

    /// Number of steps done.
    pub fn steps_done(&self) -> u64 {
        self.adamw.step
    }

    /// Sets the number of steps done.
    pub fn set_steps_done(&mut self, steps: u64) {
        self.adamw.step = steps;
    }

    /// Returns the loss (untracked) and its gradient with respect to each trainable parameter, in the order
    /// of [`Module::visit`].
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

    /// Updates `model` with the result of [`Self::gradients`].
    ///
    /// # Errors
    /// `diverged` if the loss or a gradient is not finite, and GPU errors; the model is then unchanged.
    pub async fn step(
        &mut self,
        model: &mut impl Module,
        (loss, grads): (Tensor, Vec<Tensor>),
        tokens: usize,
    ) -> Result<Metrics> {
        let step = self.steps_done();
        let (loss, grad_norm) = loss_and_norm(&loss, &grads).await?;
        if !(loss.is_finite() && grad_norm.is_finite()) {
            let message =
                format!("step {}: loss {loss}, gradient norm {grad_norm}; lower the learning rate", step + 1);
            return Err(Error::new(ErrorCode::Diverged, message));
        }
        let (lr, grad_scale) = (self.schedule.at(step), clip_factor(grad_norm, self.grad_clip));
        self.adamw.begin_step();
        let (mut index, mut grads) = (0, grads.iter());
        model.visit(&mut |_, parameter| {
            if self.moving[index] {
                let grad = grads.next().expect("one for each parameter that moves");
                match &mut self.muon[index] {
                    Some(muon) => muon.update(parameter, grad, grad_scale, lr),
                    None => self.adamw.update(index, parameter, grad, grad_scale, lr),
                }
            }
            index += 1;
        });
        Ok(Metrics { step: step + 1, loss, grad_norm, lr, tokens })
    }

    /// The optimisers' state, by name.
    pub fn memory(&self) -> Vec<(String, Tensor)> {
        let mut memory = Vec::new();
        for ((name, muon), (m, v)) in self.names.iter().zip(&self.muon).zip(&self.adamw.moments) {
            match muon {
                Some(muon) => memory.push((format!("optimizer.momentum.{name}"), muon.momentum.clone())),
                None => {
                    memory.push((format!("optimizer.m.{name}"), m.clone()));
                    memory.push((format!("optimizer.v.{name}"), v.clone()));
                }
            }
        }
        memory
    }

    /// Reads the state that [`Self::memory`] lists from a file, in the same order.
    pub fn take_memory(&self, weights: &mut Weights) -> Result<Vec<Tensor>> {
        self.memory().into_iter().map(|(name, like)| weights.take(&name, like.shape())).collect()
    }

    /// Restores this state, as it was after `step` steps.
    pub fn remember(&mut self, step: u64, memory: Vec<Tensor>) {
        let mut memory = memory.into_iter();
        let mut next = || memory.next().expect("as many as were listed");
        for (muon, (m, v)) in self.muon.iter_mut().zip(&mut self.adamw.moments) {
            match muon {
                Some(muon) => muon.momentum = next(),
                None => (*m, *v) = (next(), next()),
            }
        }
        self.adamw.step = step;
    }
}
