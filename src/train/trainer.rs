//! Trains any model step by step: the caller decides when to continue, stop, save or validate.

use super::checkpoint::{join_checkpoint, split_checkpoint};
use super::descent::{Descent, Metrics};
use super::examples::{Batch, Examples};
use super::objective::Objective;
use super::shares::{Share, joined, read_into, rows_of, share_rows, split_state, to_bytes};
use super::validation::{Measured, Validation};
use super::{Layers, Learner, Model, PlannedTraining, Waiting};
use crate::cpu::elementwise::{axpy, scale};
use crate::error::{Error, ErrorCode, Result};
use crate::io::{Precision, Weights, to_safetensors};
use crate::nn::Module;
use crate::tensor::{Device, Tensor};
use crate::wgsl;
use std::collections::BTreeMap;

/// A model being trained on examples with an objective.
pub struct Trainer<M, E: Examples, O> {
    model: M,
    /// Moving average of the weights, which performs better than the weights until the rate decays, with its
    /// decay.
    average: Option<(M, f32)>,
    descent: Descent,
    examples: E,
    objective: O,
    seed: u64,
    /// Maximum number of shares per batch.
    shares: usize,
    /// Shares of the next step that were computed elsewhere.
    computed: BTreeMap<usize, Share>,
    validation: Option<Validation<E::Batch, O>>,
    /// The model being validated.
    measured: Option<M>,
}

impl<M: Module, E: Examples, O: Objective<M, Batch = E::Batch>> Trainer<M, E, O> {
    /// Starts a run with validated settings; `average` is the decay of the moving average, if there is to be
    /// one.
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
            shares: settings.shares,
            computed: BTreeMap::new(),
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

    /// Adds held-out batches, whose targets spell `characters` characters; they may be empty.
    #[must_use]
    pub fn validated_on(mut self, batches: Vec<E::Batch>, characters: usize) -> Self {
        let objective = self.objective.for_validation();
        self.validation = (!batches.is_empty()).then(|| Validation::new(batches, characters, objective));
        self
    }

    /// The model with its current weights.
    pub fn model(&self) -> &M {
        &self.model
    }

    /// The moving average of the weights, or the model itself without one.
    pub fn average(&self) -> &M {
        self.average.as_ref().map_or(&self.model, |(average, _)| average)
    }

    /// The training examples.
    pub fn examples(&self) -> &E {
        &self.examples
    }

    /// Mutable access to the examples, for callers that supply the batches.
    pub fn examples_mut(&mut self) -> &mut E {
        &mut self.examples
    }

    /// [`Learner::step`], available also for models that cannot be converted to [`Model`].
    ///
    /// # Errors
    /// The errors of [`Learner::step`].
    pub async fn next(&mut self) -> Result<Metrics> {
        let batch = self.examples.at(self.descent.steps_done());
        self.step_on(&batch).await
    }

    /// Performs one step on the given batch.
    ///
    /// # Errors
    /// As [`Learner::step`].
    pub async fn step_on(&mut self, batch: &E::Batch) -> Result<Metrics> {
        let shares = self.shares_of(batch);
        let mut computed = std::mem::take(&mut self.computed);
        let each = (0..shares).map(|share| {
            let tokens = batch.cut(&share_rows(batch.rows(), share, shares)).tokens();
            (computed.remove(&share).unwrap_or_else(|| self.share(batch, share)), tokens)
        });
        let Share { loss, grads, carried } = joined(each.collect());
        self.objective.carried().into_iter().zip(carried).for_each(|(old, new)| *old = new);
        let metrics = self.descent.step(&mut self.model, (loss, grads), batch.tokens()).await?;
        if let Some((average, decay)) = &mut self.average {
            update_average(average, &self.model, *decay, metrics.step);
        }
        Ok(metrics)
    }

    fn shares_of(&self, batch: &E::Batch) -> usize {
        let on_cpu =
            Tensor::gpu_of(&self.model.parameters().iter().map(|(_, tensor)| tensor).collect::<Vec<_>>());
        if on_cpu.is_none() { self.shares.min(batch.rows()) } else { 1 }
    }

    /// Computes a share from the current weights and carried state.
    fn share(&self, batch: &E::Batch, share: usize) -> Share {
        let shares = self.shares_of(batch);
        let rows = share_rows(batch.rows(), share, shares);
        let mut objective = self.objective.clone();
        if shares > 1 {
            objective.carried().into_iter().for_each(|tensor| *tensor = rows_of(tensor, &rows));
        }
        // The first share uses the seed of an unsplit batch.
        let dropout_seed =
            self.seed.wrapping_add(self.descent.steps_done()).wrapping_add((share as u64) << 32);
        let part = if shares > 1 { &batch.cut(&rows) } else { batch };
        let (loss, grads) = if shares > 1 && part.tokens() == 0 {
            // The mean over no tokens is undefined.
            let zeros = |tensor: &Tensor| Tensor::zeros(tensor.shape());
            (Tensor::zeros(&[]), self.descent.moving(&self.model).iter().map(zeros).collect())
        } else {
            self.descent.gradients(&self.model, |model| objective.loss(model, part, Some(dropout_seed)))
        };
        Share { loss, grads, carried: objective.carried().into_iter().map(|tensor| tensor.clone()).collect() }
    }

    /// All tensors of the run by name, except the carried state.
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

    fn shares(&mut self) -> usize {
        let batch = self.examples.at(self.steps_done());
        self.shares_of(&batch)
    }

    fn state(&mut self) -> Vec<u8> {
        let moving = self.descent.moving(&self.model);
        let carried = self.objective.carried();
        let numbers = to_bytes(moving.iter().chain(carried.into_iter().map(|tensor| &*tensor)));
        [&self.steps_done().to_le_bytes()[..], &numbers].concat()
    }

    fn compute_share(&mut self, state: &[u8], share: usize) -> Result<Vec<u8>> {
        let (step, numbers) = split_state(state)?;
        let mut moving = self.descent.moving(&self.model);
        read_into(numbers, moving.iter_mut().chain(self.objective.carried()))?;
        self.descent.replace_moving(&mut self.model, moving);
        self.descent.set_steps_done(step);
        let batch = self.examples.at(step);
        if share >= self.shares_of(&batch) {
            return Err(Error::new(ErrorCode::BadOption, format!("the step has no share {share}")));
        }
        Ok(self.share(&batch, share).to_bytes())
    }

    fn take_share(&mut self, share: usize, computed: &[u8]) -> Result<()> {
        let batch = self.examples.at(self.steps_done());
        let rows = share_rows(batch.rows(), share, self.shares_of(&batch));
        let carried: Vec<Tensor> =
            self.objective.carried().into_iter().map(|tensor| rows_of(tensor, &rows)).collect();
        let share_found = Share::from_bytes(computed, &self.descent.moving(&self.model), &carried)?;
        self.computed.insert(share, share_found);
        Ok(())
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

/// `average += (1 - decay) (weights - average)`, with a lower decay at the start so that the random initial
/// weights fade quickly.
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

/// Replaces all parameters of the model, on the same device.
fn replace(model: &mut impl Module, parameters: Vec<Tensor>) {
    let mut parameters = parameters.into_iter();
    model.visit(&mut |_, parameter| {
        let restored = parameters.next().expect("as many as were listed");
        *parameter = restored.to(&parameter.device());
    });
}
