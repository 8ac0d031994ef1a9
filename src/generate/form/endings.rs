//! Where a line in the making could end with a rhyme.

use super::score::hangs;
use super::walk::Path;
use crate::order::{highest_first, in_order};
use crate::text::TextTokenizer;
use crate::text::rhyme::{Lexicon, Listed, Rhyme};

/// Words that are tried at the end of a line.
const MOST_WORDS: usize = 200;
/// Of one beginning so many of the likeliest are kept.
const WORDS_A_BEGINNING: usize = 3;
/// Branches that are completed.
const MOST_BRANCHES: usize = 20;
/// Syllables of a line if none are asked for.
const USUAL_SYLLABLES: (usize, usize) = (5, 10);
/// Subwords of a word that is led to.
const MOST_SUBWORDS: usize = 3;
/// What each subword but the first is taken to cost before the model is asked, in nats: a word's beginning alone
/// (`at` of `attain`) looks likelier than the word is.
const SUBWORD_COST: f32 = 2.0;
/// The first token of a word of characters is its space, which tells nothing: then all words are tried, of so many
/// frequent ones, at so few beginnings.
const WORDS_OF_CHARACTERS: usize = 40;
const BEGINNINGS_OF_CHARACTERS: usize = 4;

/// A word that rhymes.
struct Ending {
    tokens: Vec<u32>,
    syllables: usize,
}

/// The beginning of a line with a word that rhymes behind it.
pub(super) struct Branch {
    pub tokens: Vec<u32>,
    /// The mean logarithm of probability up to the word's end, as far as its first token tells.
    mean: f32,
}

/// Looks for branches while lines are drawn.
pub(super) struct Branches<'a> {
    tokenizer: &'a TextTokenizer,
    lexicon: &'a Lexicon,
    syllables: (usize, usize),
    endings: Vec<Ending>,
    found: Vec<Branch>,
}

impl<'a> Branches<'a> {
    /// For a line that is to rhyme with `target`, but not to end with one of `used`; `None` looks for nothing.
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
            // An alphabet may lack a letter of it.
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

    /// Notes the words that could end this beginning of a line; `log_p` are those of its next token.
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

    /// The likeliest branches found since the last call, each once.
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

/// The branches, likeliest first.
fn likeliest(branches: Vec<Branch>) -> impl Iterator<Item = Branch> {
    let means: Vec<f32> = branches.iter().map(|branch| branch.mean).collect();
    in_order(branches, highest_first(&means))
}
