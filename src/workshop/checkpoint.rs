//! A run's checkpoint: all but the text.
//!
//! The length of a JSON text (8 bytes, little endian), the JSON, and the trainer's own checkpoint.

use super::card::Tally;
use super::plan::Plan;
use crate::error::{Error, ErrorCode, Result};
use serde::{Deserialize, Serialize};

/// The part that is not the trainer's.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Saved {
    pub plan: Plan,
    /// `config.json` and `tokenizer.json`, for a model that is trained on has them from elsewhere.
    pub config: String,
    pub tokenizer: String,
    pub fine_tuned: bool,
    /// The rate may have been changed on the way.
    pub lr: f32,
    pub tally: Tally,
    /// How long the run has taken, as the caller counts it.
    pub seconds: f64,
    /// Of the text that belongs to the run.
    pub text_hash: u64,
}

/// One file.
pub fn join(saved: &Saved, trainer: &[u8]) -> Vec<u8> {
    let json = serde_json::to_string(saved).expect("plain numbers and strings always serialise");
    [&(json.len() as u64).to_le_bytes()[..], json.as_bytes(), trainer].concat()
}

/// The inverse of [`join`].
pub fn split(checkpoint: &[u8]) -> Result<(Saved, &[u8])> {
    let parts = || {
        let (length, rest) = checkpoint.split_first_chunk::<8>()?;
        let (json, trainer) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        Some((serde_json::from_slice(json).ok()?, trainer))
    };
    parts().ok_or_else(|| {
        Error::new(ErrorCode::BadWeights, "the checkpoint is cut off, damaged or of another version")
    })
}

/// FNV-1a.
pub fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
