//! Splits a file into songs and parses their header lines.

/// A song, line by line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Song {
    /// The first field of the header line.
    pub title: String,
    /// The other fields of the header.
    pub fields: Vec<String>,
    /// Lines by stanza; no stanza and no line is empty.
    pub stanzas: Vec<Vec<String>>,
}

/// The songs of a text, each starting with a line `=== title | …`. Text before the first such line is a song
/// without a title.
///
/// ```
/// let songs = liedwerk::judge::songs("=== The Sea | modern | AABB\nO sea,\nO me!\n\nO lee!\n\n===\nLa\n");
/// assert_eq!((songs[0].title.as_str(), songs[0].scheme()), ("The Sea", Some("AABB")));
/// assert_eq!(songs[0].stanzas, [vec!["O sea,", "O me!"], vec!["O lee!"]]);
/// assert_eq!((songs[1].title.as_str(), songs[1].stanzas.len()), ("", 1));
/// ```
pub fn songs(text: &str) -> Vec<Song> {
    let mut songs = vec![Song::default()];
    let mut in_stanza = false;
    for line in text.lines().map(str::trim) {
        if let Some(header) = line.strip_prefix("===") {
            let mut fields = header.split('|').map(|field| field.trim().to_owned());
            let title = fields.next().unwrap_or_default();
            songs.push(Song { title, fields: fields.collect(), stanzas: Vec::new() });
            in_stanza = false;
        } else if line.is_empty() {
            in_stanza = false;
        } else if let Some(song) = songs.last_mut() {
            if !in_stanza {
                song.stanzas.push(Vec::new());
            }
            in_stanza = true;
            if let Some(stanza) = song.stanzas.last_mut() {
                stanza.push(line.to_owned());
            }
        }
    }
    songs.retain(|song| !song.stanzas.is_empty());
    songs
}

impl Song {
    /// The rhyme scheme given in the header, as letters of one stanza.
    pub fn scheme(&self) -> Option<&str> {
        let is_scheme =
            |field: &&String| field.len() > 1 && field.bytes().all(|letter| letter.is_ascii_uppercase());
        self.fields.iter().find(is_scheme).map(String::as_str)
    }

    /// The stanzas without word-for-word repetitions.
    pub fn written_once(&self) -> Vec<&[String]> {
        let mut once: Vec<&[String]> = Vec::new();
        for stanza in &self.stanzas {
            if !once.contains(&stanza.as_slice()) {
                once.push(stanza);
            }
        }
        once
    }

    /// All lines.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.stanzas.iter().flatten().map(String::as_str)
    }

    /// The verses as plain text, with blank lines between stanzas.
    pub fn text(&self) -> String {
        self.stanzas.iter().map(|stanza| stanza.join("\n")).collect::<Vec<_>>().join("\n\n")
    }
}
