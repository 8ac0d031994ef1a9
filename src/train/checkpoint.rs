//! Checkpoints: a single file each, so that it can be replaced atomically.
//!
//! Layout: the length of a JSON text (8 bytes, little endian), the JSON text, then binary data. The JSON
//! includes the version of the format.

use crate::error::{Error, ErrorCode, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Incremented when older checkpoints can no longer be continued to the bit.
pub const CHECKPOINT_VERSION: u64 = 2;

#[derive(Serialize, Deserialize)]
struct Head<T> {
    version: u64,
    about: T,
}

/// Builds the file from `about`, which is plain data, and the binary `rest`.
pub fn join_checkpoint(about: &impl Serialize, rest: &[u8]) -> Vec<u8> {
    let head = Head { version: CHECKPOINT_VERSION, about };
    let json = serde_json::to_string(&head).expect("plain numbers and strings always serialise");
    [&(json.len() as u64).to_le_bytes()[..], json.as_bytes(), rest].concat()
}

/// The inverse of [`join_checkpoint`].
///
/// # Errors
/// `old-checkpoint` for another version, `bad-weights` for a damaged file.
pub fn split_checkpoint<T: DeserializeOwned>(checkpoint: &[u8]) -> Result<(T, &[u8])> {
    let damaged = || Error::new(ErrorCode::BadWeights, "the checkpoint is cut off or damaged");
    let parts = || {
        let (length, rest) = checkpoint.split_first_chunk::<8>()?;
        let (json, rest) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        Some((serde_json::from_slice(json).ok()?, rest))
    };
    let (head, rest): (Value, _) =
        parts().filter(|(head, _): &(Value, _)| head.is_object()).ok_or_else(damaged)?;
    // The first version had no version field.
    let version = head.get("version").map_or(Some(1), Value::as_u64).ok_or_else(damaged)?;
    if version != CHECKPOINT_VERSION {
        let message = format!(
            "the checkpoint has version {version}, and this program continues version {CHECKPOINT_VERSION}: go on with \
             the program that wrote it, or begin anew from the model"
        );
        return Err(Error::new(ErrorCode::OldCheckpoint, message));
    }
    let head: Head<T> = serde_json::from_value(head).map_err(|_| damaged())?;
    Ok((head.about, rest))
}
