//! Decoding token by token, for text that appears while it is written.

use super::BpeTokenizer;

/// Collects tokens' bytes and hands out whole characters, so that an `ü` of two tokens is never seen as two
/// halves. All that [`push`](Self::push) and [`finish`](Self::finish) return is together exactly what
/// [`BpeTokenizer::decode`] gives.
#[derive(Debug, Clone, Default)]
pub struct StreamDecoder {
    /// The beginning of a character whose end has not come yet: at most three bytes.
    pending: Vec<u8>,
    /// Whether the first space is behind us, or is to be kept.
    begun: bool,
}

impl StreamDecoder {
    /// A decoder that keeps the space before the first word, for a text that goes on after another.
    pub fn keeping_space() -> Self {
        Self { begun: true, ..Self::default() }
    }

    /// The text that `id` completes; empty for a special token, and while a character is incomplete.
    pub fn push(&mut self, tokenizer: &BpeTokenizer, id: u32) -> String {
        if tokenizer.is_special(id) {
            return String::new();
        }
        self.pending.extend(tokenizer.token_bytes(id));
        if !self.begun && !self.pending.is_empty() {
            self.begun = true;
            if tokenizer.adds_prefix_space() && self.pending[0] == b' ' {
                self.pending.remove(0);
            }
        }
        self.take_whole_characters()
    }

    /// To be called after the last token: U+FFFD for a character that was never completed.
    pub fn finish(&mut self) -> String {
        let text = String::from_utf8_lossy(&self.pending).into_owned();
        self.pending.clear();
        text
    }

    fn take_whole_characters(&mut self) -> String {
        let mut text = String::new();
        let mut rest = self.pending.as_slice();
        loop {
            let error = match std::str::from_utf8(rest) {
                Ok(valid) => {
                    text.push_str(valid);
                    rest = &[];
                    break;
                }
                Err(error) => error,
            };
            let (valid, after) = rest.split_at(error.valid_up_to());
            text.push_str(&String::from_utf8_lossy(valid));
            rest = after;
            let Some(wrong) = error.error_len() else { break };
            text.push(char::REPLACEMENT_CHARACTER);
            rest = &rest[wrong..];
        }
        self.pending = rest.to_vec();
        text
    }
}
