//! The training of any model, one step at a time: the caller decides when to go on, stop, save or look.

use super::checkpoint::{join_checkpoint, split_checkpoint};
use super::descent::{Descent, Metrics};
use super::examples::{Batch, Examples};
use super::objective::Objective;
use super::validation::{Measured, Validation};
use super::{Layers, Model, PlannedTraining};
use crate::cpu::elementwise::{axpy, scale};
use crate::error::{Error, ErrorCode, Result};
use crate::io::{Precision, Weights, to_safetensors};
use crate::nn::Module;
use crate::tensor::{Device, Tensor};
use crate::wgsl;
use std::pin::Pin;

/// What may have to wait for a GPU; on the CPU it is done when it is given.
pub type Waiting<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + 'a>>;

/// A training of whatever model, with everything needed to continue to the bit.
pub trait Learner {
    /// One batch: forward, backward, update. On a GPU loss and norm are read once.
    ///
    /// # Errors
    /// `diverged` if the loss or a gradient is no longer a number, and `gpu-lost` or `out-of-memory`; the weights are
    /// then those before.
    fn step(&mut self) -> Waiting<'_, Metrics>;

    /// Steps done.
    fn steps_done(&self) -> u64;

    /// Whole passes over the examples before the latest batch.
    fn epoch(&self) -> u64;

    /// Steps of one pass over the examples.
    fn steps_per_epoch(&self) -> usize;

    /// The highest learning rate of the schedule.
    fn lr(&self) -> f32;

    /// Sets it.
    fn set_lr(&mut self, lr: f32);

    /// Moves the model to `device`.
    ///
    /// # Panics
    /// If it is on a GPU and `device` is another.
    fn to(&mut self, device: &Device);

    /// The whole run.
    ///
    /// # Errors
    /// `not-finite` if a weight is no longer a number, and those of the GPU.
    fn checkpoint(&mut self) -> Waiting<'_, Vec<u8>>;

    /// Continues where the run that wrote the checkpoint stood.
    ///
    /// # Errors
    /// `old-checkpoint`; `bad-weights` if it is damaged, and those of [`Weights::take`] if it belongs to another model;
    /// the run then is as before.
    fn restore(&mut self, checkpoint: &[u8]) -> Result<()>;

    /// The model after the last step, where that is another than [`Self::best`].
    fn last(&self) -> Option<Model>;

    /// The model that is measured, tried and kept: the moving average of its weights, where there is one.
    fn best(&self) -> Model;

    /// Begins to measure [`Self::best`] as it is now on what is held out; `false` if that is nothing.
    fn begin_validation(&mut self) -> bool;

    /// Measures a slice; gives the result after the last. Steps in between change nothing.
    ///
    /// # Errors
    /// `bad-option` if measuring was not begun, and those of the GPU.
    fn validate(&mut self) -> Waiting<'_, Option<Measured>>;
}

/// A model that learns from examples by an objective.
pub struct Trainer<M, E: Examples, O> {
    model: M,
    /// A moving average of the model's weights, which is better than they are before the rate falls, and its decay.
    average: Option<(M, f32)>,
    descent: Descent,
    examples: E,
    objective: O,
    seed: u64,
    validation: Option<Validation<E::Batch, O>>,
    /// The model that is being measured.
    measured: Option<M>,
}

impl<M: Module, E: Examples, O: Objective<M, Batch = E::Batch>> Trainer<M, E, O> {
    /// Before the first step, with settings that were checked; `average` is the decay of the moving average, if there
    /// is to be one.
    pub fn new(
        model: M,
        examples: E,
        objective: O,
        settings: &PlannedTraining,
        average: Option<f32>,
    ) -> Self {
        Self {
            descent: Descent::new(&model, settings),
            average: average.map(|decay| (model.clone(), decay)),
            model,
            examples,
            objective,
            seed: settings.seed,
            validation: None,
            measured: None,
        }
    }

    /// Freezes all other parameters.
    #[must_use]
    pub fn restricted(mut self, layers: Layers) -> Self {
        self.descent.restrict(layers);
        self
    }

    /// Adds held-out batches, whose targets spell `characters` characters; there may be none.
    #[must_use]
    pub fn validated_on(mut self, batches: Vec<E::Batch>, characters: usize) -> Self {
        let objective = self.objective.for_validation();
        self.validation = (!batches.is_empty()).then(|| Validation::new(batches, characters, objective));
        self
    }

    /// The model as it is now.
    pub fn model(&self) -> &M {
        &self.model
    }

    /// The moving average of its weights, or the model itself where there is none.
    pub fn average(&self) -> &M {
        self.average.as_ref().map_or(&self.model, |(average, _)| average)
    }

    /// What it learns from.
    pub fn examples(&self) -> &E {
        &self.examples
    }

    /// The same, where the caller makes the batches.
    pub fn examples_mut(&mut self) -> &mut E {
        &mut self.examples
    }

    /// [`Learner::step`], also of a model that is no [`Model`] by itself.
    ///
    /// # Errors
    /// As it.
    pub async fn next(&mut self) -> Result<Metrics> {
        let batch = self.examples.at(self.descent.steps_done());
        self.step_on(&batch).await
    }

    /// One step on a batch of the caller's choice.
    ///
    /// # Errors
    /// As [`Learner::step`].
    pub async fn step_on(&mut self, batch: &E::Batch) -> Result<Metrics> {
        let dropout_seed = self.seed.wrapping_add(self.descent.steps_done());
        let objective = &mut self.objective;
        let found =
            self.descent.gradients(&self.model, |model| objective.loss(model, batch, Some(dropout_seed)));
        let metrics = self.descent.step(&mut self.model, found, batch.tokens()).await?;
        if let Some((average, decay)) = &mut self.average {
            update_average(average, &self.model, *decay, metrics.step);
        }
        Ok(metrics)
    }

