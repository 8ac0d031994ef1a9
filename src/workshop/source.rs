//! The texts of a training run.

use super::text_material::blocks;
use crate::error::Result;
use crate::hash::fnv1a;
use crate::text::reading::{LabelReading, PairReading, Reading, pairs, songs};
use crate::text::{Note, SentencePair};
use crate::train::{Recipe, TrainFile};

/// The texts of a training run.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    /// One text, part of which is held out.
    Text(&'a str),
    /// The files of a recipe.
    Files(&'a RecipeFiles),
}

/// The files of a recipe with their contents.
#[derive(Clone, Debug)]
pub struct RecipeFiles {
    train: Vec<(TrainFile, Vec<u8>)>,
    dev: Vec<(String, Vec<u8>)>,
}

impl RecipeFiles {
    /// Reads all files of a recipe; `read` returns the content of a path.
    ///
    /// # Errors
    /// The errors of `read`.
    pub fn read<E>(
        recipe: &Recipe,
        mut read: impl FnMut(&str) -> std::result::Result<Vec<u8>, E>,
    ) -> std::result::Result<Self, E> {
        let mut train = Vec::new();
        for file in &recipe.train {
            train.push((file.clone(), read(&file.path)?));
        }
        let mut dev = Vec::new();
        for path in &recipe.dev {
            dev.push((path.clone(), read(path)?));
        }
        Ok(Self { train, dev })
    }

    /// The training files as one text: their contents in order, each repeated as requested, separated by line
    /// breaks.
    pub(super) fn train_text(&self) -> Result<Reading> {
        joined(self.train.iter().map(|(file, bytes)| (file.path.as_str(), bytes.as_slice(), file.repeat)))
    }

    /// The held-out files as one text, in the same way.
    pub(super) fn dev_text(&self) -> Result<Reading> {
        joined(self.dev.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice(), 1)))
    }

    /// Names of the held-out files.
    pub(super) fn dev_names(&self) -> String {
        self.dev.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// The training pairs in file order, with their tags and repeated as requested, and notes about the
    /// files.
    pub(super) fn train_pairs(&self, reverse: bool) -> Result<(Vec<SentencePair>, Vec<Note>)> {
        let (mut all, mut notes) = (Vec::new(), Vec::new());
        for (TrainFile { path, tag, repeat }, bytes) in &self.train {
            let mut pairs = directed(path, bytes, reverse, &mut notes)?;
            for pair in pairs.iter_mut().filter(|_| tag.is_some()) {
                pair.source = format!("{} {}", tag.as_deref().unwrap_or_default(), pair.source);
            }
            all.extend(std::iter::repeat_n(pairs, *repeat).flatten());
        }
        Ok((all, notes))
    }

    /// The labelled training examples, repeated as requested, and the held-out ones; `read` parses their
    /// format. Also returns notes about the files.
    pub(super) fn labelled<T: Clone>(
        &self,
        read: fn(&str, &[u8]) -> Result<LabelReading<T>>,
    ) -> Result<([Vec<T>; 2], Vec<Note>)> {
        let (mut both, mut notes) = ([Vec::new(), Vec::new()], Vec::new());
        let train = self.train.iter().map(|(file, bytes)| (0, &file.path, bytes, file.repeat));
        for (part, path, bytes, repeat) in
            train.chain(self.dev.iter().map(|(path, bytes)| (1, path, bytes, 1)))
        {
            let reading = read(path, bytes)?;
            notes.extend(reading.notes.into_iter().map(|note| note.at(path)));
            both[part].extend(std::iter::repeat_n(reading.examples, repeat).flatten());
        }
        Ok((both, notes))
    }

    /// The training texts, repeated as requested, and the held-out ones: first German, then English, then
    /// those of unknown language. Also returns notes about the files.
    pub(super) fn texts(&self) -> Result<([Vec<String>; 2], Vec<Note>)> {
        let mut notes = Vec::new();
        let mut read = |files: &mut dyn Iterator<Item = (&String, &Vec<u8>, usize)>| {
            let (mut german, mut english, mut others) = (Vec::new(), Vec::new(), Vec::new());
            for (path, bytes, repeat) in files {
                if path.ends_with(".tsv") {
                    let pairs = directed(path, bytes, false, &mut notes)?;
                    let (source, target): (Vec<_>, Vec<_>) =
                        pairs.into_iter().map(|pair| (pair.source, pair.target)).unzip();
                    german.extend(std::iter::repeat_n(source, repeat).flatten());
                    english.extend(std::iter::repeat_n(target, repeat).flatten());
                } else {
                    let Reading { text, notes: said } = songs(path, bytes)?;
                    notes.extend(said.into_iter().map(|note| note.at(path)));
                    others.extend(std::iter::repeat_n(blocks(&text), repeat).flatten());
                }
            }
            Ok::<_, crate::Error>([german, english, others].concat())
        };
        let train = read(&mut self.train.iter().map(|(file, bytes)| (&file.path, bytes, file.repeat)))?;
        let dev = read(&mut self.dev.iter().map(|(path, bytes)| (path, bytes, 1)))?;
        Ok(([train, dev], notes))
    }

    /// The held-out pairs, in the same way.
    pub(super) fn dev_pairs(&self, reverse: bool) -> Result<(Vec<SentencePair>, Vec<Note>)> {
        let (mut all, mut notes) = (Vec::new(), Vec::new());
        for (path, bytes) in &self.dev {
            all.extend(directed(path, bytes, reverse, &mut notes)?);
        }
        Ok((all, notes))
    }
}

impl Source<'_> {
    /// Names and hashes of the texts.
    pub(super) fn hashes(&self) -> Vec<(String, u64)> {
        match self {
            Self::Text(text) => vec![("the text".to_owned(), fnv1a(text.bytes()))],
            Self::Files(files) => {
                let train = files.train.iter().map(|(file, bytes)| (&file.path, bytes));
                let dev = files.dev.iter().map(|(path, bytes)| (path, bytes));
                train.chain(dev).map(|(path, bytes)| (path.clone(), fnv1a(bytes.iter().copied()))).collect()
            }
        }
    }
}

/// The songs of several files, given with name and number of repetitions, as one text.
fn joined<'a>(files: impl Iterator<Item = (&'a str, &'a [u8], usize)>) -> Result<Reading> {
    let (mut texts, mut notes) = (Vec::new(), Vec::new());
    for (path, bytes, repeat) in files {
        let reading = songs(path, bytes)?;
        notes.extend(reading.notes.into_iter().map(|note| note.at(path)));
        texts.extend(std::iter::repeat_n(reading.text, repeat));
    }
    Ok(Reading { text: texts.join("\n"), notes })
}

/// The pairs of a file; with `reverse`, from English to German.
fn directed(path: &str, bytes: &[u8], reverse: bool, said: &mut Vec<Note>) -> Result<Vec<SentencePair>> {
    let PairReading { mut pairs, notes, .. } = pairs(path, bytes)?;
    said.extend(notes.into_iter().map(|note| note.at(path)));
    for pair in pairs.iter_mut().filter(|_| reverse) {
        std::mem::swap(&mut pair.source, &mut pair.target);
    }
    Ok(pairs)
}
