//! File access, native builds only: in the browser, bytes come and go through the page.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Error, ErrorCode, Result};

/// Writes `bytes` to `path` atomically: even after a power failure, the path holds either the old content or
/// the new. The content is written to a temporary file next to it, flushed to disk and renamed.
///
/// # Errors
/// `file` if any step fails; the temporary file is then removed and `path` is unchanged.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    let temporary = temporary_name(path);
    let result = write_and_rename(&temporary, path, bytes);
    if result.is_err() {
        // Report the first error; a leftover temporary file does no harm.
        let _ = fs::remove_file(&temporary);
    }
    result.map_err(|e| Error::new(ErrorCode::File, format!("{} cannot be written: {e}", path.display())))
}

/// Includes the process id, so that two processes writing the same file do not collide.
fn temporary_name(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    path.with_file_name(name)
}

fn write_and_rename(temporary: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(temporary, path)?;
    // On Unix the rename is durable only once the folder has been synced.
    #[cfg(unix)]
    {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

/// The SHA-256 of `bytes` in lower-case hexadecimal, as in the manifest.
pub fn sha256(bytes: &[u8]) -> String {
    sha256_bytes(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The SHA-256 of `bytes`.
pub fn sha256_bytes(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
