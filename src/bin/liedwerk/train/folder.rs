//! The folder that a training writes to: nothing in it is lost unasked, and two trainings never share it.

use crate::files::read;
use anyhow::Context;
use liedwerk::io::write_atomically;
use liedwerk::{Error, ErrorCode};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

const LOCK: &str = "train.lock";
const CHECKPOINT: &str = "checkpoint.bin";
/// What tells that a folder is a model's or a training's, of either trainer.
const TRACES: [&str; 5] = [CHECKPOINT, "checkpoint.pt", "config.json", "tokenizer.json", "model.safetensors"];
/// What says something of a model that is overwritten.
const OF_ANOTHER_MODEL: [&str; 4] = [CHECKPOINT, "checkpoint.pt", "card.json", "README.md"];

/// What is to become of a folder that is used already.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It is refused.
    Begin,
    /// The training in it goes on.
    Continue,
    /// What is in it is given up.
    Overwrite,
}

/// A folder that belongs to this process until it ends, however it ends.
pub struct Folder {
    path: PathBuf,
    /// The lock is the system's, on the open file.
    _lock: File,
}

impl Folder {
    /// Makes the folder where there is none, and takes it.
    ///
    /// # Errors
    /// `folder-used`, `folder-locked`.
    pub fn open(path: &Path, use_of: Use) -> anyhow::Result<Self> {
        let shown = path.display();
        if let Some(trace) = TRACES.iter().find(|name| use_of == Use::Begin && path.join(name).exists()) {
            let message = format!(
                "{shown} holds a {trace} already: go on with it (--resume), give it up (--overwrite), or take another \
                 folder"
            );
            return Err(Error::new(ErrorCode::FolderUsed, message).into());
        }
        std::fs::create_dir_all(path).with_context(|| shown.to_string())?;
        let name = path.join(LOCK);
        let lock = File::create(&name).with_context(|| name.display().to_string())?;
        match lock.try_lock() {
            // A file system without locks cannot tell.
            Ok(()) | Err(TryLockError::Error(_)) => {}
            Err(TryLockError::WouldBlock) => {
                let message =
                    format!("another training writes into {shown}: wait for it, or take another folder");
                return Err(Error::new(ErrorCode::FolderLocked, message).into());
            }
        }
        if use_of == Use::Overwrite {
            for name in OF_ANOTHER_MODEL.map(|name| path.join(name)).iter().filter(|path| path.exists()) {
                std::fs::remove_file(name).with_context(|| name.display().to_string())?;
            }
        }
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The checkpoint in it.
    pub fn checkpoint(&self) -> Result<Vec<u8>, Error> {
        read(&self.path.join(CHECKPOINT))
    }

    /// Writes one file as a whole.
    pub fn write(&self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        Ok(write_atomically(&self.path.join(name), bytes)?)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Whoever finds it without a lock takes it as well.
        let _ = std::fs::remove_file(self.path.join(LOCK));
    }
}