    /// All tensors of the run, by name, but for what is carried.
    fn tensors(&self) -> Vec<(String, Tensor)> {
        let mut tensors = self.model.parameters();
        tensors.extend(self.descent.memory());
        if let Some((average, _)) = &self.average {
            let named = |(name, tensor)| (format!("average.{name}"), tensor);
            tensors.extend(average.parameters().into_iter().map(named));
        }
        tensors
    }
}

impl<M, E, O> Learner for Trainer<M, E, O>
where
    M: Module + Into<Model>,
    E: Examples,
    O: Objective<M, Batch = E::Batch>,
{
    fn step(&mut self) -> Waiting<'_, Metrics> {
        Box::pin(self.next())
    }

    fn steps_done(&self) -> u64 {
        self.descent.steps_done()
    }

    fn epoch(&self) -> u64 {
        self.examples.epoch()
    }

    fn steps_per_epoch(&self) -> usize {
        self.examples.steps_per_epoch()
    }

    fn lr(&self) -> f32 {
        self.descent.lr()
    }

    fn set_lr(&mut self, lr: f32) {
        self.descent.set_lr(lr);
    }

    fn to(&mut self, device: &Device) {
        self.model.to(device);
        if let Some((average, _)) = &mut self.average {
            average.to(device);
        }
    }

    fn checkpoint(&mut self) -> Waiting<'_, Vec<u8>> {
        Box::pin(async move {
            let mut tensors = self.tensors();
            let carried = self.objective.carried();
            tensors.extend((0..).zip(carried).map(|(k, tensor)| (carried_name(k), tensor.clone())));
            let (names, tensors): (Vec<String>, Vec<Tensor>) = tensors.into_iter().unzip();
            let tensors: Vec<_> = names.into_iter().zip(Tensor::all_to_cpu(&tensors).await?).collect();
            Ok(join_checkpoint(&self.steps_done(), &to_safetensors(&tensors, Precision::F32)?))
        })
    }

    fn restore(&mut self, checkpoint: &[u8]) -> Result<()> {
        let (step, tensors): (u64, _) = split_checkpoint(checkpoint)?;
        let mut weights = Weights::from_safetensors(tensors)?;
        let mut taken = |prefix: &str, model: &M| -> Result<Vec<Tensor>> {
            let parameters = model.parameters().into_iter();
            parameters.map(|(name, like)| weights.take(&format!("{prefix}{name}"), like.shape())).collect()
        };
        let model = taken("", &self.model)?;
        let average = self.average.as_ref().map(|(average, _)| taken("average.", average)).transpose()?;
        let memory = self.descent.take_memory(&mut weights)?;
        let mut carried = self.objective.carried();
        let take = |(k, like): (usize, &&mut Tensor)| weights.take(&carried_name(k), like.shape());
        let restored = carried.iter().enumerate().map(take).collect::<Result<Vec<_>>>()?;
        weights.finish()?;
        carried.iter_mut().zip(restored).for_each(|(tensor, restored)| **tensor = restored);
        replace(&mut self.model, model);
        if let (Some((average, _)), Some(restored)) = (&mut self.average, average) {
            replace(average, restored);
        }
        self.descent.remember(step, memory);
        Ok(())
    }

    fn last(&self) -> Option<Model> {
        self.average.is_some().then(|| self.model.clone().into())
    }

    fn best(&self) -> Model {
        self.average().clone().into()
    }

    fn begin_validation(&mut self) -> bool {
        let Some(validation) = &mut self.validation else { return false };
        validation.begin();
        self.measured = Some(self.average.as_ref().map_or(&self.model, |(average, _)| average).clone());
        true
    }

    fn validate(&mut self) -> Waiting<'_, Option<Measured>> {
        Box::pin(async move {
            let (Some(validation), Some(model)) = (&mut self.validation, &self.measured) else {
                return Err(Error::new(ErrorCode::BadOption, "no validation is begun"));
            };
            let measured = validation.slice(model).await?;
            if measured.is_some() {
                self.measured = None;
            }
            Ok(measured)
        })
    }
}

fn carried_name(k: usize) -> String {
    format!("carried.{k}")
}

/// `average += (1 - decay) (weights - average)`, with less decay in the beginning, so that the random
/// start is not dragged along.
fn update_average(average: &mut impl Module, model: &impl Module, decay: f32, step: u64) {
    let decay = decay.min(step as f32 / (step + 10) as f32);
    let mut current = model.parameters().into_iter();
    average.visit(&mut |_, average| {
        let (_, weights) = current.next().expect("the average has the parameters of the model");
        match Tensor::gpu_of(&[average, &weights]) {
            None => {
                scale(decay, average.data_mut());
                axpy(1.0 - decay, weights.data(), average.data_mut());
            }
            Some(gpu) => {
                let (weights, average) = (weights.buffer(&gpu), average.buffer_to_change(&gpu));
                wgsl::elementwise::mix(1.0 - decay, (&weights).into(), decay, average.into());
            }
        }
    });
}

/// Puts `parameters`, as many as the model has, in the place of its own, on the same device.
fn replace(model: &mut impl Module, parameters: Vec<Tensor>) {
    let mut parameters = parameters.into_iter();
    model.visit(&mut |_, parameter| {
        let restored = parameters.next().expect("as many as were listed");
        *parameter = restored.to(&parameter.device());
    });
}
