//! Byte-level byte-pair encoding (Sennrich et al. 2016; Radford et al. 2019).
//!
//! A text is normalised and split into words, and each word starts as its bytes. Then the adjacent pair that
//! was learned first is merged, repeatedly, until no learned pair is left. Every text can be encoded, since
//! every byte has a token.
//!
//! Ids, files and learned merges equal those of Hugging Face's `tokenizers`, with one deliberate difference:
//! the name of a special token inside a text is plain text (that library's `encode_special_tokens`), so that
//! typing `<end>` does not end a sentence.

mod added;
mod bytes;
mod file;
mod learn;
mod merge;
mod normalizer;
mod pre_tokenizer;
mod pretokenize;

use added::AddedTokens;
use pretokenize::words;

pub(crate) use learn::learn_bpe_with;
pub use learn::{learn_bpe, learn_song_bpe, learn_text_bpe};
pub use normalizer::Normalizer;

/// A learned merge: this pair of ids becomes `id`; pairs of lower rank are merged first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Merge {
    pair: (u32, u32),
    rank: u32,
    id: u32,
}

/// A byte-level BPE tokenizer; `tokenizer.json` in the Hugging Face format.
///
/// ```
/// use liedwerk::text::{Normalizer, learn_bpe};
/// let tokenizer = learn_bpe(["das Haus", "das Heu", "das Hemd"], 263, Normalizer::translation());
/// let ids = tokenizer.encode("das Huhn");
/// let pieces: Vec<String> = ids.iter().map(|&id| tokenizer.token_text(id)).collect();
/// assert_eq!(pieces, [" das", " H", "u", "h", "n"]);
/// assert_eq!(tokenizer.decode(&ids), "das Huhn");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BpeTokenizer {
    normalizer: Normalizer,
    add_prefix_space: bool,
    /// The spelling of every id in the byte alphabet; for special tokens, their name.
    tokens: Vec<String>,
    /// Ids of the special tokens, ascending.
    specials: Vec<u32>,
    /// Boxed to keep `TextTokenizer` small, whose other variant is.
    added: Box<AddedTokens>,
    /// The id of each byte.
    byte_ids: Vec<u32>,
    /// Ascending by pair, for binary search.
    merges: Vec<Merge>,
}

