//! Classifies the tokens of a vocabulary by their role in a line.

use crate::text::TextTokenizer;

/// The role of each token.
pub(super) struct Vocabulary {
    /// The tokens of a line break.
    pub line_break: Vec<u32>,
    kinds: Vec<Kind>,
    /// Number of tokens per unit of the score, about one subword: 1, or 4 for characters.
    pub per_unit: f32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Continues a line.
    Inside,
    /// Ends a line: a line break with or without spaces.
    Break,
    /// Only spaces.
    Blank,
    /// Punctuation that may end a line.
    Mark,
    /// Not allowed in verse: ends a text or starts a header line.
    Never,
}

/// Punctuation allowed between the last word of a line and its end.
const MARKS: [&str; 7] = [",", ".", "!", "?", ";", ":", "..."];

impl Vocabulary {
    pub fn of(tokenizer: &TextTokenizer) -> Self {
        let end = tokenizer.end_id();
        let kind = |id: u32| {
            let text = tokenizer.token_text(id);
            match text.trim_matches(' ') {
                _ if Some(id) == end => Kind::Never,
                bare if !bare.is_empty() && bare.chars().all(|c| c == '\n') => Kind::Break,
                bare if bare.contains(['=', '|', '\n', char::REPLACEMENT_CHARACTER]) => Kind::Never,
                bare if bare.trim().is_empty() => Kind::Blank,
                bare if MARKS.contains(&bare) && bare == text => Kind::Mark,
                _ => Kind::Inside,
            }
        };
        let kinds = (0..tokenizer.vocab_size() as u32).map(kind).collect();
        let per_unit = if matches!(tokenizer, TextTokenizer::Chars(_)) { 4.0 } else { 1.0 };
        Self { line_break: tokenizer.encode("\n"), kinds, per_unit }
    }

    /// Whether the token ends a line.
    pub fn breaks(&self, id: u32) -> bool {
        self.kinds[id as usize] == Kind::Break
    }

    /// Removes tokens that are not allowed: at the start of a line its end, spaces and punctuation, so that
    /// every line has a word; everywhere, tokens not allowed in verse.
    pub fn restrict(&self, logits: &mut [f32], begins: bool) {
        for (logit, kind) in logits.iter_mut().zip(&self.kinds) {
            if *kind == Kind::Never || begins && matches!(kind, Kind::Break | Kind::Blank | Kind::Mark) {
                *logit = f32::NEG_INFINITY;
            }
        }
    }

    /// The likeliest line break, or with `marks` also the likeliest punctuation mark.
    pub fn likeliest_end(&self, log_p: &[f32], marks: bool) -> Option<u32> {
        let mut best: Option<usize> = None;
        for (id, kind) in self.kinds.iter().enumerate() {
            let ends = *kind == Kind::Break || marks && *kind == Kind::Mark;
            if ends && best.is_none_or(|best| log_p[id] > log_p[best]) {
                best = Some(id);
            }
        }
        best.map(|id| id as u32)
    }
}
