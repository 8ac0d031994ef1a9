//! Decodes token by token, for text that is shown while it is written.

use super::BpeTokenizer;

/// Buffers the bytes of tokens and releases whole characters, so that an `ü` split over two tokens never
/// appears as two halves. The results of [`push`](Self::push) and [`finish`](Self::finish) concatenate to
/// exactly the output of [`BpeTokenizer::decode`].
#[derive(Debug, Clone, Default)]
pub struct StreamDecoder {
    /// The start of an incomplete character: at most three bytes.
    pending: Vec<u8>,
    /// Whether the first space has been handled or must be kept.
    begun: bool,
}

impl StreamDecoder {
    /// A decoder that keeps the space before the first word, for text that continues another.
    pub fn keeping_space() -> Self {
        Self { begun: true, ..Self::default() }
    }

    /// Returns the text completed by `id`; empty for a special token and while a character is incomplete.
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

    /// Must be called after the last token: returns U+FFFD for an incomplete character.
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
