//! From tokens to text: whole characters, and an end where a stop string begins.

use crate::text::{StreamDecoder, TextTokenizer};

/// The text as it is handed out. What could be the beginning of a stop string waits until it is clear.
#[derive(Clone)]
pub(super) struct Output {
    stream: StreamDecoder,
    held: String,
}

impl Output {
    /// For a text that goes on after a prompt, or for one that nothing is before.
    pub fn new(after_prompt: bool) -> Self {
        let stream = if after_prompt { StreamDecoder::keeping_space() } else { StreamDecoder::default() };
        Self { stream, held: String::new() }
    }

    /// What `id` lets out, and whether one of `stops` has come: then the text ends before it.
    pub fn push(&mut self, tokenizer: &TextTokenizer, id: u32, stops: &[String]) -> (String, bool) {
        self.held.push_str(&tokenizer.push(&mut self.stream, id));
        if let Some(at) = stops.iter().filter_map(|stop| self.held.find(stop.as_str())).min() {
            self.held.truncate(at);
            return (std::mem::take(&mut self.held), true);
        }
        let may_begin = |&at: &usize| stops.iter().any(|stop| stop.starts_with(&self.held[at..]));
        let longest = stops.iter().map(String::len).max().unwrap_or(0);
        let tail = self.held.len().saturating_sub(longest)..self.held.len();
        let places = tail.filter(|&at| self.held.is_char_boundary(at));
        let at = places.into_iter().find(may_begin).unwrap_or(self.held.len());
        let rest = self.held.split_off(at);
        (std::mem::replace(&mut self.held, rest), false)
    }

    /// All that still waits, at the end of the text; U+FFFD for a character that was never completed.
    pub fn finish(&mut self) -> String {
        let rest = self.stream.finish();
        std::mem::take(&mut self.held) + &rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{CharTokenizer, Normalize};

    /// The text handed out after each character.
    fn written(text: &str, stops: &[&str]) -> (Vec<String>, bool) {
        let tokenizer = TextTokenizer::Chars(CharTokenizer::from_text(Normalize::None, text));
        let stops: Vec<String> = stops.iter().map(|&stop| stop.to_owned()).collect();
        let mut output = Output::new(true);
        let mut pieces = Vec::new();
        for id in tokenizer.encode(text) {
            let (piece, stopped) = output.push(&tokenizer, id, &stops);
            pieces.push(piece);
            if stopped {
                return (pieces, true);
            }
        }
        pieces.push(output.finish());
        (pieces, false)
    }

    #[test]
    fn what_may_be_a_stop_waits() {
        assert_eq!(written("abc", &[]), (vec!["a".into(), "b".into(), "c".into(), String::new()], false));
        assert_eq!(written("xaab!", &["aab"]), (vec!["x".into(), "".into(), "".into(), "".into()], true));
        assert_eq!(written("aaab", &["aab"]).0.concat(), "a");
        let (pieces, stopped) = written("üaaß", &["aab", "ßß"]);
        assert_eq!(pieces, ["ü", "", "", "aa", "ß"]);
        assert!(!stopped);
    }

    #[test]
    fn the_first_stop_counts() {
        assert_eq!(written("one two three", &["three", "two", "wo"]).0.concat(), "one ");
        assert_eq!(written("ab", &["b", "ab"]), (vec![String::new(), String::new()], true));
    }
}
