//! Turns tokens into text: releases whole characters and ends the text at a stop string.

use crate::text::{StreamDecoder, TextTokenizer};

/// Releases text piece by piece. Holds back anything that could be the start of a stop string.
#[derive(Clone)]
pub(super) struct Output {
    stream: StreamDecoder,
    held: String,
}

impl Output {
    /// `after_prompt` keeps the space before the first word.
    pub fn new(after_prompt: bool) -> Self {
        let stream = if after_prompt { StreamDecoder::keeping_space() } else { StreamDecoder::default() };
        Self { stream, held: String::new() }
    }

    /// Adds a token. Returns the text released by it, and whether one of `stops` was found; the text then
    /// ends before it.
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

    /// Returns all text still held back at the end; an incomplete character becomes U+FFFD.
    pub fn finish(&mut self) -> String {
        let rest = self.stream.finish();
        std::mem::take(&mut self.held) + &rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{CharTokenizer, Normalize};

    /// The text released after each character.
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
