//! Compresses long texts in links: raw deflate in base64url.

use std::io::{Read, Write};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

/// Maximum size of a text in a link; links that unpack to more are damaged.
pub const MAX_BYTES: usize = 60_000;

/// Packs a text for a link.
pub fn pack(text: &str) -> String {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    let deflated = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    URL_SAFE_NO_PAD.encode(deflated.expect("a vector takes all that is written"))
}

/// Unpacks the text of a link; `None` if it is damaged, too long or not UTF-8.
pub fn unpack(packed: &str) -> Option<String> {
    let deflated = URL_SAFE_NO_PAD.decode(packed).ok()?;
    let mut decoder = DeflateDecoder::new(deflated.as_slice());
    let mut bytes = Vec::new();
    // Reading one byte beyond the limit is enough to detect longer texts.
    decoder.by_ref().take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).ok()?;
    let all_read = decoder.total_in() == deflated.len() as u64;
    (bytes.len() <= MAX_BYTES && all_read).then(|| String::from_utf8(bytes).ok()).flatten()
}
