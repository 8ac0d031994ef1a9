//! A model in training together with the moving average of its weights.

use super::checkpoint::{join, replace, split, take_with_moments, with_moments};
use super::descent::{Descent, Metrics};
use super::{CommonRecipe, Layers};
use crate::cpu::elementwise::{axpy, scale};
use crate::error::Result;
use crate::nn::Module;
use crate::tensor::{Device, Tensor};
use crate::wgsl;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Model, average and optimiser.
pub(super) struct Averaged<M> {
    pub model: M,
    /// The moving average of the model's weights, which is better than they are before the rate falls.
    pub average: M,
    pub descent: Descent,
    /// Of the average.
    decay: f32,
}

impl<M: Module> Averaged<M> {
    pub fn new(model: M, recipe: &CommonRecipe, decay: f32) -> Self {
        Self { descent: recipe.descent(&model), average: model.clone(), model, decay }
    }

    /// Goes on with the model on `device`.
    pub fn to(&mut self, device: &Device) {
        self.model.to(device);
        self.average.to(device);
    }

    /// Moves nothing but these from now on.
    pub fn restrict(&mut self, layers: Layers) {
        self.descent.restrict(&self.model, layers);
    }

    /// Steps done.
    pub fn steps_done(&self) -> u64 {
        self.descent.optimizer.step
    }

    /// Moves the model as [`Descent::step`] does, and the average after it.
    ///
    /// # Errors
    /// `diverged`, see there.
    pub async fn step(&mut self, found: (Tensor, Vec<Tensor>), tokens: usize) -> Result<Metrics> {
        let metrics = self.descent.step(&mut self.model, found, tokens).await?;
        self.update_average(metrics.step);
        Ok(metrics)
    }

    /// `average += (1 - decay) (weights - average)`, with less decay in the beginning, so that the random
    /// start is not dragged along.
    fn update_average(&mut self, step: u64) {
        let decay = self.decay.min(step as f32 / (step + 10) as f32);
        let current: Vec<Tensor> = self.model.parameters().into_iter().map(|(_, tensor)| tensor).collect();
        let mut current = current.iter();
        self.average.visit(&mut |_, average| {
            let weights = current.next().expect("the average has the parameters of the model");
            match Tensor::gpu_of(&[average, weights]) {
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

    /// Everything needed to continue to the bit; `position` says where in the data the run stands.
    ///
    /// # Errors
    /// `not-finite` if a weight is no longer a number, and those of the GPU.
    pub async fn checkpoint(&self, position: impl Serialize) -> Result<Vec<u8>> {
        let optimizer = &self.descent.optimizer;
        let mut tensors = with_moments(&self.model, &optimizer.moments);
        let average = self.average.parameters();
        tensors.extend(average.into_iter().map(|(name, tensor)| (format!("average.{name}"), tensor)));
        join(optimizer.step, position, tensors).await
    }

    /// Continues where the run that wrote the checkpoint stood; returns its position.
    ///
    /// # Errors
    /// `bad-weights` if it is damaged, and those of [`crate::io::Weights::take`] if it belongs to another
    /// model; all then is as before.
    pub fn restore<P: DeserializeOwned>(&mut self, checkpoint: &[u8]) -> Result<P> {
        let (step, position, mut weights) = split(checkpoint)?;
        let (parameters, moments) = take_with_moments(&self.model, &mut weights)?;
        let mut average = Vec::new();
        for (name, like) in self.average.parameters() {
            average.push(weights.take(&format!("average.{name}"), like.shape())?);
        }
        weights.finish()?;
        replace(&mut self.model, parameters);
        replace(&mut self.average, average);
        self.descent.optimizer.moments = moments;
        self.descent.optimizer.step = step;
        Ok(position)
    }
}
