//! Splits user-supplied text into songs and holds some of them out.

use super::cleaning::{check_text, cleaned};
use super::facts::{Facts, Unit, dropped_note};
use super::source::RecipeFiles;
use crate::error::{Error, ErrorCode, Result};
use crate::generate::Note;
use crate::rng::Rng;
use crate::text::reading::{Reading, songs_of};
use crate::text::{CharTokenizer, Normalize, Song, titled_songs};
use crate::train::PlannedData;
use std::collections::BTreeSet;

/// Minimum number of characters after cleaning.
pub const MIN_CHARACTERS: usize = 1000;
/// If splitting yields fewer units than this, a finer unit is tried, so that some can be held out.
const FEW: usize = 5;
/// Number of lines per unit in a text without titles and blank lines.
const LINES: usize = 8;
/// Length of the pieces into which very long lines are cut, in bytes.
const LINE_CHARACTERS: usize = 200;

/// Training and held-out songs, both in text order.
#[derive(Clone, Debug)]
pub struct SongCorpus {
    /// Training songs.
    pub train: Vec<Song>,
    /// Held-out songs.
    pub held_out: Vec<Song>,
    /// Facts about the text.
    pub facts: Facts,
}

impl SongCorpus {
    /// Cleans and splits a text.
    ///
    /// # Errors
    /// `not-text`, `text-too-long`, `text-too-short`.
    pub fn new(text: &str, data: &PlannedData, seed: u64) -> Result<Self> {
        check_text(text)?;
        let Reading { text, notes: said } = songs_of(text);
        let (text, odd) = cleaned(&text);
        let (unit, songs) = songs(&text, data.normalize);
        let lengths: Vec<usize> = songs.iter().map(|song| song.verses.chars().count()).collect();
        let characters: usize = lengths.iter().sum();
        if characters < MIN_CHARACTERS {
            let message = format!(
                "{characters} characters are left after cleaning; at least {MIN_CHARACTERS} are needed"
            );
            return Err(Error::new(ErrorCode::TextTooShort, message));
        }
        let held_out = held_out(&lengths, data.held_out, seed);
        let notes = said.into_iter().chain(notes(&odd, held_out.len(), data)).collect();
        let (mut train, mut apart) = (Vec::new(), Vec::new());
        for (index, song) in songs.into_iter().enumerate() {
            if held_out.contains(&index) { apart.push(song) } else { train.push(song) }
        }
        let corpus = Self::of(unit, train, apart);
        Ok(Self { facts: Facts { notes, odd, ..corpus.facts }, ..corpus })
    }

    /// Reads the songs of a recipe: one by one with their titles, or all as one text.
    ///
    /// # Errors
    /// `not-text`; `text-too-short` if nothing is left of the held-out text.
    pub fn of_files(files: &RecipeFiles, data: &PlannedData, titled: bool) -> Result<Self> {
        let (Reading { text, notes: mut said }, dev) = (files.train_text()?, files.dev_text()?);
        said.extend(dev.notes);
        let normalize = data.normalize;
        let one = |text: &str| Song { title: String::new(), verses: normalize.normalize(text).text };
        let held_out = one(&dev.text);
        if held_out.verses.trim().is_empty() {
            let message = format!("{} is empty after cleaning", files.dev_names());
            return Err(Error::new(ErrorCode::TextTooShort, message));
        }
        let (unit, train) = if titled {
            (Unit::Title, titled_songs(&text, normalize))
        } else {
            (Unit::Song, vec![one(&text)])
        };
        if train.is_empty() {
            let message =
                "no song has a title line `=== title | author | source`, which a model of titles needs";
            return Err(Error::new(ErrorCode::TextTooShort, message));
        }
        let mut corpus = Self::of(unit, train, vec![held_out]);
        corpus.facts.notes = said;
        Ok(corpus)
    }

    fn of(unit: Unit, train: Vec<Song>, held_out: Vec<Song>) -> Self {
        let characters = |songs: &[Song]| songs.iter().map(|song| song.verses.chars().count()).sum();
        let counts = [&train, &held_out].map(|songs| (songs.len(), characters(songs)));
        let songs = || train.iter().chain(&held_out);
        let lines = songs().flat_map(|song| song.verses.lines()).filter(|line| !line.is_empty()).count();
        let facts = Facts::new(unit, counts, lines, songs().flat_map(|song| song.verses.chars()));
        Self { train, held_out, facts }
    }

