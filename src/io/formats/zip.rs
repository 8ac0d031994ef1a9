//! Zip files in memory: those of PyTorch, which store without compressing, and folders that people packed.

use super::recognise::other_format;
use crate::error::{Error, ErrorCode, Result};
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use rawzip::{CompressionMethod, ZipArchive, crc32};
use std::borrow::Cow;

/// More files are no model's folder.
const MOST_FILES: usize = 20_000;
/// Weights hardly compress, and texts less than this; a zip that claims more was made to fill memory.
const MOST_GROWTH: usize = 12;
/// Small files may grow more.
const FREE_BYTES: usize = 1 << 24;

/// A file in a zip, or elsewhere: its name, with folders, and what it holds.
#[derive(Clone, Debug)]
pub struct File<'a> {
    /// With `/` between folders.
    pub name: String,
    /// All of it.
    pub bytes: Cow<'a, [u8]>,
}

fn bad(file: &str, message: impl std::fmt::Display) -> Error {
    Error::new(ErrorCode::BadWeights, format!("{file}: the zip is cut off or damaged: {message}"))
}

/// All files of a zip, folders left out.
///
/// # Errors
/// `bad-weights` for a damaged one, `other-format` for ways of compressing that are not common and for one that
/// would become much larger.
pub fn unpack<'a>(zip: &str, bytes: &'a [u8]) -> Result<Vec<File<'a>>> {
    let archive = ZipArchive::from_slice(bytes).map_err(|e| bad(zip, e))?;
    let mut files = Vec::new();
    let mut left = bytes.len().saturating_mul(MOST_GROWTH).saturating_add(FREE_BYTES);
    let mut entries = archive.entries();
    while let Some(entry) = entries.next_entry().map_err(|e| bad(zip, e))? {
        if entry.is_dir() {
            continue;
        }
        // Old programs write other letters than UTF-8's; the names that matter have none of them.
        let name = String::from_utf8_lossy(entry.file_path().as_bytes()).replace('\\', "/");
        if files.len() == MOST_FILES {
            return Err(other_format(format!("{zip} holds more than {MOST_FILES} files")));
        }
        let too_large = || other_format(format!("{zip} would become more than {MOST_GROWTH} times as large"));
        let local = archive.get_entry(entry.wayfinder()).map_err(|e| bad(zip, e))?;
        let (start, end) = local.compressed_data_range();
        let data =
            bytes.get(start as usize..end as usize).ok_or_else(|| bad(zip, "an entry lies outside"))?;
        let unpacked = match entry.compression_method() {
            CompressionMethod::STORE => Cow::Borrowed(data),
            CompressionMethod::DEFLATE => {
                let claimed = usize::try_from(entry.uncompressed_size_hint()).unwrap_or(usize::MAX);
                if claimed > left {
                    return Err(too_large());
                }
                Cow::Owned(decompress_to_vec_with_limit(data, claimed).map_err(|e| bad(zip, e))?)
            }
            other => {
                return Err(other_format(format!(
                    "{zip}: {name} is compressed with {other:?}; pack it anew"
                )));
            }
        };
        left = left.checked_sub(unpacked.len()).ok_or_else(too_large)?;
        if crc32(&unpacked) != entry.crc32() {
            return Err(bad(zip, format!("{name} is not what was packed")));
        }
        files.push(File { name, bytes: unpacked });
    }
    Ok(files)
}
