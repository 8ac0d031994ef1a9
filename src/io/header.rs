//! The header of a safetensors file.

use crate::error::{Error, ErrorCode, Result};
use safetensors::tensor::Metadata;

/// Maximum header size. Headers need a few dozen bytes per parameter, of which large models have thousands,
/// and the header of a complete model also holds its tokenizer.
const MAX_HEADER_BYTES: usize = 1 << 24;
/// Size of the header length at the start of the file.
const LENGTH_BYTES: usize = 8;

/// Parses the header and checks that it describes exactly the bytes after it, which it also returns.
pub(super) fn split_header(bytes: &[u8]) -> Result<(Metadata, &[u8])> {
    let (metadata, begin) = read_header(bytes, bytes.len())?;
    Ok((metadata, &bytes[begin..]))
}

/// Parses the header of a file of `size` bytes, of which `first` holds at least the header, and checks that it
/// describes exactly the bytes after it. Also returns where these begin.
///
/// `SafeTensors::deserialize` does the same, but accepts headers of 100 MB and sums up the file's claims
/// without overflow checks; the crate's own checks of order, overlap and size run when `Metadata` is
/// deserialised.
pub(super) fn read_header(first: &[u8], size: usize) -> Result<(Metadata, usize)> {
    let bad = |message: String| Error::new(ErrorCode::BadWeights, format!("weights: {message}"));
    let Some((length, rest)) = first.split_first_chunk::<LENGTH_BYTES>() else {
        return Err(bad(format!("{} bytes are too few for a safetensors file", first.len())));
    };
    let length = u64::from_le_bytes(*length);
    let header = usize::try_from(length)
        .ok()
        .filter(|&length| length <= MAX_HEADER_BYTES)
        .and_then(|length| rest.get(..length))
        .ok_or_else(|| bad(format!("the header claims {length} bytes; the file has {size}")))?;
    let metadata: Metadata = serde_json::from_slice(header).map_err(|e| bad(format!("header: {e}")))?;
    let begin = LENGTH_BYTES + header.len();
    let follow = size - begin;
    if metadata.data_len() != follow {
        return Err(bad(format!(
            "the header describes {} bytes of parameters, but {follow} follow: the file is cut off or damaged",
            metadata.data_len()
        )));
    }
    Ok((metadata, begin))
}
