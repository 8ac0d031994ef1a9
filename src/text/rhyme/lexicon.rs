//! Words with their sounds, to be asked in either direction.

use super::sound::{Rhyme, SameWord, Sound, are_near};
use super::{english, german, words};
use crate::order;
use crate::text::Language;

/// Words of a language with their sounds, syllables and frequency.
///
/// ```
/// use liedwerk::text::Language;
/// use liedwerk::text::rhyme::{Lexicon, Rhyme};
/// let dictionary = "light L AY1 T\nnight N AY1 T\nknight N AY1 T\ndelight D IH0 L AY1 T\n";
/// let song = "O knight of light, O night, delight!\n"; // a word counts from its second use on
/// let lexicon = Lexicon::build(Language::English, dictionary, &song.repeat(2));
/// assert_eq!(lexicon.rhyme("light", "night"), Some(Rhyme::Perfect));
/// assert_eq!(lexicon.rhyme("night", "knight"), None); // the same word for the ear
/// assert_eq!(lexicon.rhyme("light", "delight"), Some(Rhyme::Near));
/// assert_eq!(lexicon.rhyme("light", "moonlight"), Some(Rhyme::Perfect)); // guessed
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lexicon {
    pub(super) language: Language,
    /// Ascending.
    pub(super) entries: Vec<Entry>,
    /// Ascending, each once.
    pub(super) rhymes: Vec<String>,
    /// Ascending, each once.
    pub(super) onsets: Vec<String>,
    /// Entries by their spelling from its end, for guesses; only where no rule gives a sound.
    backwards: Vec<u32>,
    /// `(rhyme, entry)`, ascending.
    by_rhyme: Vec<(u32, u32)>,
}

/// One word of a lexicon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub word: String,
    pub listed: Listed,
    /// Written with a capital in the middle of a line, too.
    pub capital: bool,
    pub syllables: usize,
    /// Numbers of rhyme and onset, for each way to say it.
    pub sounds: Vec<(u32, u32)>,
}

/// How frequent a word is in songs and stories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Listed {
    /// It stands in a dictionary or a few times in the texts.
    Rare,
    /// Often enough to be understood by most.
    Known,
    /// An everyday word.
    Common,
}

