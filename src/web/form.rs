//! JavaScript classes for songs with a form and their metrics.

use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::Generator;
use super::error::to_js;
use super::object::{from_object, to_object};
use crate::generate::Sampling;
use crate::generate::form::{self, Form};
use crate::judge::{Figures, Share, songs};
use crate::text::rhyme;

/// Words of a language with their sounds. Must be `free()`d by JavaScript.
#[wasm_bindgen]
pub struct Lexicon {
    pub(super) inner: rhyme::Lexicon,
}

/// Writes a song in a given form, line by line. Must be `free()`d by JavaScript.
#[wasm_bindgen]
pub struct FormWriter {
    inner: form::FormWriter,
}

#[derive(Serialize, Tsify)]
struct JsHeader {
    styles: Vec<String>,
    titles: bool,
}

#[derive(Serialize, Tsify)]
struct JsLine {
    before: &'static str,
    text: String,
    stanza: usize,
    line: usize,
    again: bool,
    candidates: Vec<JsCandidate>,
}

#[derive(Serialize, Tsify)]
struct JsCandidate {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rhyme: Option<&'static str>,
    led: bool,
    score: f32,
    scores: Vec<(&'static str, f32)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lost_by: Option<&'static str>,
}

#[derive(Serialize, Tsify)]
struct JsFigures {
    lines: usize,
    stanzas: usize,
    words: usize,
    asked: JsShare,
    quatrains: JsShare,
    listed: JsShare,
    distinct: JsShare,
    chain: bool,
    longest: String,
    strange: Vec<String>,
}

#[derive(Serialize, Tsify)]
struct JsShare {
    part: usize,
    all: usize,
}

#[wasm_bindgen]
impl Generator {
    /// The header fields the model understands, `{styles, titles}`: the available styles, and whether it
    /// reads a title.
    #[wasm_bindgen(unchecked_return_type = "JsHeader")]
    pub fn header(&self) -> Result<JsValue, JsValue> {
        let header = self.inner.header();
        to_object(&JsHeader { styles: header.styles().to_vec(), titles: header.titles() })
    }
}

#[wasm_bindgen]
impl Lexicon {
    /// Loads a lexicon file. Throws `bad-lexicon`.
    pub fn load(bytes: &[u8]) -> Result<Lexicon, JsValue> {
        Ok(Self { inner: rhyme::Lexicon::from_bytes(bytes).map_err(to_js)? })
    }

    /// How two words or lines rhyme: `perfect`, `near`, or `undefined`.
    pub fn rhyme(&self, a: &str, b: &str) -> Option<String> {
        self.inner.lines_rhyme(a, b).map(|rhyme| named(rhyme).to_owned())
    }

    /// The figures of a song `{lines, stanzas, words, asked, quatrains, listed, distinct, chain, longest,
    /// strange}`, with shares as `{part, all}`. `song` may start with a header line `=== title | style |
    /// scheme`. For copied passages see [`SongIndex`](super::SongIndex).
    #[wasm_bindgen(unchecked_return_type = "JsFigures")]
    pub fn judge(&self, song: &str) -> Result<JsValue, JsValue> {
        let mut figures = Figures::default();
        songs(song).iter().for_each(|song| figures.add(Figures::of(song, &self.inner, None)));
        to_object(&JsFigures {
            lines: figures.lines,
            stanzas: figures.stanzas,
            words: figures.words,
            asked: figures.asked.into(),
            quatrains: figures.quatrains.into(),
            listed: figures.listed.into(),
            distinct: figures.distinct.into(),
            chain: figures.chains.part > 0,
            longest: figures.longest.join(" "),
            strange: figures.strange,
        })
    }
}

#[wasm_bindgen]
impl FormWriter {
    /// Starts a song. `options` is `{title, style, scheme, lines, stanzas, parts, syllables: [least, most],
    /// candidates, seed}` and the sampling settings, each optional. Throws `bad-option`.
    pub fn start(generator: &Generator, options: JsValue) -> Result<FormWriter, JsValue> {
        let (sampling, rest) = from_object::<Sampling, Form>(options)?;
        let inner = form::FormWriter::new(&generator.inner, Form { sampling, ..rest }).map_err(to_js)?;
        Ok(Self { inner })
    }

    /// Number of lines the song will have.
    #[wasm_bindgen(js_name = lineCount)]
    pub fn line_count(&self) -> usize {
        self.inner.line_count()
    }

    /// Writes one line, `{before, text, stanza, line, again, candidates: [{text, rhyme?, led, score, scores:
    /// [[name, value]], lost_by?}]}`, whose first candidate is the line itself; returns `null` once the song
    /// is complete. The generator and the lexicon must be the same for each call. Throws `not-finite`.
    #[wasm_bindgen(js_name = nextLine, unchecked_return_type = "JsLine | null")]
    pub fn next_line(&mut self, generator: &Generator, lexicon: &Lexicon) -> Result<JsValue, JsValue> {
        let Some(line) = self.inner.next_line(&generator.inner, &lexicon.inner).map_err(to_js)? else {
            return Ok(JsValue::NULL);
        };
        let form::Line { before, text, stanza, line, again, candidates } = line;
        let candidates = candidates.into_iter().map(JsCandidate::from).collect();
        to_object(&JsLine { before, text, stanza, line, again, candidates })
    }
}

impl From<form::CandidateLine> for JsCandidate {
    fn from(candidate: form::CandidateLine) -> Self {
        let form::CandidateLine { text, rhyme, led, scores, lost_by } = candidate;
        let (score, scores) = (scores.total(), scores.parts().to_vec());
        Self { text, rhyme: rhyme.map(named), led, score, scores, lost_by }
    }
}

impl From<Share> for JsShare {
    fn from(Share { part, all }: Share) -> Self {
        Self { part, all }
    }
}

fn named(rhyme: rhyme::Rhyme) -> &'static str {
    match rhyme {
        rhyme::Rhyme::Near => "near",
        rhyme::Rhyme::Perfect => "perfect",
    }
}
