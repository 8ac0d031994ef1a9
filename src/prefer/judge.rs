//! Judges that stand in for people: what each of them likes can be computed, and hence measured.

use crate::error::{Error, ErrorCode, Result};
use crate::judge::Share;
use crate::read::Classifier;
use crate::text::rhyme::{Lexicon, Rhyme, words_of};

/// Lines of a stanza that are compared with one another.
const LINES: usize = 4;
/// Comparisons at most for each choice that a judge makes: of many it has no opinion.
const TRIES: usize = 10;
/// What songs of our time no longer say.
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

/// Somebody with one taste.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judge {
    /// Likes lines that rhyme.
    Rhyme,
    /// Likes short lines.
    ShortLines,
    /// Dislikes words such as `thee` and `o'er`.
    NoOldWords,
    /// Likes lines whose mood is positive, as a [`Classifier`] reads them.
    Cheerful,
}

/// What judges go by: words with their sounds, and, for those that ask for it, the mood of a line.
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
    /// Of sounds alone.
    pub fn new(lexicon: Lexicon) -> Self {
        Self { lexicon, mood: None }
    }

    /// Adds moods.
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

    /// Whether moods are known.
    pub fn knows_moods(&self) -> bool {
        self.mood.is_some()
    }

    /// The words with their sounds.
    pub fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    /// How cheerful lines are, on average: from -1 to 1.
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
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Rhyme, Self::ShortLines, Self::NoOldWords, Self::Cheerful];

    /// The name in kebab-case, as a file of choices has it.
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

    /// How many stanzas it usually takes until the judge likes one of them more than another: few rhyme by chance.
    pub fn draws(self) -> usize {
        match self {
            Self::Rhyme => 8,
            Self::ShortLines => 2,
            Self::NoOldWords | Self::Cheerful => 4,
        }
    }

    /// How many comparisons a judge is asked to make so many choices, at most.
    pub fn most_comparisons(choices: usize) -> u64 {
        choices as u64 * TRIES as u64
    }

    /// How much the judge likes a stanza; only which of two is liked more means something.
    ///
    /// # Errors
    /// Of the judge [`Cheerful`](Self::Cheerful): `bad-option` where no moods are known, `not-finite` for damaged weights.
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

/// The pairs of rhyming lines of a stanza, of as many as four lines have. A line is of one pair at most; only perfect
/// rhymes count, and a word does not rhyme with itself.
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
