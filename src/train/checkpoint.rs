//! Saving and resuming a run.
//!
//! A checkpoint is one file, so that it is replaced as a whole: the length of a JSON text (8 bytes, little
//! endian), the JSON with the place in the data, and a safetensors file with weights, both moments of the
//! optimiser and the carried state.

use super::{StreamPosition, Trainer};
use crate::error::{Error, ErrorCode, Result};
use crate::io::{Precision, Weights, to_safetensors};
use crate::nn::Module;
use crate::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// The part of a checkpoint that is not tensors.
#[derive(Serialize, Deserialize)]
struct Progress {
    step: u64,
    position: StreamPosition,
}

impl Trainer {
    /// The whole run.
    ///
    /// # Errors
    /// `not-finite` if a weight is no longer a number.
    pub fn checkpoint(&self) -> Result<Vec<u8>> {
        let mut tensors = self.model.parameters();
        let names: Vec<String> = tensors.iter().map(|(name, _)| name.clone()).collect();
        for (name, (m, v)) in names.iter().zip(&self.optimizer.moments) {
            tensors.push((format!("optimizer.m.{name}"), m.clone()));
            tensors.push((format!("optimizer.v.{name}"), v.clone()));
        }
        for (k, (h, c)) in self.state.layers.iter().enumerate() {
            tensors.push((format!("state.h{k}"), h.clone()));
            tensors.push((format!("state.c{k}"), c.clone()));
        }
        let progress = Progress { step: self.optimizer.step, position: self.batches.position() };
        let json = serde_json::to_string(&progress).expect("plain numbers always serialise");
        let tensors = to_safetensors(&tensors, Precision::F32)?;
        Ok([&(json.len() as u64).to_le_bytes()[..], json.as_bytes(), &tensors].concat())
    }

    /// Continues where the run that wrote the checkpoint stood.
    ///
    /// # Errors
    /// `bad-weights` if it is damaged, and those of [`Weights::take`] if it belongs to another model.
    pub fn restore(&mut self, checkpoint: &[u8]) -> Result<()> {
        let (progress, tensors) = split(checkpoint)
            .ok_or_else(|| Error::new(ErrorCode::BadWeights, "the checkpoint is cut off or damaged"))?;
        let mut weights = Weights::from_safetensors(tensors)?;
        let mut take = |name: &str, like: &Tensor| weights.take(name, like.shape());
        let mut restored = Vec::new();
        for (name, parameter) in self.model.parameters() {
            let m = take(&format!("optimizer.m.{name}"), &parameter)?;
            let v = take(&format!("optimizer.v.{name}"), &parameter)?;
            restored.push((take(&name, &parameter)?, (m, v)));
        }
        for (k, (h, c)) in self.state.layers.iter_mut().enumerate() {
            *h = take(&format!("state.h{k}"), h)?;
            *c = take(&format!("state.c{k}"), c)?;
        }
        weights.finish()?;
        let (parameters, moments): (Vec<_>, Vec<_>) = restored.into_iter().unzip();
        let mut parameters = parameters.into_iter();
        self.model.visit(&mut |_, parameter| *parameter = parameters.next().expect("as many as were listed"));
        self.optimizer.moments = moments;
        self.optimizer.step = progress.step;
        self.batches.seek(&progress.position);
        Ok(())
    }
}

fn split(checkpoint: &[u8]) -> Option<(Progress, &[u8])> {
    let (length, rest) = checkpoint.split_first_chunk::<8>()?;
    let (json, tensors) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    Some((serde_json::from_slice(json).ok()?, tensors))
}
