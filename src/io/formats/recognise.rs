//! Recognises file formats by their first bytes.

use super::hdf5::SIGNATURE;
use crate::error::{Error, ErrorCode, Result};

/// Number of bytes needed to recognise a format.
pub const HEAD_BYTES: usize = 512;

/// The formats that are distinguished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// safetensors: a JSON header followed by numbers.
    Safetensors,
    /// A zip: a PyTorch checkpoint, a Keras model or a zipped folder.
    Zip,
    /// JSON: an object or a list.
    Json,
    /// A Python pickle that is not inside a zip.
    Pickle,
    /// HDF5: a Keras model.
    Hdf5,
    /// A known format that is not supported.
    Foreign(Foreign),
    /// Anything else: pictures, readme files, texts.
    Other,
}

/// An unsupported format, with advice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Foreign {
    name: &'static str,
    cure: &'static str,
}

const ORIGINAL: &str =
    "take the folder that it was made from: config.json, tokenizer.json, model.safetensors";
const SAVE_AGAIN: &str =
    "open it in PyTorch and save it again with torch.save(model.state_dict(), \"model.pt\")";
const FROM_TENSORFLOW: &str =
    "take the same model for PyTorch, as a folder of Hugging Face or as a checkpoint (.pt)";
const FROM_NUMPY: &str = "save it in Python with safetensors";
const UNPACK: &str = "unpack it first, or pack the folder as a zip";

const MARIAN: Foreign = Foreign {
    name: "an archive of NumPy, such as Marian's own weights",
    cure: "take the same model for PyTorch, as a folder of Hugging Face",
};

/// Offset and magic bytes of each format.
const MAGIC: [(usize, &[u8], &str, &str); 18] = [
    (0, b"GGUF", "GGUF (llama.cpp)", ORIGINAL),
    (0, b"lmgg", "GGML (llama.cpp)", ORIGINAL),
    (0, b"fmgg", "GGMF (llama.cpp)", ORIGINAL),
    (0, b"tjgg", "GGJT (llama.cpp)", ORIGINAL),
    (0, b"algg", "GGLA (llama.cpp)", ORIGINAL),
    (4, b"TFL3", "TensorFlow Lite", FROM_TENSORFLOW),
    (0, b"model_checkpoint_path:", "a TensorFlow checkpoint", FROM_TENSORFLOW),
    // The magic number that torch.save wrote before version 1.6, as a pickle.
    (0, b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19", "a checkpoint of PyTorch before 1.6", SAVE_AGAIN),
    (0, b"\x93NUMPY", "an array of NumPy", FROM_NUMPY),
    (0, b"\x1f\x8b", "gzip", UNPACK),
    (0, b"BZh", "bzip2", UNPACK),
    (0, b"\xfd7zXZ\0", "xz", UNPACK),
    (0, b"\x28\xb5\x2f\xfd", "Zstandard", UNPACK),
    (0, b"7z\xbc\xaf\x27\x1c", "7-Zip", UNPACK),
    (0, b"Rar!", "RAR", UNPACK),
    (257, b"ustar", "tar", UNPACK),
    (0, b"version https://git-lfs", "a pointer of Git LFS", "fetch the file itself with git lfs pull"),
    (0, b"<", "a web page", "what was saved is the page about the file; download the file itself"),
];

/// Formats that can be recognised only by their file extension.
const NAMES: [(&str, &str, &str); 5] = [
    (".onnx", "ONNX", ORIGINAL),
    (".msgpack", "Flax", ORIGINAL),
    (".pb", "TensorFlow", FROM_TENSORFLOW),
    (".ckpt", "a checkpoint", SAVE_AGAIN),
    (".data-00000-of-00001", "a TensorFlow checkpoint", FROM_TENSORFLOW),
];

impl Format {
    /// Recognises a format; `head` must contain the first [`HEAD_BYTES`] of the file, or all of it.
    pub fn of(name: &str, head: &[u8]) -> Self {
        let is_at = |at: usize, magic: &[u8]| head.get(at..).is_some_and(|rest| rest.starts_with(magic));
        if is_at(0, b"PK\x03\x04") || is_at(0, b"PK\x05\x06") {
            let is_numpy = name.to_ascii_lowercase().ends_with(".npz");
            return if is_numpy { Self::Foreign(MARIAN) } else { Self::Zip };
        }
        // The length of the header, which is always below 2^40 bytes, then the header.
        if is_at(8, b"{") && is_at(5, &[0; 3]) {
            return Self::Safetensors;
        }
        if is_json(head) {
            return Self::Json;
        }
        if is_at(0, SIGNATURE) {
            return Self::Hdf5;
        }
        let magic = MAGIC.iter().find(|(at, magic, ..)| is_at(*at, magic));
        if let Some(&(_, _, name, cure)) = magic {
            return Self::Foreign(Foreign { name, cure });
        }
        if is_at(0, b"\x80") && head.get(1).is_some_and(|version| (2..=5).contains(version)) {
            return Self::Pickle;
        }
        if is_onnx(head) {
            return Self::Foreign(Foreign { name: "ONNX", cure: ORIGINAL });
        }
        let name = name.to_ascii_lowercase();
        match NAMES.iter().find(|(end, ..)| name.ends_with(end)) {
            Some(&(_, name, cure)) => Self::Foreign(Foreign { name, cure }),
            None => Self::Other,
        }
    }
}

impl Foreign {
    /// The error for such a file.
    pub fn refusal(self, file: &str) -> Error {
        other_format(format!("{file} is {}, which is not read here: {}", self.name, self.cure))
    }
}

/// An error about an unsupported format.
pub fn other_format(message: impl Into<String>) -> Error {
    Error::new(ErrorCode::OtherFormat, message)
}

/// Recognises JSON with or without a byte order mark of UTF-8 or UTF-16.
fn is_json(head: &[u8]) -> bool {
    let bare = head.strip_prefix(b"\xef\xbb\xbf").or(head.strip_prefix(b"\xff\xfe")).unwrap_or(head);
    let bare = bare.strip_prefix(b"\xfe\xff\0").unwrap_or(bare);
    let first = bare.iter().find(|byte| !byte.is_ascii_whitespace() && **byte != 0);
    matches!(first, Some(b'{' | b'['))
}

/// A version number, then the name of the exporter.
fn is_onnx(head: &[u8]) -> bool {
    matches!(head, [8, 1..=30, 0x12, length, name @ ..]
        if name.get(..usize::from(*length)).is_some_and(|name| !name.is_empty() && name.iter().all(u8::is_ascii_graphic)))
}

/// Decodes a text written by a program: UTF-8 or UTF-16, with or without a byte order mark.
///
/// # Errors
/// `code` if it is neither.
pub fn text(name: &str, bytes: &[u8], code: ErrorCode) -> Result<String> {
    let utf16 = |bytes: &[u8], of: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.as_chunks().0.iter().map(|&pair| of(pair)).collect();
        String::from_utf16(&units).ok()
    };
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => {
            let bare = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            std::str::from_utf8(bare).ok().map(str::to_owned)
        }
    };
    text.ok_or_else(|| Error::new(code, format!("{name} is neither UTF-8 nor UTF-16")))
}
