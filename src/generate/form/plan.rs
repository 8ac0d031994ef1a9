//! What form a song is to have.

use super::score::Weights;
use crate::error::Result;
use crate::generate::sampling::{Sampling, bad_option};
use serde::Deserialize;

/// The most stanzas of a song.
pub const MAX_STANZAS: usize = 12;
/// The most lines of a stanza.
pub const MAX_LINES: usize = 16;
/// The most candidates that are drawn for a line.
pub const MAX_CANDIDATE_LINES: usize = 64;
/// A title is cut to so many characters.
const MAX_TITLE: usize = 100;

/// What form a song is to have, and how it is searched for.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub struct Form {
    /// What the song is about; may be empty.
    pub title: String,
    /// One of the model's styles (`old`, `modern`), or empty.
    pub style: String,
    /// The rhymes of a stanza, such as `ABAB`: lines with the same letter rhyme, `X` is free. `free` or empty asks
    /// for none. Longer stanzas go through it again with new rhymes.
    pub scheme: String,
    /// Lines of a stanza; 0 for those of the scheme, or 4.
    pub lines: usize,
    /// Stanzas of the song; 0 for those of `parts`, or 4.
    pub stanzas: usize,
    /// The song's parts, a letter a stanza, such as `VCVC`: `C` is the chorus, which comes back word for word; `V`
    /// (verse) and `B` (bridge) are new each time. Empty is verses only.
    pub parts: String,
    /// Least and most syllables of a line, if they matter.
    pub syllables: Option<(usize, usize)>,
    /// Lines drawn to choose each from: 1 to [`MAX_CANDIDATE_LINES`].
    pub candidates: usize,
    /// The same seed, form and model give the same song, in every browser and natively.
    pub seed: u64,
    /// How each token of a candidate is chosen. JavaScript has these beside the others, in one object.
    #[serde(skip)]
    pub sampling: Sampling,
    /// What makes a line better than another.
    #[serde(skip)]
    pub weights: Weights,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            title: String::new(),
            style: String::new(),
            scheme: String::new(),
            lines: 0,
            stanzas: 0,
            parts: String::new(),
            syllables: None,
            candidates: 16,
            seed: 1,
            sampling: Sampling { temperature: 0.7, min_p: 0.03, ..Sampling::default() },
            weights: Weights::default(),
        }
    }
}

/// A form in detail.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plan {
    pub stanzas: Vec<Stanza>,
    /// The letter of each line of a stanza; `None` where it need not rhyme.
    pub letters: Vec<Option<usize>>,
    /// The scheme of one turn in capitals; empty if no rhyme is asked for.
    pub scheme: String,
}

/// Where a stanza comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stanza {
    /// It is written.
    New,
    /// It is this earlier one.
    Again(usize),
}

impl Form {
    /// # Errors
    /// `bad-option`, naming the option.
    pub(super) fn plan(&self) -> Result<Plan> {
        self.sampling.check()?;
        let scheme = if self.scheme.eq_ignore_ascii_case("free") { "" } else { self.scheme.as_str() };
        let scheme = scheme.to_ascii_uppercase();
        if !scheme.bytes().all(|letter| letter.is_ascii_uppercase()) || scheme.len() > MAX_LINES {
            return bad_option(format!(
                "scheme is {:?}; letters are expected, such as ABAB, or free",
                self.scheme
            ));
        }
        let lines = match (self.lines, scheme.len()) {
            (0, 0) => 4,
            (0, length) => length,
            (lines, _) => lines,
        };
        if lines > MAX_LINES || !lines.is_multiple_of(scheme.len().max(1)) {
            let most = format!("lines is {lines}; at most {MAX_LINES}, and a multiple of the scheme's");
            return bad_option(most);
        }
        if let Some((least, most)) = self.syllables
            && !(1 <= least && least <= most && most <= 40)
        {
            return bad_option(format!("syllables is {least}-{most}; 1 to 40, the smaller number first"));
        }
        if !(1..=MAX_CANDIDATE_LINES).contains(&self.candidates) {
            let candidates = self.candidates;
            return bad_option(format!("candidates is {candidates}; 1 to {MAX_CANDIDATE_LINES}"));
        }
        Ok(Plan { stanzas: self.stanzas()?, letters: letters(&scheme, lines), scheme })
    }

    fn stanzas(&self) -> Result<Vec<Stanza>> {
        let parts = self.parts.to_ascii_uppercase();
        if !parts.bytes().all(|part| b"VCB".contains(&part)) {
            return bad_option(format!(
                "form is {:?}; V (verse), C (chorus) and B (bridge) are known",
                self.parts
            ));
        }
        let count = match (self.stanzas, parts.len()) {
            (0, 0) => 4,
            (0, length) => length,
            (stanzas, 0) => stanzas,
            (stanzas, length) if stanzas == length => stanzas,
            (stanzas, length) => {
                return bad_option(format!("stanzas is {stanzas}, but the form has {length}; leave one out"));
            }
        };
        if count > MAX_STANZAS {
            return bad_option(format!("stanzas is {count}; at most {MAX_STANZAS}"));
        }
        let chorus = parts.find('C');
        let stanza = |at: usize| match chorus {
            Some(first) if at > first && parts.as_bytes()[at] == b'C' => Stanza::Again(first),
            _ => Stanza::New,
        };
        Ok((0..count).map(stanza).collect())
    }

    /// On one line, and not too long.
    pub(super) fn clean_title(&self) -> String {
        let title: String =
            self.title.chars().map(|c| if c.is_control() || c == '|' { ' ' } else { c }).collect();
        title.trim().chars().take(MAX_TITLE).collect()
    }
}

/// Lines that rhyme have the same number; each turn of the scheme has its own.
fn letters(scheme: &str, lines: usize) -> Vec<Option<usize>> {
    let letter = |at: usize| {
        let (turn, place) = (at / scheme.len(), at % scheme.len());
        let letter = scheme.as_bytes()[place];
        (letter != b'X').then(|| turn * 26 + usize::from(letter - b'A'))
    };
    (0..lines).map(|at| if scheme.is_empty() { None } else { letter(at) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chorus_comes_back_and_verses_do_not() {
        let form = Form { parts: "VCVCB".to_owned(), scheme: "abab".to_owned(), ..Form::default() };
        let plan = form.plan().unwrap();
        let (new, again) = (Stanza::New, Stanza::Again(1));
        assert_eq!(plan.stanzas, [new, new, new, again, new]);
        assert_eq!(plan.letters, [Some(0), Some(1), Some(0), Some(1)]);
        let form = Form { scheme: "XAXA".to_owned(), lines: 8, stanzas: 2, ..Form::default() };
        let second_turn = [None, Some(26), None, Some(26)];
        assert_eq!(form.plan().unwrap().letters[4..], second_turn);
        assert_eq!(Form { scheme: "free".to_owned(), ..Form::default() }.plan().unwrap().letters, [None; 4]);
    }

    #[test]
    fn forms_that_are_none_are_refused() {
        let usual = Form::default;
        let text = |text: &str| text.to_owned();
        for form in [
            Form { scheme: text("A-B"), ..usual() },
            Form { scheme: text("ABAB"), lines: 6, ..usual() },
            Form { lines: 17, ..usual() },
            Form { parts: text("VQ"), ..usual() },
            Form { parts: text("VC"), stanzas: 3, ..usual() },
            Form { stanzas: 13, ..usual() },
            Form { syllables: Some((9, 6)), ..usual() },
            Form { candidates: 0, ..usual() },
        ] {
            assert_eq!(form.plan().unwrap_err().code().as_str(), "bad-option", "{form:?}");
        }
    }
}
