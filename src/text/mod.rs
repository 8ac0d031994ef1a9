//! Text processing: cleaning, splitting into sentences, tokenizing by characters, subwords or words, and
//! finding passages copied from other texts.
//!
//! Pure functions on strings; nothing here depends on tensors or models.

mod abbreviations;
mod bpe;
mod canonical;
mod caption_tokenizer;
mod chars;
mod dress;
mod fold;
mod judge;
mod labelled;
mod line_end;
mod mask_tokenizer;
mod normalize;
mod note;
mod old_german;
mod pairs;
mod prepare;
pub mod reading;
pub mod rhyme;
mod rice;
mod sentence_piece;
mod sentences;
mod song_index;
mod songs;
mod spelling;
mod stream;
mod text_tokenizer;
mod tokenizer;
mod unicode;
mod word_piece;
mod word_spans;
mod words;

pub(crate) use bpe::learn_bpe_with;
pub use bpe::{BpeTokenizer, Normalizer, learn_bpe, learn_song_bpe, learn_text_bpe};
pub use caption_tokenizer::CaptionTokenizer;
pub use chars::CharTokenizer;
pub use dress::Dress;
pub use fold::fold;
pub use judge::{Costs, letter_costs};
pub use labelled::{LabelledText, TaggedSentence};
pub use line_end::LineEnd;
pub use mask_tokenizer::{MASK, MaskTokenizer};
pub use normalize::{Normalize, Normalized};
pub use note::Note;
pub use old_german::modern_german;
pub use pairs::SentencePair;
pub use prepare::{
    BYTES_AND_END, Language, Prepared, Word, is_stop_word, lemma, lemma_count, prepare, stop_word_count,
};
pub use sentence_piece::{SentencePiece, SentencePieceTokenizer};
pub use sentences::{MAX_PIECE_CHARS, Piece, Pieces, split_pieces};
pub use song_index::{MIN_STRETCH, SongIndex, Stretch};
pub use songs::{STYLES, Song, header_line, song_header, titled_songs};
pub use spelling::SpellingTokenizer;
pub use stream::StreamDecoder;
pub use text_tokenizer::{END_OF_TEXT, TextTokenizer};
pub use tokenizer::{END, PAD, PairTokenizer, START};
pub use word_piece::WordPieceTokenizer;
pub use word_spans::word_spans;
pub use words::{UNK, WordOptions, WordTokenizer};
