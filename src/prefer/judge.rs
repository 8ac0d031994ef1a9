//! Judges that simulate people: their preferences can be computed, and therefore measured.

use crate::error::{Error, ErrorCode, Result};
use crate::judge::Share;
use crate::read::Classifier;
use crate::text::rhyme::{Lexicon, Rhyme, words_of};

/// Number of lines per stanza that are compared with one another.
const LINES: usize = 4;
/// Maximum number of comparisons per choice, since a judge is undecided about many.
const TRIES: usize = 10;
/// Archaic words.
const OLD_WORDS: [&str; 40] = [
    "thee",
    "thou",
    "thy",
    "thine",
    "ye",
    "o'er",
    "ne'er",
    "e'er",
    "e'en",
    "hath",
    "doth",
    "dost",
    "hast",
    "art",
    "wilt",
    "shalt",
    "tis",
    "twas",
    "twere",
    "nay",
    "yea",
    "lo",
    "hark",
    "behold",
    "alas",
    "ere",
    "oft",
    "yon",
    "yonder",
    "whence",
    "thence",
    "hither",
    "thither",
    "wherefore",
    "thyself",
    "morn",
    "maiden",
    "fain",
    "bade",
    "methinks",
];

/// A simulated person with a single preference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judge {
    /// Prefers lines that rhyme.
    Rhyme,
    /// Prefers short lines.
    ShortLines,
    /// Dislikes words such as `thee` and `o'er`.
    NoOldWords,
    /// Prefers lines with a positive mood according to a [`Classifier`].
    Cheerful,
}

/// Resources of the judges: words with their sounds and, optionally, a classifier of moods.
pub struct Knowledge {
    lexicon: Lexicon,
    mood: Option<Mood>,
}

struct Mood {
    classifier: Classifier,
    positive: usize,
    negative: usize,
}

impl Knowledge {
    /// Without moods.
    pub fn new(lexicon: Lexicon) -> Self {
        Self { lexicon, mood: None }
    }

    /// Adds a classifier of moods.
    ///
    /// # Errors
    /// `bad-config` if the model has no classes `positive` and `negative`.
    pub fn learn_moods(&mut self, classifier: Classifier) -> Result<()> {
        let class = |name: &str| {
            classifier.labels().iter().position(|label| label == name).ok_or_else(|| {
                Error::new(ErrorCode::BadConfig, format!("the model of moods has no class {name}"))
            })
        };
        let (positive, negative) = (class("positive")?, class("negative")?);
        self.mood = Some(Mood { classifier, positive, negative });
        Ok(())
    }

    /// Whether there is a classifier of moods.
    pub fn knows_moods(&self) -> bool {
        self.mood.is_some()
    }

    /// The words with their sounds.
    pub fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    /// Average positive mood of the lines, from -1 to 1.
    fn cheer(&self, lines: &[&str]) -> Result<f32> {
        let Some(Mood { classifier, positive, negative }) = &self.mood else {
            let message = "the judge cheerful needs a model that tells moods";
            return Err(Error::new(ErrorCode::BadOption, message));
        };
        let probabilities = classifier.probabilities(lines)?;
        let sum: f32 = probabilities.iter().map(|of| of[*positive] - of[*negative]).sum();
        Ok(sum / lines.len().max(1) as f32)
    }
}

impl Judge {
    /// All judges.
    pub const ALL: [Self; 4] = [Self::Rhyme, Self::ShortLines, Self::NoOldWords, Self::Cheerful];

    /// The kebab-case name used in files of choices.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rhyme => "rhyme",
            Self::ShortLines => "short-lines",
            Self::NoOldWords => "no-old-words",
            Self::Cheerful => "cheerful",
        }
    }

    /// The judge of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|judge| judge.as_str() == name)
    }

    /// Number of stanzas to draw so that the judge usually prefers one of them: few rhyme by chance.
    pub fn draws(self) -> usize {
        match self {
            Self::Rhyme => 8,
            Self::ShortLines => 2,
            Self::NoOldWords | Self::Cheerful => 4,
        }
    }

    /// Maximum number of comparisons a judge makes to reach this many choices.
    pub fn most_comparisons(choices: usize) -> u64 {
        choices as u64 * TRIES as u64
    }

    /// The judge's score for a stanza; only the order of two scores is meaningful.
    ///
    /// # Errors
    /// For [`Cheerful`](Self::Cheerful): `bad-option` without a classifier of moods, `not-finite` for damaged
    /// weights.
    ///
    /// ```
    /// use liedwerk::prefer::{Judge, Knowledge};
    /// use liedwerk::text::{Language, rhyme::Lexicon};
    /// let knowledge = Knowledge::new(Lexicon::build(Language::German, "", ""));
    /// let score = |judge: Judge, stanza| judge.score(stanza, &knowledge).unwrap();
    /// assert_eq!(score(Judge::Rhyme, "Im Haus\nbei Nacht\nist's aus\nerwacht"), 2.0);
    /// assert_eq!(score(Judge::Rhyme, "Im Haus\nbei Nacht\nam Tag\nim Wald"), 0.0);
    /// assert!(score(Judge::ShortLines, "Im Haus") > score(Judge::ShortLines, "In diesem schönen Haus"));
    /// ```
    pub fn score(self, stanza: &str, knowledge: &Knowledge) -> Result<f32> {
        let lexicon = &knowledge.lexicon;
        let lines = || stanza.lines().filter(|line| !line.trim().is_empty());
        Ok(match self {
            Self::Rhyme => rhymed_pairs(stanza, lexicon).part as f32,
            Self::ShortLines => {
                let syllables: usize = lines().map(|line| lexicon.syllables(line)).sum();
                -(syllables as f32) / lines().count().max(1) as f32
            }
            Self::NoOldWords => {
                let words: Vec<String> = words_of(stanza).collect();
                let old = words.iter().filter(|word| OLD_WORDS.contains(&word.as_str())).count();
                -(old as f32) / words.len().max(1) as f32
            }
            Self::Cheerful => knowledge.cheer(&lines().collect::<Vec<_>>())?,
        })
    }
}

/// The number of rhyming pairs among the first four lines of a stanza. Each line belongs to at most one pair;
/// only perfect rhymes count, and a word does not rhyme with itself.
pub fn rhymed_pairs(stanza: &str, lexicon: &Lexicon) -> Share {
    let lines: Vec<&str> = stanza.lines().filter(|line| !line.trim().is_empty()).take(LINES).collect();
    let rhyme = |a: usize, b: usize| lexicon.lines_rhyme(lines[a], lines[b]) == Some(Rhyme::Perfect);
    let mut taken = [false; LINES];
    let mut part = 0;
    for line in 0..lines.len() {
        if let Some(before) = (0..line).rev().find(|&before| !taken[before] && rhyme(before, line)) {
            (taken[before], taken[line]) = (true, true);
            part += 1;
        }
    }
    Share { part, all: LINES / 2 }
}
