//! Where the texts of a training come from.

use crate::error::{Error, ErrorCode, Result};
use crate::hash::fnv1a;
use crate::text::{SentencePair, parse_pairs};
use crate::train::{Recipe, TrainFile};

/// The texts of a training.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    /// One text, of which a part is held out.
    Text(&'a str),
    /// The files of a recipe.
    Files(&'a RecipeFiles),
}

/// The files that a recipe names, with what is in them.
#[derive(Clone, Debug)]
pub struct RecipeFiles {
    train: Vec<(TrainFile, Vec<u8>)>,
    dev: Vec<(String, Vec<u8>)>,
}

impl RecipeFiles {
    /// All that a recipe names; `read` gives the content of a path.
    ///
    /// # Errors
    /// Those of `read`.
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

    /// The files to train on as one text: their contents in order, each as often as it is to be repeated, with a line
    /// break between two.
    pub(super) fn train_text(&self) -> Result<String> {
        let texts = self.train.iter().map(|(file, bytes)| Ok((utf8(&file.path, bytes)?, file.repeat)));
        let texts: Vec<(&str, usize)> = texts.collect::<Result<_>>()?;
        let repeated = texts.into_iter().flat_map(|(text, repeat)| std::iter::repeat_n(text, repeat));
        Ok(repeated.collect::<Vec<&str>>().join("\n"))
    }

    /// The files that are held out as one text, in the same way.
    pub(super) fn dev_text(&self) -> Result<String> {
        let texts = self.dev.iter().map(|(path, bytes)| utf8(path, bytes));
        Ok(texts.collect::<Result<Vec<&str>>>()?.join("\n"))
    }

    /// The names of the files that are held out.
    pub(super) fn dev_names(&self) -> String {
        self.dev.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// The pairs to train on: those of the files in order, with their tags, each as often as it is to be repeated.
    pub(super) fn train_pairs(&self, reverse: bool) -> Result<Vec<SentencePair>> {
        let mut all = Vec::new();
        for (TrainFile { path, tag, repeat }, bytes) in &self.train {
            let mut pairs = directed(parse_pairs(path, bytes)?, reverse);
            for pair in pairs.iter_mut().filter(|_| tag.is_some()) {
                pair.source = format!("{} {}", tag.as_deref().unwrap_or_default(), pair.source);
            }
            all.extend(std::iter::repeat_n(pairs, *repeat).flatten());
        }
        Ok(all)
    }

    /// The pairs that are held out.
    pub(super) fn dev_pairs(&self, reverse: bool) -> Result<Vec<SentencePair>> {
        let mut all = Vec::new();
        for (path, bytes) in &self.dev {
            all.extend(directed(parse_pairs(path, bytes)?, reverse));
        }
        Ok(all)
    }
}

impl Source<'_> {
    /// The texts' names and hashes.
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

fn utf8<'a>(path: &str, bytes: &'a [u8]) -> Result<&'a str> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Error::new(ErrorCode::NotText, format!("{path} is not UTF-8: {error}")))?;
    // A mark at the beginning of a file would stand in the middle of the text.
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn directed(mut pairs: Vec<SentencePair>, reverse: bool) -> Vec<SentencePair> {
    for pair in pairs.iter_mut().filter(|_| reverse) {
        std::mem::swap(&mut pair.source, &mut pair.target);
    }
    pairs
}