impl BpeTokenizer {
    /// Encodes `text`, without adding special tokens. Takes O(n log n) for a word of n letters.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        self.encode_begun(text, self.add_prefix_space)
    }

    /// Like [`encode`](Self::encode), for text that continues another: no space is added before it.
    pub(super) fn encode_going_on(&self, text: &str) -> Vec<u32> {
        self.encode_begun(text, false)
    }

    fn encode_begun(&self, text: &str, with_space: bool) -> Vec<u32> {
        let mut ids = Vec::with_capacity(text.len() / 3);
        for piece in self.added.split(text) {
            match piece {
                Ok(id) => ids.push(id),
                Err(piece) => self.encode_piece(piece, with_space, &mut ids),
            }
        }
        ids
    }

    /// Encodes text without added tokens that match before normalisation.
    fn encode_piece(&self, text: &str, with_space: bool, ids: &mut Vec<u32>) {
        for piece in self.added.split_normalized(&self.normalizer.apply(text)) {
            let text = match piece {
                Ok(id) => {
                    ids.push(id);
                    continue;
                }
                Err(piece) => begun(with_space, piece.to_owned()),
            };
            for word in words(&text) {
                let bytes = word.bytes().map(|byte| self.byte_ids[usize::from(byte)]);
                ids.extend(merge::merge_word(bytes, |pair| self.merge_of(pair)));
            }
        }
    }

    /// Decodes ids, without special tokens and without the space that [`encode`](Self::encode) adds before a
    /// text. Invalid UTF-8 and unknown ids become U+FFFD.
    pub fn decode(&self, ids: &[u32]) -> String {
        let mut stream = super::StreamDecoder::default();
        let mut text: String = ids.iter().map(|&id| stream.push(self, id)).collect();
        text.push_str(&stream.finish());
        text
    }

    /// A token as printable text, including a leading space; U+FFFD if it holds only part of a character; the
    /// name of a special token.
    pub fn token_text(&self, id: u32) -> String {
        if self.is_special(id) {
            return self.tokens[id as usize].clone();
        }
        String::from_utf8_lossy(&self.token_bytes(id)).into_owned()
    }

    /// The text that each token adds to those before it. Concatenated they give the text; a character spelled
    /// by several tokens appears with the last of them. A special token is shown by name.
    pub fn pieces(&self, ids: &[u32]) -> Vec<String> {
        let mut stream = super::StreamDecoder::keeping_space();
        let mut pieces: Vec<String> = Vec::with_capacity(ids.len());
        for &id in ids {
            if self.is_special(id) {
                if let Some(last) = pieces.last_mut() {
                    last.push_str(&stream.finish());
                }
                pieces.push(self.tokens[id as usize].clone());
            } else {
                pieces.push(stream.push(self, id));
            }
        }
        if let Some(last) = pieces.last_mut() {
            last.push_str(&stream.finish());
        }
        pieces
    }

    /// Drops special tokens at the end of the vocabulary for which a model of `vocab_size` tokens has no
    /// embeddings: they were added to the tokenizer alone, and no text encodes to them.
    pub(super) fn fit(&mut self, vocab_size: usize) {
        if self.tokens.len() <= vocab_size {
            return;
        }
        while self.tokens.len() > vocab_size && self.specials.last() == Some(&(self.tokens.len() as u32 - 1))
        {
            self.tokens.pop();
            self.specials.pop();
        }
        let kept = self.added.tokens().iter().filter(|token| (token.id as usize) < self.tokens.len());
        *self.added = AddedTokens::new(kept.cloned().collect(), &self.normalizer);
    }

    /// Number of ids, including special tokens; all ids are smaller.
    pub fn vocab_size(&self) -> usize {
        self.tokens.len()
    }

    /// The id of a special token such as `<start>`.
    pub fn id(&self, name: &str) -> Option<u32> {
        self.specials.iter().copied().find(|&id| self.tokens[id as usize] == name)
    }

    /// Whether `id` is a special token.
    pub fn is_special(&self, id: u32) -> bool {
        self.specials.binary_search(&id).is_ok()
    }

    /// Normalises a text before it is split into words; bits per character are computed on the result.
    pub fn normalize(&self, text: &str) -> String {
        self.normalizer.apply(text)
    }

    /// Adapts user input to the tokenizer. If no token spells a curly quotation mark, the training text had
    /// none, and typographic marks and spaces that no token spells are [respelled](super::fold); otherwise
    /// only line endings change.
    pub fn prepare_prompt(&self, text: &str) -> String {
        // The non-ASCII marks that merged tokens spell, each once; there are few.
        let mut known = String::new();
        for id in (0..self.tokens.len() as u32).filter(|&id| !self.is_special(id)) {
            let bytes = self.token_bytes(id);
            for c in String::from_utf8_lossy(&bytes).chars().filter(|c| !c.is_ascii() && !c.is_alphanumeric())
            {
                if bytes.len() > 1 && !known.contains(c) {
                    known.push(c);
                }
            }
        }
        let is_typographic = known.contains(['“', '”', '„', '‘', '’', '«', '»']);
        // Letters stay: one or several tokens spell them, and stored links depend on the result.
        let keep = |c: char| is_typographic || c.is_ascii() || c.is_alphanumeric() || known.contains(c);
        super::fold(text, |c| c != '\r' && keep(c))
    }

    /// Whether a token's first byte starts a character, so that a text can start with it; true for special
    /// tokens.
    pub fn begins_character(&self, id: u32) -> bool {
        let continues = |byte: &u8| byte & 0xc0 == 0x80;
        self.is_special(id) || !self.token_bytes(id).first().is_some_and(continues)
    }

    /// Whether `encode` adds a space before a text.
    pub(super) fn adds_prefix_space(&self) -> bool {
        self.add_prefix_space
    }

    /// The bytes of an ordinary token; those of U+FFFD for an unknown id.
    pub(super) fn token_bytes(&self, id: u32) -> Vec<u8> {
        let Some(token) = self.tokens.get(id as usize) else {
            return char::REPLACEMENT_CHARACTER.to_string().into_bytes();
        };
        // A token outside the byte alphabet stands for itself, as in the library.
        let bytes: Option<Vec<u8>> = token.chars().map(bytes::from_char).collect();
        bytes.unwrap_or_else(|| token.clone().into_bytes())
    }

    fn merge_of(&self, pair: (u32, u32)) -> Option<Merge> {
        self.merges.binary_search_by_key(&pair, |merge| merge.pair).ok().map(|at| self.merges[at])
    }
}

/// Prepends a space if the tokenizer wants one; an empty text stays empty.
fn begun(add_prefix_space: bool, mut text: String) -> String {
    if add_prefix_space && !text.is_empty() && !text.starts_with(' ') {
        text.insert(0, ' ');
    }
    text
}
