//! Parses the part of a link after `#`, as it arrives: mail and chat programs append characters to links and
//! cut off their ends. `www/fragment.js` is the twin of this file.

use form_urlencoded::{byte_serialize, parse};
use percent_encoding::percent_decode_str;

/// Keys of texts typed by users, whose trailing punctuation is kept. Nothing else in a link ends with
/// punctuation.
const TEXTS: [&str; 4] = ["prompt", "german", "english", "text"];

/// Keys and values in link order.
pub(super) struct Fragment {
    pairs: Vec<(String, String)>,
    /// Whether the fragment ends within a key, which a complete link never does.
    pub is_cut: bool,
}

impl Fragment {
    pub fn read(fragment: &str) -> Self {
        let fragment = once(fragment);
        let mut pieces = fragment.split('&');
        let first = pieces.next().unwrap_or_default();
        let pieces: Vec<&str> = std::iter::once(first).chain(pieces.map(without_entity)).collect();
        let is_cut = pieces.len() > 1 && !pieces[pieces.len() - 1].contains('=');
        let mut pairs: Vec<(String, String)> =
            parse(pieces.join("&").as_bytes()).map(|(k, v)| (k.into_owned(), v.into_owned())).collect();
        if let Some((key, value)) = pairs.last_mut()
            && !is_cut
            && !TEXTS.contains(&key.as_str())
        {
            value.truncate(value.trim_end_matches(is_rest).len());
        }
        Self { pairs, is_cut }
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        self.pairs.iter().find(|(candidate, _)| candidate == key).map(|(_, value)| value.as_str())
    }

    /// All values of this key.
    pub fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(candidate, _)| candidate == key).map(|(_, value)| value.as_str())
    }

    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// The last key of the link.
    pub fn last_key(&self) -> &str {
        self.pairs.last().map_or("", |(key, _)| key)
    }
}

/// Percent-encodes, with `%20` for spaces, which survives more programs than a plus sign.
pub(super) fn spell(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// Decodes a fragment that a program has percent-encoded completely, including its separators.
fn once(fragment: &str) -> String {
    let encoded = !fragment.contains('=') && fragment.to_ascii_lowercase().contains("%3d");
    let decoded = encoded.then(|| percent_decode_str(fragment).decode_utf8().ok()).flatten();
    decoded.map_or_else(|| fragment.to_owned(), |decoded| decoded.into_owned())
}

/// Removes the rest of an HTML entity for `&`, as found in links copied from a page's source.
fn without_entity(mut piece: &str) -> &str {
    while let Some((name, rest)) = piece.split_once(';') {
        let name = name.to_ascii_lowercase();
        let is_number = |digits: &str, number: &str| {
            digits
                .strip_suffix(number)
                .is_some_and(|zeros| zeros.len() <= 4 && zeros.bytes().all(|b| b == b'0'))
        };
        let decimal = name.strip_prefix('#').is_some_and(|digits| is_number(digits, "38"));
        let hexadecimal = name.strip_prefix("#x").is_some_and(|digits| is_number(digits, "26"));
        if !(name == "amp" || decimal || hexadecimal) {
            break;
        }
        piece = rest;
    }
    piece
}

/// Whether a trailing character may stem from the sentence, bracket or quotation marks around the link.
fn is_rest(c: char) -> bool {
    // White space as defined by JavaScript.
    let space = (c.is_whitespace() && c != '\u{85}') || c == '\u{feff}';
    let unseen = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}');
    space || unseen || ".,;:!?*|`´'\"‘’‚“”„«»‹›…()<>[]{}".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Case {
        fragment: String,
        pairs: Vec<(String, String)>,
        cut: bool,
    }

    #[test]
    fn what_becomes_of_links_on_their_way_is_read_as_in_the_page() {
        let cases = include_str!("../../tests/fixtures/links/fragments.json");
        for Case { fragment, pairs, cut } in serde_json::from_str::<Vec<Case>>(cases).unwrap() {
            let read = Fragment::read(fragment.trim_start_matches('#'));
            assert_eq!((read.pairs(), read.is_cut), (&pairs[..], cut), "{fragment}");
        }
    }
}