    /// Removes characters that this alphabet lacks: respells them if possible, otherwise drops them with a
    /// note.
    pub fn spell_with(&mut self, tokenizer: &CharTokenizer) {
        let mut dropped: BTreeSet<char> = BTreeSet::new();
        for song in self.train.iter_mut().chain(&mut self.held_out) {
            let spelled = tokenizer.prepare_prompt(&song.verses);
            dropped.extend(&spelled.dropped);
            song.verses = spelled.text;
        }
        if !dropped.is_empty() {
            self.facts.notes.push(Note {
                code: "characters-dropped",
                message: format!("{} different characters are not in the model's alphabet", dropped.len()),
                characters: Some(dropped.into_iter().take(20).collect()),
            });
        }
    }
}

fn notes(odd: &[super::facts::Odd], held_out: usize, data: &PlannedData) -> Vec<Note> {
    let empty = (held_out == 0 && data.held_out > 0.0).then(|| Note {
        code: "held-out-empty",
        message: "the text could not be cut into parts, so nothing is held out".into(),
        characters: None,
    });
    dropped_note(odd).into_iter().chain(empty).collect()
}

/// Splits a text into pairs of title and verses.
type Cut = fn(&str) -> Vec<(String, String)>;

/// Splits a text into the coarsest unit that yields enough songs.
fn songs(text: &str, normalize: Normalize) -> (Unit, Vec<Song>) {
    let ways: [(Unit, Cut); 4] = [
        (Unit::Title, titled),
        (Unit::Song, between_blank_lines),
        (Unit::Stanza, stanzas),
        (Unit::Lines, lines),
    ];
    let mut best = (Unit::Lines, Vec::new());
    for (unit, cut) in ways {
        let songs: Vec<Song> =
            cut(text).into_iter().filter_map(|(title, verses)| song(&title, &verses, normalize)).collect();
        if songs.len() > best.1.len() {
            best = (unit, songs);
        }
        if best.1.len() >= FEW {
            break;
        }
    }
    best
}

/// A song cleaned according to the plan, ending in the separator between units; `None` if nothing is left.
fn song(title: &str, verses: &str, normalize: Normalize) -> Option<Song> {
    let clean = |text: &str| normalize.normalize(text).text;
    let mut verses = clean(verses);
    // A title is meaningless to a model without capitals and line breaks.
    let (title, between) = match normalize {
        Normalize::Lecture => (String::new(), " "),
        _ => (title.to_owned(), "\n\n"),
    };
    while verses.contains("\n\n\n") {
        verses = verses.replace("\n\n\n", "\n\n");
    }
    let verses = verses.trim_matches(['\n', ' ']);
    let title = if title.is_empty() { title } else { format!("=== {}\n", clean(&title).trim()) };
    (!verses.is_empty()).then(|| Song { title, verses: format!("{verses}{between}") })
}

/// Title and verses of each song with a title line. Text before the first title is a song without a title.
fn titled(text: &str) -> Vec<(String, String)> {
    let mut songs = vec![(String::new(), String::new())];
    let mut found = false;
    for line in text.split_inclusive('\n') {
        match line.strip_prefix("===") {
            Some(title) => {
                found = true;
                let title = title.split('|').next().unwrap_or_default().trim_matches(['=', ' ', '\n']);
                songs.push((title.to_owned(), String::new()));
            }
            None => songs.last_mut().expect("there is one from the beginning").1.push_str(line),
        }
    }
    if found { songs } else { Vec::new() }
}

fn between_blank_lines(text: &str) -> Vec<(String, String)> {
    untitled(&without_titles(text), "\n\n\n")
}

fn stanzas(text: &str) -> Vec<(String, String)> {
    untitled(&without_titles(text), "\n\n")
}

fn without_titles(text: &str) -> String {
    text.split_inclusive('\n').filter(|line| !line.starts_with("===")).collect()
}

fn untitled(text: &str, between: &str) -> Vec<(String, String)> {
    text.split(between).map(|verses| (String::new(), verses.to_owned())).collect()
}

/// Groups of a few lines; long lines are first split between words.
fn lines(text: &str) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    for line in without_titles(text).lines().filter(|line| !line.is_empty()) {
        let mut part = String::new();
        for word in line.split_inclusive(' ') {
            if part.len() + word.len() > LINE_CHARACTERS && !part.is_empty() {
                lines.push(std::mem::take(&mut part));
            }
            part.push_str(word);
        }
        lines.push(part);
    }
    lines.chunks(LINES).map(|lines| (String::new(), lines.join("\n"))).collect()
}

