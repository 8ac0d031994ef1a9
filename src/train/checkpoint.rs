//! Saving and resuming a run.
//!
//! A checkpoint is one file, so that it is replaced as a whole: the length of a JSON text (8 bytes, little
//! endian), the JSON with the place in the data, and a safetensors file with weights, both moments of the
//! optimiser, and what else the run carries along.

use super::{StreamPosition, Trainer};
use crate::error::{Error, ErrorCode, Result};
use crate::io::{Precision, Weights, to_safetensors};
use crate::nn::Module;
use crate::now::now;
use crate::tensor::Tensor;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The part of a checkpoint that is not tensors.
#[derive(Serialize, Deserialize)]
struct Progress<P> {
    step: u64,
    position: P,
}

type Moments = Vec<(Tensor, Tensor)>;

impl Trainer {
    /// The whole run.
    ///
    /// # Errors
    /// `not-finite` if a weight is no longer a number.
    pub fn checkpoint(&self) -> Result<Vec<u8>> {
        now(self.checkpoint_async())
    }

    /// Like [`Trainer::checkpoint`], wherever the run's numbers are.
    ///
    /// # Errors
    /// The same, and `gpu-lost` or `out-of-memory`.
    pub async fn checkpoint_async(&self) -> Result<Vec<u8>> {
        let optimizer = &self.descent.optimizer;
        let mut tensors = with_moments(&self.model, &optimizer.moments);
        for (k, (h, c)) in self.state.layers.iter().enumerate() {
            tensors.push((format!("state.h{k}"), h.clone()));
            tensors.push((format!("state.c{k}"), c.clone()));
        }
        join(optimizer.step, self.batches.position(), tensors).await
    }

    /// Continues where the run that wrote the checkpoint stood.
    ///
    /// # Errors
    /// `bad-weights` if it is damaged, and those of [`Weights::take`] if it belongs to another model; the
    /// run then is as before.
    pub fn restore(&mut self, checkpoint: &[u8]) -> Result<()> {
        let (step, position, mut weights): (_, StreamPosition, _) = split(checkpoint)?;
        let (parameters, moments) = take_with_moments(&self.model, &mut weights)?;
        let mut state = self.state.clone();
        for (k, (h, c)) in state.layers.iter_mut().enumerate() {
            *h = weights.take(&format!("state.h{k}"), h.shape())?;
            *c = weights.take(&format!("state.c{k}"), c.shape())?;
        }
        weights.finish()?;
        replace(&mut self.model, parameters);
        self.state = state;
        self.descent.optimizer.moments = moments;
        self.descent.optimizer.step = step;
        self.batches.seek(&position);
        Ok(())
    }
}

/// A model's parameters and for each the optimiser's moments, under names.
pub(super) fn with_moments(model: &impl Module, moments: &Moments) -> Vec<(String, Tensor)> {
    let mut tensors = model.parameters();
    let names: Vec<String> = tensors.iter().map(|(name, _)| name.clone()).collect();
    for (name, (m, v)) in names.iter().zip(moments) {
        tensors.push((format!("optimizer.m.{name}"), m.clone()));
        tensors.push((format!("optimizer.v.{name}"), v.clone()));
    }
    tensors
}

/// The inverse of [`with_moments`] for a model of this shape.
pub(super) fn take_with_moments(
    model: &impl Module,
    weights: &mut Weights,
) -> Result<(Vec<Tensor>, Moments)> {
    let (mut parameters, mut moments) = (Vec::new(), Vec::new());
    for (name, like) in model.parameters() {
        let m = weights.take(&format!("optimizer.m.{name}"), like.shape())?;
        let v = weights.take(&format!("optimizer.v.{name}"), like.shape())?;
        parameters.push(weights.take(&name, like.shape())?);
        moments.push((m, v));
    }
    Ok((parameters, moments))
}

/// Puts `parameters`, as many as the model has, in the place of its own, on the same device.
pub(super) fn replace(model: &mut impl Module, parameters: Vec<Tensor>) {
    let mut parameters = parameters.into_iter();
    model.visit(&mut |_, parameter| {
        let restored = parameters.next().expect("as many as were listed");
        *parameter = restored.to(&parameter.device());
    });
}

/// The file with these tensors.
pub(super) async fn join(
    step: u64,
    position: impl Serialize,
    tensors: Vec<(String, Tensor)>,
) -> Result<Vec<u8>> {
    let (names, tensors): (Vec<String>, Vec<Tensor>) = tensors.into_iter().unzip();
    let tensors: Vec<_> = names.into_iter().zip(Tensor::all_to_cpu(&tensors).await?).collect();
    let json = serde_json::to_string(&Progress { step, position }).expect("plain numbers always serialise");
    let tensors = to_safetensors(&tensors, Precision::F32)?;
    Ok([&(json.len() as u64).to_le_bytes()[..], json.as_bytes(), &tensors].concat())
}

/// The inverse of [`join`].
pub(super) fn split<P: DeserializeOwned>(checkpoint: &[u8]) -> Result<(u64, P, Weights)> {
    let parts = || {
        let (length, rest) = checkpoint.split_first_chunk::<8>()?;
        let (json, tensors) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        Some((serde_json::from_slice(json).ok()?, tensors))
    };
    let (Progress { step, position }, tensors) =
        parts().ok_or_else(|| Error::new(ErrorCode::BadWeights, "the checkpoint is cut off or damaged"))?;
    Ok((step, position, Weights::from_safetensors(tensors)?))
}