impl Lexicon {
    pub(super) fn new(
        language: Language,
        entries: Vec<Entry>,
        rhymes: Vec<String>,
        onsets: Vec<String>,
    ) -> Self {
        let mut backwards = Vec::new();
        if language == Language::English {
            let spelled = |at: usize| entries[at].word.bytes().rev();
            backwards = order::sorted(entries.len(), &|a, b| spelled(a).cmp(spelled(b)));
        }
        let mut by_entry: Vec<(u32, u32)> = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            by_entry.extend(entry.sounds.iter().map(|&(rhyme, _)| (rhyme, at as u32)));
        }
        let by_rhyme = order::sorted(by_entry.len(), &|a, b| by_entry[a].0.cmp(&by_entry[b].0));
        let by_rhyme = by_rhyme.into_iter().map(|at| by_entry[at as usize]).collect();
        Self { language, entries, rhymes, onsets, backwards, by_rhyme }
    }

    /// Whose words they are.
    pub fn language(&self) -> Language {
        self.language
    }

    /// How many words it lists.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it lists none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How frequent a word is; `None` if it is not listed, nor what it is a form of (`ocean's`, `o' the`).
    pub fn listed(&self, word: &str) -> Option<Listed> {
        let word = words::lexical(word);
        let base =
            || word.strip_suffix("'s").or_else(|| word.strip_suffix('\'')).and_then(|base| self.entry(base));
        let clipped =
            || Some(english::in_full(&word)).filter(|full| *full != word).and_then(|full| self.entry(&full));
        let found = self.entry(&word).or_else(base).or_else(clipped);
        found.map(|entry| entry.listed)
    }

    /// How many syllables a line has.
    ///
    /// ```
    /// # use liedwerk::text::{Language, rhyme::Lexicon};
    /// let german = Lexicon::build(Language::German, "", "");
    /// assert_eq!(german.syllables("Ich weiß nicht, was soll es bedeuten"), 9);
    /// ```
    pub fn syllables(&self, line: &str) -> usize {
        words::words_of(line).map(|word| self.syllables_of(&word)).sum()
    }

    fn syllables_of(&self, word: &str) -> usize {
        match (self.entry(word), self.language) {
            (Some(entry), _) => entry.syllables,
            (None, Language::German) => german::syllables(word),
            (None, Language::English) => match word.strip_suffix("'s").and_then(|base| self.entry(base)) {
                Some(base) => base.syllables,
                None => english::syllables(&english::in_full(word)),
            },
        }
    }

    /// The ways to say a word, the usual one first; a guess if it is not listed, nothing if none is possible.
    pub fn sounds(&self, word: &str) -> Vec<Sound> {
        let word = words::lexical(word);
        if let Some(entry) = self.entry(&word).filter(|entry| !entry.sounds.is_empty()) {
            return entry.sounds.iter().map(|&sound| self.sound(entry, sound)).collect();
        }
        match self.language {
            Language::German => german::sound(&word).into_iter().collect(),
            Language::English => {
                if let Some(base) = word.strip_suffix("'s").filter(|base| !base.is_empty()) {
                    return self.sounds(base).iter().map(english::with_s).collect();
                }
                self.guess(&english::in_full(&word)).into_iter().collect()
            }
        }
    }

    /// How two words rhyme, at best; a word does not rhyme with itself, nor with one that sounds the same.
    pub fn rhyme(&self, a: &str, b: &str) -> Option<Rhyme> {
        if words::lexical(a) == words::lexical(b) {
            return None;
        }
        let (a, b) = (self.sounds(a), self.sounds(b));
        let mut best = None;
        for (a, b) in a.iter().flat_map(|a| b.iter().map(move |b| (a, b))) {
            match a.rhyme_with(b, self.language) {
                Ok(rhyme) => best = best.max(rhyme),
                Err(SameWord) => return None,
            }
        }
        best
    }

    /// How the last words of two lines rhyme.
    pub fn lines_rhyme(&self, a: &str, b: &str) -> Option<Rhyme> {
        self.rhyme(&words::last_word(a)?, &words::last_word(b)?)
    }

    /// The words from `least` up that rhyme with this one, spelled as in the middle of a line: perfect rhymes
    /// first, of each kind the frequent ones first.
    pub fn rhyming(&self, word: &str, least: Listed) -> Vec<(Rhyme, String)> {
        let sounds = self.sounds(word);
        let mut is_alike = vec![false; self.entries.len()];
        for (number, rhyme) in self.rhymes.iter().enumerate() {
            let wanted =
                |sound: &Sound| sound.rhyme == *rhyme || are_near(&sound.rhyme, rhyme, self.language);
            if sounds.iter().any(wanted) {
                let from = self.by_rhyme.partition_point(|&(rhyme, _)| rhyme < number as u32);
                let these = self.by_rhyme[from..].iter().take_while(|&&(rhyme, _)| rhyme == number as u32);
                these.for_each(|&(_, entry)| is_alike[entry as usize] = true);
            }
        }
        let mut found: Vec<(Rhyme, &Entry)> = Vec::new();
        for (entry, _) in self.entries.iter().zip(is_alike).filter(|(_, is_alike)| *is_alike) {
            if entry.listed >= least
                && let Some(rhyme) = self.rhyme(word, &entry.word)
            {
                found.push((rhyme, entry));
            }
        }
        let key = |at: usize| (found[at].0, found[at].1.listed);
        let order = order::sorted(found.len(), &|a, b| key(b).cmp(&key(a)));
        order
            .into_iter()
            .map(|at| found[at as usize])
            .map(|(rhyme, entry)| (rhyme, entry.spelled()))
            .collect()
    }

    /// How many words from `least` up rhyme perfectly with this one, more or less: its own sound-alikes count.
    pub fn perfect_rhymes(&self, word: &str, least: Listed) -> usize {
        let Some(sound) = self.sounds(word).into_iter().next() else { return 0 };
        let Ok(number) = self.rhymes.binary_search(&sound.rhyme) else { return 0 };
        let from = self.by_rhyme.partition_point(|&(rhyme, _)| (rhyme as usize) < number);
        let these = self.by_rhyme[from..].iter().take_while(|&&(rhyme, _)| rhyme as usize == number);
        let others = these.filter(|&&(_, at)| self.entries[at as usize].listed >= least);
        others.count().saturating_sub(1)
    }

    fn entry(&self, word: &str) -> Option<&Entry> {
        let at = self.entries.binary_search_by(|entry| entry.word.as_str().cmp(word)).ok()?;
        Some(&self.entries[at])
    }

    fn sound(&self, entry: &Entry, (rhyme, onset): (u32, u32)) -> Sound {
        Sound {
            onset: self.onsets[onset as usize].clone(),
            rhyme: self.rhymes[rhyme as usize].clone(),
            syllables: entry.syllables,
        }
    }

    /// The sound of an unknown word by analogy (Dedina and Nusbaum 1991): what most words say that share the
    /// longest end with it, a vowel included.
    pub(super) fn guess(&self, word: &str) -> Option<Sound> {
        let spelled = |at: u32| self.entries[at as usize].word.bytes().rev();
        let place = self.backwards.partition_point(|&at| spelled(at).lt(word.bytes().rev()));
        let shared = |at: u32| spelled(at).zip(word.bytes().rev()).take_while(|(a, b)| a == b).count();
        let neighbours = |at: usize| self.backwards.get(at).map_or(0, |&entry| shared(entry));
        let most = neighbours(place).max(place.checked_sub(1).map_or(0, neighbours));
        let end = word.get(word.len() - most..)?;
        if !end.contains(|c| "aeiouy".contains(c)) {
            return None;
        }
        let before = self.backwards[..place].iter().rev().take_while(|&&at| shared(at) == most);
        let after = self.backwards[place..].iter().take_while(|&&at| shared(at) == most);
        let votes: Vec<u32> = before
            .chain(after)
            .filter_map(|&at| self.entries[at as usize].sounds.first().map(|&(rhyme, _)| rhyme))
            .collect();
        let count = |rhyme: &u32| votes.iter().filter(|other| *other == rhyme).count();
        let winner = votes.iter().copied().max_by_key(|rhyme| (count(rhyme), std::cmp::Reverse(*rhyme)))?;
        Some(Sound {
            onset: "?".to_owned(),
            rhyme: self.rhymes[winner as usize].clone(),
            syllables: english::syllables(word),
        })
    }
}

impl Entry {
    /// As in the middle of a line.
    fn spelled(&self) -> String {
        let mut letters = self.word.chars();
        match letters.next().filter(|_| self.capital) {
            Some(first) => first.to_uppercase().chain(letters).collect(),
            None => self.word.clone(),
        }
    }
}