/// Indices of units that make up about this fraction of all characters: at least one if there are two units
/// and the fraction is not 0, and never all.
pub fn held_out(lengths: &[usize], share: f32, seed: u64) -> BTreeSet<usize> {
    let wanted = lengths.iter().sum::<usize>() as f64 * f64::from(share);
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    let mut rng = Rng::new(seed);
    for last in (1..order.len()).rev() {
        order.swap(last, rng.below(last + 1));
    }
    let (mut chosen, mut characters) = (BTreeSet::new(), 0.0);
    for index in order {
        let length = lengths[index] as f64;
        // Include the last unit only if that comes closer to the fraction.
        if share == 0.0
            || chosen.len() + 1 >= lengths.len()
            || (!chosen.is_empty() && characters + length / 2.0 > wanted)
        {
            break;
        }
        chosen.insert(index);
        characters += length;
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corpus(text: &str, held_out: f32) -> SongCorpus {
        SongCorpus::new(text, &PlannedData { held_out, ..PlannedData::default() }, 7).unwrap()
    }

    fn stanza(k: usize) -> String {
        format!("Line {k} of a song that goes on and on,\nand number {k} again until the dawn.\n")
    }

    #[test]
    fn the_coarsest_unit_that_is_enough_is_held_out() {
        let many = |between: &dyn Fn(usize) -> String| -> String {
            (0..40).map(|k| format!("{}{}", between(k), stanza(k))).collect()
        };
        let cases = [
            (
                many(&|k| if k % 4 == 0 { format!("=== Song {k} | me | 2026\n") } else { "\n".into() }),
                Unit::Title,
                10,
            ),
            (many(&|k| if k % 4 == 0 { "\n\n".into() } else { "\n".into() }), Unit::Song, 10),
            (many(&|_| "\n".into()), Unit::Stanza, 40),
            (many(&|_| String::new()), Unit::Lines, 10),
            ((0..120).map(stanza).collect::<String>().replace('\n', " "), Unit::Lines, 6),
        ];
        for (text, unit, songs) in cases {
            let SongCorpus { train, held_out, facts } = corpus(&text, 0.3);
            assert_eq!((facts.unit, facts.songs), (unit, songs));
            assert_eq!((train.len(), held_out.len()), (facts.train_songs, facts.held_out_songs));
            let share = facts.held_out_characters as f64 / facts.characters as f64;
            assert!((0.2..0.4).contains(&share), "{unit:?}: {share}");
            assert!(train.iter().all(|song| song.verses.ends_with("\n\n") && !held_out.contains(song)));
            assert_eq!(train.iter().all(|song| song.title.starts_with("=== Song")), unit == Unit::Title);
        }
    }

    #[test]
    fn a_seed_chooses_and_nothing_may_be_held_out() {
        let text: String = (0..60).map(|k| stanza(k) + "\n").collect();
        assert_eq!(corpus(&text, 0.2).held_out, corpus(&text, 0.2).held_out);
        assert!(corpus(&text, 0.0).held_out.is_empty());
        assert_ne!(held_out(&[10; 50], 0.5, 1), held_out(&[10; 50], 0.5, 2));
        assert_eq!(held_out(&[10; 50], 0.2, 3).len(), 10);
        assert_eq!(held_out(&[10, 1000], 0.9, 3).len(), 1);
        assert!(held_out(&[10], 0.5, 3).is_empty());
    }

    #[test]
    fn a_short_text_is_refused() {
        let error = SongCorpus::new(&stanza(1).repeat(2), &PlannedData::default(), 1).unwrap_err();
        assert_eq!(error.code(), ErrorCode::TextTooShort);
    }

    #[test]
    fn the_lectures_cleaning_leaves_words() {
        let data = PlannedData { normalize: Normalize::Lecture, ..PlannedData::default() };
        let text: String = (0..60).map(|k| stanza(k) + "\n").collect();
        let corpus = SongCorpus::new(&text, &data, 1).unwrap();
        assert!(
            corpus
                .train
                .iter()
                .all(|song| song.verses.starts_with("line of a song") && song.title.is_empty())
        );
    }
}
