//! Sentence pairs from TSV files.

use crate::error::{Error, ErrorCode, Result};

/// A sentence and its translation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentencePair {
    /// The sentence to translate.
    pub source: String,
    /// Its translation.
    pub target: String,
}

/// Reads UTF-8 lines `source TAB target [TAB where it is from]`; `file` is the name for messages.
///
/// White space around a column is dropped, and so is a byte order mark.
///
/// # Errors
/// `bad-pairs`, with file and line number, for the first line that is not UTF-8, is empty, has no tab, more
/// than two, or a column without text; and for a file without lines.
///
/// ```
/// use liedwerk::text::parse_pairs;
/// let pairs = parse_pairs("a.tsv", "Hallo!\tHello!\nJa.\tYes.\tTatoeba\n".as_bytes())?;
/// assert_eq!((pairs.len(), pairs[1].target.as_str()), (2, "Yes."));
/// let error = parse_pairs("a.tsv", b"Hallo!\tHello!\nNein.\n").unwrap_err();
/// assert_eq!(error.to_string(), "a.tsv:2: no tab between source and target");
/// # Ok::<(), liedwerk::Error>(())
/// ```
pub fn parse_pairs(file: &str, bytes: &[u8]) -> Result<Vec<SentencePair>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // A line break at the end ends the last line and begins none.
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    if bytes.is_empty() {
        return Err(Error::new(ErrorCode::BadPairs, format!("{file}: no sentence pairs")));
    }
    let lines = bytes.split(|&byte| byte == b'\n');
    lines
        .zip(1usize..)
        .map(|(line, number)| {
            parse_line(line)
                .map_err(|reason| Error::new(ErrorCode::BadPairs, format!("{file}:{number}: {reason}")))
        })
        .collect()
}

fn parse_line(line: &[u8]) -> Result<SentencePair, String> {
    let line = std::str::from_utf8(line).map_err(|e| format!("not UTF-8 at byte {}", e.valid_up_to() + 1))?;
    if line.trim().is_empty() {
        return Err("the line is empty".to_owned());
    }
    let columns: Vec<&str> = line.split('\t').map(str::trim).collect();
    match columns[..] {
        [_] => Err("no tab between source and target".to_owned()),
        ["", _] | ["", _, _] => Err("the source is empty".to_owned()),
        [_, ""] | [_, "", _] => Err("the target is empty".to_owned()),
        [source, target] | [source, target, _] => {
            Ok(SentencePair { source: source.to_owned(), target: target.to_owned() })
        }
        _ => Err(format!(
            "{} tabs; expected source, tab, target and at most one more column",
            columns.len() - 1
        )),
    }
}
