//! The requested form of a song.

use super::score::Weights;
use crate::error::Result;
use crate::generate::sampling::{Sampling, bad_option};
use serde::Deserialize;

/// Maximum number of stanzas per song.
pub const MAX_STANZAS: usize = 12;
/// Maximum number of lines per stanza.
pub const MAX_LINES: usize = 16;
/// Maximum number of candidates per line.
pub const MAX_CANDIDATE_LINES: usize = 64;
/// Maximum length of a title in characters; a longer one is cut.
const MAX_TITLE: usize = 100;

/// The requested form of a song, and settings of the search.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub struct Form {
    /// What the song is about; may be empty.
    pub title: String,
    /// One of the model's styles (`old`, `modern`), or empty.
    pub style: String,
    /// The rhyme scheme of a stanza, such as `ABAB`: lines with the same letter rhyme, `X` is unrhymed.
    /// `free` or empty for no scheme. Longer stanzas repeat the scheme with new rhymes.
    pub scheme: String,
    /// Lines per stanza; 0 for the length of the scheme, or 4 without one.
    pub lines: usize,
    /// Number of stanzas; 0 for the number of `parts`, or 4 without any.
    pub stanzas: usize,
    /// The parts of the song, one letter per stanza, such as `VCVC`: `C` is the chorus, repeated word for
    /// word; `V` (verse) and `B` (bridge) are new each time. Empty means verses only.
    pub parts: String,
    /// Minimum and maximum number of syllables per line, if limited.
    pub syllables: Option<(usize, usize)>,
    /// Number of candidates drawn per line, three times as many where it must or may rhyme: 1 to [`MAX_CANDIDATE_LINES`].
    pub candidates: usize,
    /// Random seed. The same seed, form and model give the same song, in every browser and natively.
    pub seed: u64,
    /// How each token of a candidate is chosen. In JavaScript these settings are in the same object as the
    /// others.
    #[serde(skip)]
    pub sampling: Sampling,
    /// Weights of the line score.
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
            sampling: Sampling { temperature: 0.8, min_p: 0.03, ..Sampling::default() },
            weights: Weights::default(),
        }
    }
}

/// A validated form with all defaults filled in.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plan {
    pub stanzas: Vec<Stanza>,
    /// The rhyme group of each line of a stanza; `None` if the line need not rhyme.
    pub letters: Vec<Option<usize>>,
    /// One round of the rhyme scheme in capitals; empty if there is no scheme.
    pub scheme: String,
}

/// Whether a stanza is new or repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stanza {
    /// A newly written stanza.
    New,
    /// A repetition of this earlier stanza.
    Again(usize),
}

impl Form {
    /// Validates the form and fills in the defaults.
    ///
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

    /// The title on one line and cut to its maximum length.
    pub(super) fn clean_title(&self) -> String {
        let title: String =
            self.title.chars().map(|c| if c.is_control() || c == '|' { ' ' } else { c }).collect();
        title.trim().chars().take(MAX_TITLE).collect()
    }
}

/// Lines that rhyme get the same number; each round of the scheme uses new ones.
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
