//! What a translator gives: pieces of a text, and whole texts, with what there is to say about them.

use crate::text::{Note, Piece};

/// A piece with a longer word is kept as it is. The longest words of German dictionaries have 79 letters.
pub const MAX_WORD_CHARS: usize = 100;

/// What is going to be translated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TranslationStarted {
    /// Pieces that [`Translator::next`](super::Translator::next) will give, white space at the end not counted.
    pub pieces: usize,
    /// `nothing-to-translate`, `text-cut`, `characters-dropped`, `not-german`.
    pub notes: Vec<Note>,
}

/// One sentence or line with its translation.
#[derive(Debug, Clone, PartialEq)]
pub struct TranslatedPiece {
    /// Its number, from 0.
    pub index: usize,
    /// White space and line breaks between the piece before and this one.
    pub before: String,
    /// The piece as it was.
    pub source: String,
    /// Its translation; the piece itself where it holds no words or a far too long one.
    pub text: String,
    /// The numbers of the tokens that the model read.
    pub source_ids: Vec<u32>,
    /// The numbers of those that it wrote.
    pub target_ids: Vec<u32>,
    /// The tokens that the model read, `<start>` and `<end>` included; none for a piece without words.
    pub source_tokens: Vec<String>,
    /// The tokens that it wrote, `<end>` included.
    pub target_tokens: Vec<String>,
    /// For each target token the weights over the source tokens; rows sum to 1.
    pub attention: Vec<Vec<f32>>,
    /// Mean log-probability of the target tokens, in nats; 0 for a piece without words.
    pub score: f64,
    /// `word-too-long`, `old-spelling`, `piece-cut`, `unknown-words`, `not-german`, `length-limit`.
    pub notes: Vec<Note>,
}

/// One of many texts with its translation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TranslatedText {
    /// The translation.
    pub text: String,
    /// What there is to say about its pieces, as in [`TranslatedPiece::notes`], but for `length-limit`.
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

/// Whether there is something to translate, and it is neither an endless word, of which a model makes endless nonsense,
/// nor a mark such as `[Chorus]` or the times of a subtitle.
pub(super) fn is_translatable(piece: &Piece) -> bool {
    let inside = piece.text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_mark = inside.is_some_and(|inside| !inside.contains(['[', ']'])) || piece.text.contains("-->");
    piece.text.contains(char::is_alphabetic) && !is_mark && piece.longest_word() <= MAX_WORD_CHARS
}

/// Why a piece with words is left as it is, where that is not plain to see.
pub(super) fn kept_note(piece: &Piece) -> Option<Note> {
    let message = format!("A word of more than {MAX_WORD_CHARS} letters was left as it is.");
    (piece.longest_word() > MAX_WORD_CHARS).then(|| Note::new("word-too-long", message))
}
