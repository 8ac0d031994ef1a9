//! A lexicon that maps words to sounds, and sounds to words.

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
/// assert_eq!(lexicon.rhyme("night", "knight"), None); // homophones do not rhyme
/// assert_eq!(lexicon.rhyme("light", "delight"), Some(Rhyme::Near));
/// assert_eq!(lexicon.rhyme("light", "moonlight"), Some(Rhyme::Perfect)); // guessed
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lexicon {
    pub(super) language: Language,
    /// Ascending by word.
    pub(super) entries: Vec<Entry>,
    /// Ascending, without duplicates.
    pub(super) rhymes: Vec<String>,
    /// Ascending, without duplicates.
    pub(super) onsets: Vec<String>,
    /// Entries ordered by reversed spelling, for guesses; empty if rules give every sound.
    backwards: Vec<u32>,
    /// Pairs `(rhyme, entry)`, ascending.
    by_rhyme: Vec<(u32, u32)>,
}

/// One word of a lexicon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub word: String,
    pub listed: Listed,
    /// Whether it is also capitalised in the middle of a line.
    pub capital: bool,
    pub syllables: usize,
    /// Indices of rhyme and onset for each pronunciation.
    pub sounds: Vec<(u32, u32)>,
}

/// How frequent a word is in songs and stories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Listed {
    /// In a dictionary or a few times in the texts.
    Rare,
    /// Frequent enough for most people to know it.
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

    /// The language of the words.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Number of words.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether the lexicon has no words.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How frequent a word is; `None` if neither it nor its base form (`ocean's`, `o' the`) is listed.
    pub fn listed(&self, word: &str) -> Option<Listed> {
        let word = words::lexical(word);
        let base =
            || word.strip_suffix("'s").or_else(|| word.strip_suffix('\'')).and_then(|base| self.entry(base));
        let clipped =
            || Some(english::in_full(&word)).filter(|full| *full != word).and_then(|full| self.entry(&full));
        let found = self.entry(&word).or_else(base).or_else(clipped);
        found.map(|entry| entry.listed)
    }

    /// Number of syllables of a line.
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

    /// The pronunciations of a word, the usual one first; a guess if it is not listed, empty if there is
    /// none.
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

    /// The best rhyme between two words; `None` if they do not rhyme, are the same word, or are homophones.
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

    /// Words of at least frequency `least` that rhyme with this one, spelled as in the middle of a line:
    /// perfect rhymes first, more frequent words first within each kind.
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

    /// Approximate number of words of at least frequency `least` that rhyme perfectly with this one; includes
    /// its homophones.
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

    /// Guesses the rhyme of an unknown word by analogy (Dedina and Nusbaum 1991): the most common one among
    /// the words that share the longest ending with it, provided that the ending contains a vowel.
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
    /// The word as spelled in the middle of a line.
    fn spelled(&self) -> String {
        let mut letters = self.word.chars();
        match letters.next().filter(|_| self.capital) {
            Some(first) => first.to_uppercase().chain(letters).collect(),
            None => self.word.clone(),
        }
    }
}
