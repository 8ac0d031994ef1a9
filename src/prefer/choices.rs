//! What was preferred to what: a file that holds choices, and no word about who made them.

use super::beginnings::Beginning;
use crate::error::{Error, ErrorCode, Result};
use crate::text::TextTokenizer;
use crate::train::Continuation;
use serde::{Deserialize, Serialize};

/// From fewer choices nothing is learned.
pub const MIN_CHOICES: usize = 10;
/// A file of choices is read up to so many.
const MAX_CHOICES: usize = 20_000;
/// A stanza is read up to so many characters.
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

/// Two stanzas to one beginning, and which of them is better.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What stood before both.
    pub beginning: String,
    /// One stanza.
    pub first: String,
    /// The other.
    pub second: String,
    /// The verdict.
    pub better: Better,
    /// `hand`, or the name of a [`Judge`](super::Judge).
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

/// A preference in tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The better one.
    pub chosen: Continuation,
    /// The worse one.
    pub rejected: Continuation,
}

impl Choice {
    /// Its line in a file of choices, without the break.
    pub fn to_line(&self) -> String {
        serde_json::to_string(self).expect("plain strings always serialise")
    }

    /// The stanza that was chosen and the one that was not.
    fn ordered(&self) -> Option<(&str, &str)> {
        match self.better {
            Better::First => Some((&self.first, &self.second)),
            Better::Second => Some((&self.second, &self.first)),
            Better::Neither => None,
        }
    }
}

impl Choices {
    /// Reads a file of JSON lines, of which the first tells what it is.
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

    /// The content of such a file.
    pub fn to_lines(&self) -> String {
        let head = Head { liedwerk: "choices".to_owned(), version: VERSION };
        let mut text = serde_json::to_string(&head).expect("plain strings always serialise") + "\n";
        for choice in &self.0 {
            text += &(choice.to_line() + "\n");
        }
        text
    }

    /// Adds those of another file; what stands in both twice over counts twice, as two people may agree.
    pub fn join(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// For each choice whether another says the opposite of the same two stanzas.
    pub fn contradicted(&self) -> Vec<bool> {
        let opposite = |choice: &Choice, other: &Choice| {
            choice.beginning == other.beginning
                && matches!((choice.ordered(), other.ordered()), (Some((a, b)), Some((c, d))) if a == d && b == c)
        };
        self.0.iter().map(|choice| self.0.iter().any(|other| opposite(choice, other))).collect()
    }

    /// What can be learned from: without what is contradicted, and without what says nothing.
    ///
    /// # Errors
    /// `too-few-choices`; `one-sided-choices` if all are for the stanza that stood first, or all for the other.
    pub fn pairs(&self, tokenizer: &TextTokenizer) -> Result<Vec<Pair>> {
        let contradicted = self.contradicted();
        let kept = || self.0.iter().zip(&contradicted).filter(|(_, contradicted)| !**contradicted);
        let pairs: Vec<Pair> = kept().filter_map(|(choice, _)| pair(choice, tokenizer)).collect();
        if pairs.len() < MIN_CHOICES {
            let message = format!(
                "{} choices say which stanza is better and are not contradicted; at least {MIN_CHOICES} are needed",
                pairs.len()
            );
            return Err(Error::new(ErrorCode::TooFewChoices, message));
        }
        let first = kept().filter(|(choice, _)| choice.better == Better::First).count();
        if first == 0 || first == pairs.len() {
            let message = "all choices are for the stanza on the same side; that tells nothing about stanzas";
            return Err(Error::new(ErrorCode::OneSidedChoices, message));
        }
        Ok(pairs)
    }
}

/// The tokens of a choice; none if it says nothing.
fn pair(choice: &Choice, tokenizer: &TextTokenizer) -> Option<Pair> {
    let (chosen, rejected) = choice.ordered().filter(|(chosen, rejected)| chosen != rejected)?;
    let beginning = Beginning::new(&choice.beginning, tokenizer);
    let continued = |stanza: &str| {
        let tokens = [beginning.tokens.clone(), tokenizer.encode(&format!("{stanza}\n"))].concat();
        Continuation { tokens, beginning: beginning.tokens.len() }
    };
    Some(Pair { chosen: continued(chosen), rejected: continued(rejected) })
}
