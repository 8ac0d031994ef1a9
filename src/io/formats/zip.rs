//! Unpacks zip files in memory: those of PyTorch, which are uncompressed, and zipped folders.

use super::recognise::other_format;
use crate::error::{Error, ErrorCode, Result};
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use rawzip::{CompressionMethod, ZipArchive, crc32};
use std::borrow::Cow;

/// Maximum number of files; a model's folder has fewer.
const MOST_FILES: usize = 20_000;
/// Maximum growth. Weights hardly compress, and texts by less than this; a zip that claims more was made to
/// exhaust memory.
const MOST_GROWTH: usize = 12;
/// Additional allowance in bytes, for small files.
const FREE_BYTES: usize = 1 << 24;

/// A file, from a zip or elsewhere.
#[derive(Clone, Debug)]
pub struct File<'a> {
    /// Path with `/` as the separator.
    pub name: String,
    /// The whole content.
    pub bytes: Cow<'a, [u8]>,
}

fn bad(file: &str, message: impl std::fmt::Display) -> Error {
    Error::new(ErrorCode::BadWeights, format!("{file}: the zip is cut off or damaged: {message}"))
}

/// Returns all files of a zip, without folders.
///
/// # Errors
/// `bad-weights` for a damaged one, `other-format` for uncommon compression methods and for one that would
/// grow too much.
pub fn unpack<'a>(zip: &str, bytes: &'a [u8]) -> Result<Vec<File<'a>>> {
    let archive = ZipArchive::from_slice(bytes).map_err(|e| bad(zip, e))?;
    let mut files = Vec::new();
    let mut left = bytes.len().saturating_mul(MOST_GROWTH).saturating_add(FREE_BYTES);
    let mut entries = archive.entries();
    while let Some(entry) = entries.next_entry().map_err(|e| bad(zip, e))? {
        if entry.is_dir() {
            continue;
        }
        // Old programs use encodings other than UTF-8, but the relevant names are ASCII.
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
