//! Files of choices: which stanzas were preferred, without any information about who chose.

use super::beginnings::Beginning;
use crate::error::{Error, ErrorCode, Result};
use crate::text::TextTokenizer;
use crate::train::Continuation;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Minimum number of choices to learn from.
pub const MIN_CHOICES: usize = 10;
/// Maximum number of choices per file.
const MAX_CHOICES: usize = 20_000;
/// Maximum number of characters per stanza.
const MAX_CHARACTERS: usize = 2_000;
const VERSION: u64 = 1;

/// Which of two stanzas is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// The first.
    First,
    /// The second.
    Second,
    /// Both are bad.
    Neither,
}

/// Two stanzas with the same beginning, and which of them is better.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The beginning of both.
    pub beginning: String,
    /// One stanza.
    pub first: String,
    /// The other.
    pub second: String,
    /// The verdict.
    pub better: Better,
    /// `hand` for a person, or the name of a [`Judge`](super::Judge).
    pub by: String,
}

/// Choices in the order in which they were made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices(pub Vec<Choice>);

#[derive(Serialize, Deserialize)]
struct Head {
    liedwerk: String,
    version: u64,
}

/// A preference as tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The preferred text.
    pub chosen: Continuation,
    /// The other text.
    pub rejected: Continuation,
}

impl Pair {
    /// Both texts in an order that does not depend on the choice, so that equal comparisons are equal.
    pub fn texts(&self) -> [&[u32]; 2] {
        let mut texts = [&self.chosen.tokens[..], &self.rejected.tokens[..]];
        texts.sort_unstable();
        texts
    }

    /// Number of tokens of the longer text.
    fn longest(&self) -> usize {
        self.chosen.tokens.len().max(self.rejected.tokens.len())
    }
}

/// The choices that can be learned from, and how many were left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Learnable {
    /// The preferences.
    pub pairs: Vec<Pair>,
    /// Number of choices that contradict others.
    pub contradicted: usize,
    /// Number of choices with more tokens than the model's context.
    pub too_long: usize,
}

impl Choice {
    /// The choice as a line of a file, without the line break.
    pub fn to_line(&self) -> String {
        serde_json::to_string(self).expect("plain strings always serialise")
    }

    /// The beginning, the preferred stanza and the other one; `None` if neither was preferred.
    fn ordered(&self) -> Option<[&str; 3]> {
        let (chosen, rejected) = match self.better {
            Better::First => (&self.first, &self.second),
            Better::Second => (&self.second, &self.first),
            Better::Neither => return None,
        };
        (chosen != rejected).then_some([&self.beginning, chosen, rejected])
    }
}

impl Choices {
    /// Reads a file of JSON lines, the first of which identifies the format.
    ///
    /// # Errors
    /// `bad-choices`, naming the line.
    pub fn from_lines(text: &str) -> Result<Self> {
        let bad = |line: usize, what: String| {
            Error::new(ErrorCode::BadChoices, format!("choices, line {}: {what}", line + 1))
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let head = lines.next().and_then(|(_, line)| serde_json::from_str::<Head>(line).ok());
        match head {
            Some(head) if head.liedwerk == "choices" && head.version == VERSION => {}
            Some(head) if head.liedwerk == "choices" => {
                let message = format!("version {} is not read by this program, only {VERSION}", head.version);
                return Err(bad(0, message));
            }
            _ => return Err(bad(0, "this is no file of choices".to_owned())),
        }
        let mut choices = Vec::new();
        for (at, line) in lines {
            let choice: Choice = serde_json::from_str(line).map_err(|error| bad(at, error.to_string()))?;
            let texts = [&choice.beginning, &choice.first, &choice.second];
            if texts.iter().any(|text| text.chars().count() > MAX_CHARACTERS) {
                return Err(bad(at, format!("a text has more than {MAX_CHARACTERS} characters")));
            }
            if choice.first.trim().is_empty() || choice.second.trim().is_empty() {
                return Err(bad(at, "a stanza is empty".to_owned()));
            }
            choices.push(choice);
            if choices.len() > MAX_CHOICES {
                return Err(bad(at, format!("there are more than {MAX_CHOICES} choices")));
            }
        }
        Ok(Self(choices))
    }

    /// The content of a file of choices.
    pub fn to_lines(&self) -> String {
        let head = Head { liedwerk: "choices".to_owned(), version: VERSION };
        let mut text = serde_json::to_string(&head).expect("plain strings always serialise") + "\n";
        for choice in &self.0 {
            text += &(choice.to_line() + "\n");
        }
        text
    }

    /// Appends the choices of another file. Duplicates count twice, since two people may agree.
    pub fn join(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// For each choice, whether another one states the opposite about the same two stanzas.
    pub fn contradicted(&self) -> Vec<bool> {
        let said: HashSet<_> = self.0.iter().filter_map(Choice::ordered).collect();
        let opposite =
            |[beginning, chosen, rejected]: [&str; 3]| said.contains(&[beginning, rejected, chosen]);
        self.0.iter().map(|choice| choice.ordered().is_some_and(opposite)).collect()
    }

    /// The choices that a model with a context of `n_positions` tokens can learn from: without contradicted,
    /// undecided and overlong ones.
    ///
    /// # Errors
    /// `too-few-choices`, where equal ones count once; `one-sided-choices` if the first stanza was always
    /// chosen, or always the second.
    pub fn pairs(&self, tokenizer: &TextTokenizer, n_positions: usize) -> Result<Learnable> {
        let contradicted = self.contradicted();
        let mut learnable =
            Learnable { contradicted: contradicted.iter().filter(|&&is| is).count(), ..Learnable::default() };
        let mut first = 0;
        for (choice, _) in self.0.iter().zip(contradicted).filter(|(_, contradicted)| !contradicted) {
            match pair(choice, tokenizer) {
                Some(pair) if pair.longest() > n_positions => learnable.too_long += 1,
                Some(pair) => {
                    first += usize::from(choice.better == Better::First);
                    learnable.pairs.push(pair);
                }
                None => {}
            }
        }
        let different = learnable.pairs.iter().map(Pair::texts).collect::<HashSet<_>>().len();
        if different < MIN_CHOICES {
            let Learnable { contradicted, too_long, .. } = learnable;
            let message = format!(
                "{different} different choices say which stanza is better; at least {MIN_CHOICES} are needed \
                 ({contradicted} are contradicted, {too_long} are too long for this model)"
            );
            return Err(Error::new(ErrorCode::TooFewChoices, message));
        }
        if first == 0 || first == learnable.pairs.len() {
            let message = "all choices are for the stanza on the same side; that tells nothing about stanzas";
            return Err(Error::new(ErrorCode::OneSidedChoices, message));
        }
        Ok(learnable)
    }
}

/// Tokenizes a choice; `None` if neither stanza was preferred.
fn pair(choice: &Choice, tokenizer: &TextTokenizer) -> Option<Pair> {
    let [beginning, chosen, rejected] = choice.ordered()?;
    let beginning = Beginning::new(beginning, tokenizer);
    let continued = |stanza: &str| {
        let tokens = [beginning.tokens.clone(), tokenizer.encode(&format!("{stanza}\n"))].concat();
        Continuation { tokens, beginning: beginning.tokens.len() }
    };
    let pair = Pair { chosen: continued(chosen), rejected: continued(rejected) };
    (pair.chosen != pair.rejected && pair.chosen.written() > 0 && pair.rejected.written() > 0).then_some(pair)
}
