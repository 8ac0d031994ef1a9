//! File and stream access, with errors that name the file.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use liedwerk::{Error, ErrorCode};

/// Prints a line. If the reader stops early (`| head`), the command ends quietly: see [`is_closed_pipe`].
macro_rules! say {
    ($($argument:tt)*) => {
        $crate::files::print(format_args!("{}\n", format_args!($($argument)*)))?
    };
}
pub(crate) use say;

/// Writes to standard output and flushes it.
pub fn print(text: std::fmt::Arguments<'_>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_fmt(text)?;
    out.flush()
}

/// Whether the error only means that nobody reads the output any longer.
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let is_closed = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(is_closed))
}

/// Reads a file.
pub fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|e| unreadable(path, &e))
}

/// Reads a file written by a program (JSON, TOML, a dictionary): UTF-8, with or without a byte order mark.
/// People's texts are read by [`crate::texts`].
pub fn read_text(path: &Path) -> Result<String, Error> {
    let text = fs::read_to_string(path).map_err(|e| unreadable(path, &e))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// The error for a file that cannot be read.
pub fn unreadable(path: &Path, e: &io::Error) -> Error {
    Error::new(ErrorCode::File, format!("{} cannot be read: {e}", path.display()))
}

/// Checks that the output does not overwrite an input.
///
/// # Errors
/// `bad-option` if it does.
pub fn check_apart(output: &Path, inputs: &[PathBuf]) -> Result<(), Error> {
    let same =
        |input: &&PathBuf| matches!((input.canonicalize(), output.canonicalize()), (Ok(a), Ok(b)) if a == b);
    match inputs.iter().find(same) {
        None => Ok(()),
        Some(_) => {
            let message = format!("{} is to be read, so it cannot be written, too", output.display());
            Err(Error::new(ErrorCode::BadOption, message))
        }
    }
}
