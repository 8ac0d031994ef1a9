//! Splits a file of songs into songs with their headers.

use super::Normalize;

/// A song as GPT-2 models are trained on it, sometimes with its header and sometimes without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Song {
    /// The header line for the model, see [`song_header`].
    pub title: String,
    /// The cleaned verses, followed by a blank line.
    pub verses: String,
}

/// The styles that a header can name.
pub const STYLES: [&str; 2] = ["old", "modern"];

/// The header line `=== Title | style | scheme` of a song, with its line break. The title is the first of the
/// `fields`; of the others only a style and a rhyme scheme (such as `ABAB`) are kept. Empty if nothing is
/// left.
///
/// ```
/// use liedwerk::text::{Normalize, song_header};
/// let header = |line: &str| song_header(line, Normalize::Songs);
/// assert_eq!(header("The Harbor | modern | ABAB"), "=== The Harbor | modern | ABAB\n");
/// assert_eq!(header("Nelly Gray | Dime Song Book | 1859"), "=== Nelly Gray\n");
/// assert_eq!(header("| modern"), "=== | modern\n");
/// assert_eq!(header(""), "");
/// ```
pub fn song_header(fields: &str, normalize: Normalize) -> String {
    let mut fields = fields.split('|').map(str::trim);
    let title = normalize.normalize(fields.next().unwrap_or_default()).text;
    let told = fields.filter(|field| STYLES.contains(field) || is_scheme(field));
    let line = header_line(title.trim(), told);
    if line == header_line("", []) { String::new() } else { line }
}

/// Builds a header line with its line break. Empty fields are omitted.
///
/// ```
/// use liedwerk::text::header_line;
/// assert_eq!(header_line("A Tide", ["old", "ABAB"]), "=== A Tide | old | ABAB\n");
/// assert_eq!(header_line("", ["old", ""]), "=== | old\n");
/// assert_eq!(header_line("", []), "===\n");
/// ```
pub fn header_line<'a>(title: &str, fields: impl IntoIterator<Item = &'a str>) -> String {
    let mut line = "===".to_owned();
    if !title.is_empty() {
        line = format!("{line} {title}");
    }
    for field in fields.into_iter().filter(|field| !field.is_empty()) {
        line = format!("{line} | {field}");
    }
    line + "\n"
}

fn is_scheme(field: &str) -> bool {
    (2..=8).contains(&field.len()) && field.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// The songs of a file in order; each begins with a line `=== title | author | source`. Text before the first
/// such line is ignored.
///
/// ```
/// use liedwerk::text::{Normalize, titled_songs};
/// let text = "=== Lied | anon | 1850\nSing,\n\n\n\nsing!\n\n=== Leer | |\n";
/// let songs = titled_songs(text, Normalize::Songs);
/// assert_eq!((songs[0].title.as_str(), songs[0].verses.as_str()), ("=== Lied\n", "Sing,\n\nsing!\n\n"));
/// assert_eq!((songs[1].title.as_str(), songs[1].verses.as_str()), ("=== Leer\n", "\n\n"));
/// ```
pub fn titled_songs(text: &str, normalize: Normalize) -> Vec<Song> {
    let begins = text.match_indices("=== ").map(|(at, _)| at);
    let begins: Vec<usize> = begins.filter(|&at| at == 0 || text[..at].ends_with('\n')).collect();
    let ends = begins.iter().skip(1).copied().chain([text.len()]);
    begins
        .iter()
        .zip(ends)
        .map(|(&begin, end)| {
            let song = &text[begin + "=== ".len()..end];
            let (line, verses) = song.split_once('\n').unwrap_or((song, ""));
            Song {
                title: song_header(line, normalize),
                verses: format!("{}\n\n", normalize.normalize(verses).text.trim_matches('\n')),
            }
        })
        .collect()
}
