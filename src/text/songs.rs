//! Songs one by one, with their titles, from a file of songs.

use super::Normalize;

/// A song as a GPT-2 learns it, sometimes with its title and sometimes without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Song {
    /// The title line `=== title`, with its line break.
    pub title: String,
    /// The verses, cleaned as [`Normalize::Songs`] does, and a blank line behind them.
    pub verses: String,
}

/// The songs of a file, in its order; before each stands a line `=== title | author | source`. What stands
/// before the first such line belongs to no song.
///
/// ```
/// use liedwerk::text::titled_songs;
/// let songs = titled_songs("=== Lied | anon | 1850\nSing,\n\n\n\nsing!\n\n=== Leer | |\n");
/// assert_eq!((songs[0].title.as_str(), songs[0].verses.as_str()), ("=== Lied\n", "Sing,\n\nsing!\n\n"));
/// assert_eq!((songs[1].title.as_str(), songs[1].verses.as_str()), ("=== Leer\n", "\n\n"));
/// ```
pub fn titled_songs(text: &str) -> Vec<Song> {
    let clean = |text: &str| Normalize::Songs.normalize(text).text;
    let begins = text.match_indices("=== ").map(|(at, _)| at);
    let begins: Vec<usize> = begins.filter(|&at| at == 0 || text[..at].ends_with('\n')).collect();
    let ends = begins.iter().skip(1).copied().chain([text.len()]);
    begins
        .iter()
        .zip(ends)
        .map(|(&begin, end)| {
            let song = &text[begin + "=== ".len()..end];
            let (line, verses) = song.split_once('\n').unwrap_or((song, ""));
            let title = line.split('|').next().unwrap_or_default();
            Song {
                title: format!("=== {}\n", clean(title).trim()),
                verses: format!("{}\n\n", clean(verses).trim_matches('\n')),
            }
        })
        .collect()
}
