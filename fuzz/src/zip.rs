//! Zips whose members are damaged, while their checksums are right: or nothing behind those would ever be reached.

use rawzip::ZipArchiveWriter;
use std::io::Write;

/// Between the parts of a file that stands for several.
const BETWEEN: &[u8] = b"\n=== ";

/// A file that stands for several: a name, a line end, the contents.
pub fn joined(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let part = |(name, bytes): &(&str, &[u8])| [BETWEEN, name.as_bytes(), b"\n", bytes].concat();
    parts.iter().flat_map(part).collect()
}

/// The parts of a file that stands for several.
pub fn parts(file: &[u8]) -> Vec<(String, &[u8])> {
    let mut parts = Vec::new();
    let mut rest = file;
    while let Some(begin) = find(rest, BETWEEN) {
        rest = &rest[begin + BETWEEN.len()..];
        let part = &rest[..find(rest, BETWEEN).unwrap_or(rest.len())];
        let name = part.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let contents = &part[(name.len() + 1).min(part.len())..];
        parts.push((String::from_utf8_lossy(name).into_owned(), contents));
    }
    parts
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// A zip of these files, stored as PyTorch does; `None` if a name is none.
pub fn packed(files: &[(String, &[u8])]) -> Option<Vec<u8>> {
    let mut archive = ZipArchiveWriter::new(Vec::new());
    for (name, bytes) in files {
        let (mut entry, config) = archive.new_file(name).start().ok()?;
        let mut writer = config.wrap(&mut entry);
        writer.write_all(bytes).ok()?;
        let (_, descriptor) = writer.finish().ok()?;
        entry.finish(descriptor).ok()?;
    }
    archive.finish().ok()
}
