//! Finds places where an unfinished line could end with a rhyme.

use super::score::hangs;
use super::walk::Path;
use crate::order::{highest_first, in_order};
use crate::text::TextTokenizer;
use crate::text::rhyme::{Lexicon, Listed, Rhyme};

/// Maximum number of rhyming words tried at the end of a line.
const MOST_WORDS: usize = 200;
/// Maximum number of branches kept per line beginning, likeliest first.
const WORDS_A_BEGINNING: usize = 3;
/// Maximum number of branches that are completed.
const MOST_BRANCHES: usize = 20;
/// Range of syllables per line if none is given.
const USUAL_SYLLABLES: (usize, usize) = (5, 10);
/// Maximum number of subwords in a rhyming word.
const MOST_SUBWORDS: usize = 3;
/// Assumed cost, in nats, of each subword but the first, which the model has not scored yet: the beginning of
/// a word (`at` of `attain`) looks likelier than the whole word.
const SUBWORD_COST: f32 = 2.0;
/// In a character model the first token of every word is its space, which says nothing about the word. So all
/// of this many frequent words are tried, but at only a few line beginnings.
const WORDS_OF_CHARACTERS: usize = 40;
const BEGINNINGS_OF_CHARACTERS: usize = 4;

/// A rhyming word.
struct Ending {
    tokens: Vec<u32>,
    syllables: usize,
}

/// The beginning of a line followed by a rhyming word.
pub(super) struct Branch {
    pub tokens: Vec<u32>,
    /// Mean log-probability per token up to the end of the word, estimated from the word's first token.
    mean: f32,
}

/// Collects branches while lines are drawn.
pub(super) struct Branches<'a> {
    tokenizer: &'a TextTokenizer,
    lexicon: &'a Lexicon,
    syllables: (usize, usize),
    endings: Vec<Ending>,
    found: Vec<Branch>,
}

impl<'a> Branches<'a> {
    /// For a line that must rhyme with `target` but not end with any of the words in `used`; with `None`
    /// nothing is collected.
    pub fn new(
        tokenizer: &'a TextTokenizer,
        lexicon: &'a Lexicon,
        syllables: Option<(usize, usize)>,
        target: Option<&str>,
        used: &[String],
    ) -> Self {
        let syllables = syllables.unwrap_or(USUAL_SYLLABLES);
        let mut this = Self { tokenizer, lexicon, syllables, endings: Vec::new(), found: Vec::new() };
        let most = if this.of_characters() { WORDS_OF_CHARACTERS } else { MOST_WORDS };
        for (rhyme, word) in target.map_or(Vec::new(), |target| lexicon.rhyming(target, Listed::Common)) {
            let tokens = tokenizer.encode(&format!(" {word}"));
            // The alphabet may lack one of its letters.
            let spelled = tokenizer.decode(&tokens).trim() == word;
            let short = spelled && (this.of_characters() || tokens.len() <= MOST_SUBWORDS);
            let fresh = !hangs(&word) && !used.iter().any(|other| *other == word.to_lowercase());
            if rhyme == Rhyme::Perfect && short && fresh && this.endings.len() < most {
                this.endings.push(Ending { tokens, syllables: lexicon.syllables(&word) });
            }
        }
        this
    }

    fn of_characters(&self) -> bool {
        matches!(self.tokenizer, TextTokenizer::Chars(_))
    }

    /// Records the words that could end this beginning of a line; `log_p` are the log-probabilities of the
    /// next token.
    pub fn look(&mut self, path: &Path, log_p: &[f32]) {
        if self.endings.is_empty() || path.tokens.is_empty() {
            return;
        }
        let before = self.lexicon.syllables(&self.tokenizer.decode(&path.tokens));
        let (least, most) = self.syllables;
        if before + 1 > most || before + 3 < least {
            return;
        }
        let sum: f32 = path.log_p.iter().sum();
        let unknown = |ending: &Ending| if self.of_characters() { 0 } else { ending.tokens.len() - 1 };
        let branch = |ending: &Ending| Branch {
            tokens: [&path.tokens[..], &ending.tokens].concat(),
            mean: (sum + log_p[ending.tokens[0] as usize] - SUBWORD_COST * unknown(ending) as f32)
                / (path.tokens.len() + 1 + unknown(ending)) as f32,
        };
        let fits = |ending: &&Ending| (least..=most).contains(&(before + ending.syllables));
        let these: Vec<Branch> = self.endings.iter().filter(fits).map(branch).collect();
        match self.of_characters() {
            true => self.found.extend(these),
            false => self.found.extend(likeliest(these).take(WORDS_A_BEGINNING)),
        }
    }

    /// Returns the likeliest branches found since the last call, without duplicates.
    pub fn take_best(&mut self) -> Vec<Branch> {
        let most = match self.of_characters() {
            true => BEGINNINGS_OF_CHARACTERS * WORDS_OF_CHARACTERS,
            false => MOST_BRANCHES,
        };
        let mut best: Vec<Branch> = Vec::new();
        for branch in likeliest(std::mem::take(&mut self.found)) {
            if best.len() < most && best.iter().all(|other| other.tokens != branch.tokens) {
                best.push(branch);
            }
        }
        best
    }
}

/// Sorts the branches, likeliest first.
fn likeliest(branches: Vec<Branch>) -> impl Iterator<Item = Branch> {
    let means: Vec<f32> = branches.iter().map(|branch| branch.mean).collect();
    in_order(branches, highest_first(&means))
}
