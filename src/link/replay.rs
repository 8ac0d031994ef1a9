//! Reproduces the text of a link exactly as the page does.

use super::settings::{Settings, View, keep_end, keep_start};
use super::{Comparison, ENGINE, Link, Proof};
use crate::error::Result;
use crate::generate::{Generator, Options, Sampling, Search, TranslateOptions, Translator};
use crate::models::LanguageModel;

/// A GPT that has finished a song continues with the title of the next one.
pub const SONG_ENDS: &str = "===";
/// The page's own texts, used where a link has none; see [`Settings`].
const USUAL_PROMPT: &str = "O the wind and the rain,\n";
const USUAL_GERMAN: &str = "Ich weiß nicht, was soll es bedeuten,
Dass ich so traurig bin;
Ein Märchen aus alten Zeiten,
Das kommt mir nicht aus dem Sinn.";

/// Why a text may differ from the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The model has different weights.
    OtherWeights,
    /// Some of the link's settings are unknown or out of range.
    Settings,
    /// The text was written by another version of the engine.
    OtherEngine,
    /// None of these: the link was altered, or one of the machines computes incorrectly.
    Altered,
}

impl Reason {
    /// The most likely reason.
    pub fn of(link: &Link, proof: &Proof, sha256: &str) -> Self {
        if !proof.is_by(sha256) {
            Self::OtherWeights
        } else if !link.rejected.is_empty() {
            Self::Settings
        } else if link.engine != Some(ENGINE) {
            Self::OtherEngine
        } else {
            Self::Altered
        }
    }
}

/// The beginning that the model continues.
pub fn song_beginning(settings: &Settings, generator: &Generator, english: Option<&str>) -> String {
    let typed = match (settings.view, english) {
        (View::Chain, Some(english)) => {
            // A text field has only one kind of line break.
            let english = english.replace("\r\n", "\n").replace('\r', "\n");
            // White space as defined by JavaScript.
            let space = |c: char| (c.is_whitespace() && c != '\u{85}') || c == '\u{feff}';
            format!("{}\n", keep_start(&english, 20_000).trim_end_matches(space))
        }
        _ => settings.prompt.as_deref().unwrap_or(USUAL_PROMPT).to_owned(),
    };
    let kept = keep_end(&typed, 4_000);
    match generator.model() {
        LanguageModel::Gpt(_) => kept.trim_end_matches(' ').to_owned(),
        LanguageModel::CharLstm(_) => kept.to_owned(),
    }
}

/// Writes a song and returns its beginning, as read by the model, with the continuation.
///
/// # Errors
/// As [`Generator::start`], [`Generator::next`] and [`Generator::force`].
pub fn song(settings: &Settings, generator: &mut Generator, beginning: &str) -> Result<String> {
    let options = Options {
        sampling: sampling(settings),
        seed: settings.number("seed") as u64,
        max_new_tokens: settings.number("length") as usize,
        stop: vec![SONG_ENDS.to_owned()],
        ..Options::default()
    };
    let mut text = generator.start(beginning, options)?.prompt;
    let mut forced = settings.forced.iter().filter(|_| settings.view == View::Lab).peekable();
    for place in 0.. {
        let token = match forced.next_if(|(at, _)| *at == place) {
            Some((_, id)) => generator.force(*id)?,
            None => generator.next()?,
        };
        match token {
            Some(token) => text.push_str(&token.text),
            None => break,
        }
    }
    Ok(text)
}

/// The sampling settings.
pub(super) fn sampling(settings: &Settings) -> Sampling {
    let integer = |key| settings.number(key) as usize;
    let float = |key| settings.number(key) as f32;
    Sampling {
        temperature: float("temperature"),
        top_k: integer("top-k"),
        top_p: float("top-p"),
        min_p: float("min-p"),
        typical_p: float("typical"),
        repetition_penalty: float("repetition"),
        no_repeat_ngram: integer("no-repeat"),
    }
}

/// The German text to translate.
pub fn translation_text(settings: &Settings) -> &str {
    keep_start(settings.german.as_deref().unwrap_or(USUAL_GERMAN), 20_000)
}

/// Translates a text, preserving its white space.
///
/// # Errors
/// As [`Translator::start`] and [`Translator::next`].
pub fn translation(settings: &Settings, translator: &mut Translator) -> Result<String> {
    let search = Search { beam_width: settings.number("beam") as usize, ..Search::default() };
    translator
        .start(translation_text(settings), TranslateOptions { search, ..TranslateOptions::default() })?;
    let mut text = String::new();
    while let Some(piece) = translator.next()? {
        text.push_str(&piece.before);
        text.push_str(&piece.text);
    }
    Ok(text)
}

impl Comparison {
    /// Describes the result in one English sentence.
    pub fn sentence(self, proof: &Proof) -> String {
        let length = proof.length;
        match self {
            Self::Identical if proof.whole => format!("identical, all {length} characters"),
            Self::Identical => format!("identical as far as it was written, {length} characters"),
            Self::Differs { same, by } if by == same + 1 => format!("differs from character {by} on"),
            Self::Differs { same: 0, by } => format!("differs within the first {by} characters"),
            Self::Differs { same, by } => {
                format!("differs: the first {same} characters agree, not all of the first {by}")
            }
        }
    }
}
