//! The output folder of a training: nothing in it is lost without asking, and two trainings never share it.

use crate::files::read;
use anyhow::Context;
use liedwerk::io::write_atomically;
use liedwerk::{Error, ErrorCode};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

const LOCK: &str = "train.lock";
const CHECKPOINT: &str = "checkpoint.bin";
/// Files that identify the folder of a model or of a training, by either trainer.
const TRACES: [&str; 5] = [CHECKPOINT, "checkpoint.pt", "config.json", "tokenizer.json", "model.safetensors"];
/// Files about the previous model, which are removed when it is overwritten.
const OF_ANOTHER_MODEL: [&str; 4] = [CHECKPOINT, "checkpoint.pt", "card.json", "README.md"];

/// What to do with a folder that is already in use.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Refuse it.
    Begin,
    /// Continue the training in it.
    Continue,
    /// Overwrite its contents.
    Overwrite,
}

/// A folder reserved for this process until it ends, in whatever way.
pub struct Folder {
    path: PathBuf,
    /// A lock by the operating system on the open file.
    _lock: File,
}

impl Folder {
    /// Creates the folder if necessary and locks it.
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
            // A file system without locking cannot tell.
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

    /// Path of the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The checkpoint in the folder.
    pub fn checkpoint(&self) -> Result<Vec<u8>, Error> {
        read(&self.path.join(CHECKPOINT))
    }

    /// Writes a file atomically.
    pub fn write(&self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        Ok(write_atomically(&self.path.join(name), bytes)?)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A remaining lock file that nobody has locked does no harm.
        let _ = std::fs::remove_file(self.path.join(LOCK));
    }
}
