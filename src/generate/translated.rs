//! Results of a translator: pieces and whole texts, with notes about them.

use crate::text::{Note, Piece};

/// A piece with a longer word is left untranslated. The longest words in German dictionaries have 79 letters.
pub const MAX_WORD_CHARS: usize = 100;

/// How the text was split before translation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TranslationStarted {
    /// Number of pieces [`Translator::next`](super::Translator::next) will return, not counting trailing
    /// white space.
    pub pieces: usize,
    /// Codes: `nothing-to-translate`, `text-cut`, `characters-dropped`, `not-german`.
    pub notes: Vec<Note>,
}

/// One sentence or line with its translation.
#[derive(Debug, Clone, PartialEq)]
pub struct TranslatedPiece {
    /// Index of the piece, from 0.
    pub index: usize,
    /// White space and line breaks between the previous piece and this one.
    pub before: String,
    /// The original piece.
    pub source: String,
    /// The translation, or the original piece if it has no words or one that is far too long.
    pub text: String,
    /// Ids of the tokens the model read.
    pub source_ids: Vec<u32>,
    /// Ids of the tokens it wrote.
    pub target_ids: Vec<u32>,
    /// Tokens the model read, including `<start>` and `<end>`; empty for a piece without words.
    pub source_tokens: Vec<String>,
    /// Tokens it wrote, including `<end>`.
    pub target_tokens: Vec<String>,
    /// Attention weights over the source tokens for each target token; rows sum to 1.
    pub attention: Vec<Vec<f32>>,
    /// Mean log-probability of the target tokens, in nats; 0 for a piece without words.
    pub score: f64,
    /// Codes: `word-too-long`, `old-spelling`, `piece-cut`, `unknown-words`, `not-german`, `length-limit`.
    pub notes: Vec<Note>,
}

/// One of many texts, with its translation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TranslatedText {
    /// The translation.
    pub text: String,
    /// Notes about its pieces, as in [`TranslatedPiece::notes`], except `length-limit`.
    pub notes: Vec<Note>,
}

impl TranslatedPiece {
    /// A piece that is not [translatable](is_translatable).
    pub(super) fn unchanged(index: usize, piece: Piece) -> Self {
        Self {
            index,
            notes: kept_note(&piece).into_iter().collect(),
            before: piece.before,
            text: piece.text.clone(),
            source: piece.text,
            source_ids: Vec::new(),
            target_ids: Vec::new(),
            source_tokens: Vec::new(),
            target_tokens: Vec::new(),
            attention: Vec::new(),
            score: 0.0,
        }
    }
}

/// Whether the piece has words and is neither an endless word, for which a model writes endless nonsense, nor
/// a marker such as `[Chorus]` or the times of a subtitle.
pub(super) fn is_translatable(piece: &Piece) -> bool {
    let inside = piece.text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_mark = inside.is_some_and(|inside| !inside.contains(['[', ']'])) || piece.text.contains("-->");
    piece.text.contains(char::is_alphabetic) && !is_mark && piece.longest_word() <= MAX_WORD_CHARS
}

/// Explains why a piece with words was left untranslated, unless that is obvious.
pub(super) fn kept_note(piece: &Piece) -> Option<Note> {
    let message = format!("A word of more than {MAX_WORD_CHARS} letters was left as it is.");
    (piece.longest_word() > MAX_WORD_CHARS).then(|| Note::new("word-too-long", message))
}
