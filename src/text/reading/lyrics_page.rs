//! Recognises what is copied along with the text of a lyrics page: contributor counts, buttons, section
//! labels.

/// Beginnings of lines that are buttons or credits, in lower case.
const FURNITURE: [&str; 14] = [
    "you might also like",
    "see live",
    "get tickets",
    "submit corrections",
    "lyrics powered by",
    "lyrics provided by",
    "lyrics licensed",
    "songtext powered by",
    "songtext von",
    "writer(s):",
    "songwriter(s):",
    "source: lyricfind",
    "quelle: lyricfind",
    "all rights reserved",
];
/// Names of song sections.
const SECTIONS: [&str; 19] = [
    "verse",
    "chorus",
    "bridge",
    "intro",
    "outro",
    "hook",
    "interlude",
    "pre-chorus",
    "post-chorus",
    "refrain",
    "strophe",
    "part",
    "zwischenspiel",
    "instrumental",
    "solo",
    "skit",
    "drop",
    "breakdown",
    "vers",
];

/// Kind of a leftover line of a copied page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remain {
    /// Part of the page around the song.
    Page,
    /// A section label: `[Chorus]`, `Strophe 2:`.
    Section,
}

/// Returns the leftover lines in `text`, with line numbers from 1.
///
/// ```
/// use liedwerk::text::reading::{Remain, page_remains};
/// let found = page_remains("2 ContributorsLied Lyrics[Verse 1]\nSing,\n\n[Chorus]\nsing!12Embed\n");
/// assert_eq!(found, [(1, Remain::Page), (4, Remain::Section), (5, Remain::Page)]);
/// ```
pub fn page_remains(text: &str) -> Vec<(usize, Remain)> {
    let cleaned = Cleaned::of(text);
    cleaned.remains
}

/// Removes the leftovers from `text`: whole lines are dropped, and text glued to a line of the song is cut
/// off. Does not create consecutive blank lines.
///
/// ```
/// use liedwerk::text::reading::without_page_remains;
/// let text = "2 ContributorsLied Lyrics[Verse 1]\nSing,\nYou might also like[Chorus]\nsing!12Embed\n";
/// assert_eq!(without_page_remains(text), "Sing,\n\nsing!\n");
/// ```
pub fn without_page_remains(text: &str) -> String {
    Cleaned::of(text).text
}

struct Cleaned {
    text: String,
    remains: Vec<(usize, Remain)>,
}

impl Cleaned {
    fn of(text: &str) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let last = lines.iter().rposition(|line| !line.trim().is_empty());
        let mut out = Self { text: String::with_capacity(text.len()), remains: Vec::new() };
        for (index, line) in lines.iter().enumerate() {
            match cleaned(line, Some(index) == last) {
                None => out.push(line),
                Some((words, remain)) => {
                    out.remains.push((index + 1, remain));
                    if words.is_empty() { out.push_gap() } else { out.push(words) }
                }
            }
        }
        if out.remains.is_empty() {
            out.text = text.to_owned();
        }
        out
    }

    fn push(&mut self, line: &str) {
        // A gap may already have been added where the page has its own blank line.
        if line.trim().is_empty() && self.text.ends_with("\n\n") && !self.remains.is_empty() {
            return;
        }
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Adds a blank line between sections.
    fn push_gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }
}

/// The part of a leftover line that belongs to the song, if the line is one.
fn cleaned(line: &str, is_last: bool) -> Option<(&str, Remain)> {
    let trimmed = line.trim();
    let small = trimmed.to_lowercase();
    if is_section(trimmed) {
        return Some(("", Remain::Section));
    }
    if let Some(rest) = after_contributors(trimmed) {
        return Some((if is_section(rest) { "" } else { rest }, Remain::Page));
    }
    if let Some(rest) = small.strip_prefix(FURNITURE[0]) {
        let rest = trimmed.get(trimmed.len() - rest.len()..).unwrap_or_default();
        return Some((if is_section(rest.trim()) { "" } else { rest.trim() }, Remain::Page));
    }
    if FURNITURE.iter().any(|begin| small.starts_with(begin))
        || (small.starts_with("see ") && small.ends_with(" live"))
    {
        return Some(("", Remain::Page));
    }
    // At the very end, the number of times the page was embedded; without a number only on a line of its own.
    let bare = trimmed.strip_suffix("Embed").filter(|_| is_last)?;
    let words = bare.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | 'K'));
    (words.len() < bare.len() || bare.is_empty()).then_some((words.trim_end(), Remain::Page))
}

/// What follows `12 ContributorsTitle Lyrics`, if the line starts like this.
fn after_contributors(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let rest = rest.strip_prefix(" Contributor").filter(|_| rest.len() < line.len())?;
    Some(rest.rsplit_once("Lyrics").map_or("", |(_, words)| words.trim()))
}

/// Whether a line consists of `[…]`, or of a section name with a number and a colon.
fn is_section(line: &str) -> bool {
    let inside = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    if inside.is_some_and(|inside| inside.contains(char::is_alphabetic) && !inside.contains(['[', ']'])) {
        return true;
    }
    let small = line.to_lowercase();
    let Some(name) = small.strip_suffix(':').or_else(|| small.strip_prefix('(')?.strip_suffix(')')) else {
        return false;
    };
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ');
    SECTIONS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_33_34_a_copied_page_is_noticed_and_cleaned() {
        let text = "2 ContributorsDer Lindenbaum Lyrics[Verse 1]\nAm Brunnen vor dem Tore,\n\n[Chorus: Anna & Ben]\nla la\n\
                    See Anna Live\nGet tickets as low as $53\nYou might also like\nRefrain:\nlo lo\n(Chorus)\nla la12Embed";
        let song = "Am Brunnen vor dem Tore,\n\nla la\n\nlo lo\n\nla la\n";
        assert_eq!(without_page_remains(text), song);
        assert_eq!(page_remains(text).len(), 8);
        assert!(page_remains(song).is_empty());
    }

    #[test]
    fn songs_stay_as_they_are() {
        let song = "=== Lied | anon | 1850\n\n\n\nSie sagte: komm!\n[12]\nEmbed me in your heart,\nthe chorus sings\n(sing!)\nI embed";
        assert_eq!(without_page_remains(song), song);
    }
}
