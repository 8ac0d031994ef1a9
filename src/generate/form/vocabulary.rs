//! What the tokens of a vocabulary mean for lines.

use crate::text::TextTokenizer;

/// Facts about each token.
pub(super) struct Vocabulary {
    /// The token that ends a line.
    pub line_break: Vec<u32>,
    kinds: Vec<Kind>,
    /// How many tokens make about one subword: 1, or for characters 4. Scores count in these.
    pub per_unit: f32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Goes on with a line.
    Inside,
    /// Ends it: a line break, with or without spaces.
    Break,
    /// Nothing but space.
    Blank,
    /// No letter and no digit, and may stand at a line's end.
    Mark,
    /// Has no place in a verse: what ends a text or begins a header line.
    Never,
}

/// What may stand between a line's last word and its end.
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

    /// Takes away what cannot come: at the beginning of a line, its end and spaces, so that every line has a word;
    /// anywhere, what has no place in a verse.
    pub fn restrict(&self, logits: &mut [f32], begins: bool) {
        for (logit, kind) in logits.iter_mut().zip(&self.kinds) {
            if *kind == Kind::Never || begins && matches!(kind, Kind::Break | Kind::Blank | Kind::Mark) {
                *logit = f32::NEG_INFINITY;
            }
        }
    }

    /// The likeliest token that ends a line, now or behind itself.
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
