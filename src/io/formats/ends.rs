//! Refuses models by the ends of their files: a large model that cannot be opened costs neither time nor memory.

use super::alphabet::Alphabet;
use super::opening::{MODEL_TYPES, Parts, check_index, no_tokenizer, object};
use super::recognise::{Format, other_format};
use super::sort::base_name;
use super::zip::File;
use super::{keras, pytorch};
use crate::error::{Error, ErrorCode, Result};
use crate::io::header::read_header;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// A file that has not been read whole.
#[derive(Clone, Debug)]
pub struct Ends {
    /// Path with `/` as the separator.
    pub name: String,
    /// The size of the file in bytes.
    pub size: u64,
    /// The first bytes, or the whole file.
    pub first: Vec<u8>,
    /// The last bytes, or the whole file.
    pub last: Vec<u8>,
}

/// The last record of a zip, and its length without a comment.
const DIRECTORY_END: &[u8] = b"PK\x05\x06";
const DIRECTORY_END_BYTES: usize = 22;
const DIRECTORY_ENTRY: &[u8] = b"PK\x01\x02";
/// Length of a file's record in the directory of a zip, and of that before its content, without the name.
const ENTRY_BYTES: usize = 46;
const LOCAL_BYTES: usize = 30;
/// Files that are never weights, by their extension.
const DOCUMENTS: [&str; 20] = [
    "jpg", "jpeg", "png", "heic", "gif", "webp", "svg", "mp4", "mov", "mp3", "m4a", "wav", "pdf", "xml",
    "rels", "html", "css", "js", "md", "txt",
];

/// Refuses the files of one group formed by [`sort`](super::sort) if [`open`](super::open) would certainly refuse
/// them, as far as both ends of each file show: files cut off, architectures that are not supported, missing
/// parts.
///
/// # Errors
/// Those of [`open`](super::open), and `bad-config` for an unknown `model_type`.
pub fn refuse_early(files: &[Ends]) -> Result<()> {
    let whole = files.iter().filter(|file| file.first.len() as u64 == file.size);
    let settings = whole.map(|file| File { name: file.name.clone(), bytes: Cow::Borrowed(&file.first[..]) });
    let settings: Vec<File<'_>> = settings.collect();
    let parts = Parts { files: &settings };
    let is_config = |file: &Ends| base_name(&file.name).eq_ignore_ascii_case("config.json");
    if files.iter().any(is_config) && parts.named("config.json").is_none() {
        // Too long to be judged.
        return Ok(());
    }
    let config = object(parts.text("config.json", ErrorCode::BadConfig)?)?;
    let model_type = config.as_ref().and_then(|config| config.get("model_type")).and_then(Value::as_str);
    if let Some(unknown) = model_type.filter(|name| *name != "marian" && !MODEL_TYPES.contains(name)) {
        let message = format!("model_type is {unknown}, which is none of the models");
        return Err(Error::new(ErrorCode::BadConfig, message));
    }
    let mut tensors = BTreeSet::new();
    let (mut is_seen_whole, mut has_tokenizer) = (true, files.iter().any(|file| is_tokenizer(&file.name)));
    for file in files {
        match Format::of(&file.name, &file.first) {
            Format::Safetensors | Format::Other if is_safetensors(file) && holds_header(file) => {
                let (metadata, _) = read_header(&file.first, file.size as usize)?;
                has_tokenizer |=
                    metadata.metadata().as_ref().is_some_and(|parts| parts.contains_key("tokenizer.json"));
                tensors.extend(metadata.tensors().into_keys());
            }
            Format::Zip => {
                refuse_zip(file)?;
                is_seen_whole = false;
            }
            Format::Hdf5 => {
                keras::refuse_early(&file.first, file.size, config.clone())?;
                is_seen_whole = false;
            }
            _ => is_seen_whole &= !is_safetensors(file),
        }
    }
    if is_seen_whole && !tensors.is_empty() {
        check_index(&parts, |name| tensors.contains(name))?;
        if !has_tokenizer {
            return Err(no_tokenizer());
        }
    }
    Ok(())
}

fn is_tokenizer(path: &str) -> bool {
    let name = base_name(path).to_ascii_lowercase();
    Alphabet::is_file(&name) || matches!(&*name, "tokenizer.json" | "vocab.json" | "meta.pkl" | "source.spm")
}

/// Also true for damaged files, which are recognised by name.
fn is_safetensors(file: &Ends) -> bool {
    Format::of(&file.name, &file.first) == Format::Safetensors
        || base_name(&file.name).to_ascii_lowercase().ends_with(".safetensors")
}

/// Whether the header of a safetensors file can be judged: it is there, or claims to be longer than the file.
fn holds_header(file: &Ends) -> bool {
    let length = file.first.first_chunk().map_or(0, |length| u64::from_le_bytes(*length)).saturating_add(8);
    length <= file.first.len() as u64 || length > file.size
}

/// Checks the directory at the end of a zip, and the pickle at the beginning of a checkpoint.
fn refuse_zip(file: &Ends) -> Result<()> {
    let last = &file.last[..];
    let Some(end) = last.windows(DIRECTORY_END.len()).rposition(|window| window == DIRECTORY_END) else {
        let message = format!("{}: the zip is cut off or damaged: its directory is missing", file.name);
        return Err(Error::new(ErrorCode::BadWeights, message));
    };
    if let Some(names) = directory(last, end)
        && !names.is_empty()
        && names.iter().all(|name| is_document(name))
    {
        let message = format!("{} is a zip without weights: its first file is {}", file.name, names[0]);
        return Err(other_format(message));
    }
    match pickle(&file.first).map(pytorch::facts) {
        Some(Err(error)) if error.code() == ErrorCode::OtherFormat => Err(error),
        _ => Ok(()),
    }
}

/// The names in the directory of a zip whose end is at `end`; `None` if it begins before `last`, or is damaged.
fn directory(last: &[u8], end: usize) -> Option<Vec<Cow<'_, str>>> {
    let record = last.get(end..end + DIRECTORY_END_BYTES)?;
    let size = u32::from_le_bytes(*record[12..].first_chunk()?) as usize;
    let mut rest = &last[end.checked_sub(size)?..end];
    let mut names = Vec::new();
    while let Some(entry) = rest.strip_prefix(DIRECTORY_ENTRY).and_then(|_| rest.get(..ENTRY_BYTES)) {
        let length = |at: usize| usize::from(u16::from_le_bytes([entry[at], entry[at + 1]]));
        let name = rest.get(ENTRY_BYTES..ENTRY_BYTES + length(28))?;
        names.push(String::from_utf8_lossy(name));
        rest = rest.get(ENTRY_BYTES + length(28) + length(30) + length(32)..)?;
    }
    names.retain(|name| !name.ends_with('/'));
    rest.is_empty().then_some(names)
}

fn is_document(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    extension.is_some_and(|extension| DOCUMENTS.contains(&&*extension)) || base_name(name).starts_with('.')
}

/// The pickle of a PyTorch checkpoint, which is its first file, and whatever follows.
fn pickle(first: &[u8]) -> Option<&[u8]> {
    let length = |at: usize| Some(usize::from(u16::from_le_bytes(*first.get(at..)?.first_chunk()?)));
    let (name, extra) = (length(26)?, length(28)?);
    let is_stored = length(8)? == 0;
    let is_pickle = first.get(LOCAL_BYTES..LOCAL_BYTES + name)?.ends_with(b"data.pkl");
    (is_stored && is_pickle).then(|| first.get(LOCAL_BYTES + name + extra..))?
}
