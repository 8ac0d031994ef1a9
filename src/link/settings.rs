//! The settings in a link: the twin of the table in `www/state.js`.

use super::fragment::{Fragment, spell};
use super::packed::{pack, unpack};
use super::{ENGINE, FORMAT, Proof};
use crate::error::{Error, ErrorCode, Result};
use crate::generate::form::{MAX_LINES, MAX_STANZAS};

/// Maximum length of a prompt in a link, in UTF-16 units as in JavaScript.
const PROMPT_LENGTH: usize = 4_000;
/// The same for a text to be translated.
const GERMAN_LENGTH: usize = 20_000;
/// The same for a title and the other words of a form.
const WORD_LENGTH: usize = 100;
/// Texts shorter than this are not packed, so that they stay readable.
const PACKED_FROM: usize = 120;

/// The views of the page whose texts can be verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// One model writes.
    Write,
    /// One model writes; the user may have forced some tokens.
    Lab,
    /// Two models write.
    Duel,
    /// One or two models translate.
    Translate,
    /// One model translates, another continues the translation.
    Chain,
    /// One model writes or translates, and the user looks inside it.
    Look,
}

const VIEWS: [(&str, View); 6] = [
    ("write", View::Write),
    ("lab", View::Lab),
    ("duel", View::Duel),
    ("translate", View::Translate),
    ("chain", View::Chain),
    ("look", View::Look),
];

/// A numeric setting: its key, minimum and maximum, whether it is an integer, and the default.
struct Number {
    key: &'static str,
    min: f64,
    max: f64,
    whole: bool,
    usual: f64,
}

const fn number(key: &'static str, min: f64, max: f64, whole: bool, usual: f64) -> Number {
    Number { key, min, max, whole, usual }
}

/// The largest integer that JavaScript represents exactly.
const MAX_SEED: f64 = 9_007_199_254_740_991.0;

const NUMBERS: [Number; 12] = [
    number("temperature", 0.0, 2.0, false, 0.6),
    number("top-k", 0.0, 100.0, true, 0.0),
    number("top-p", 0.05, 1.0, false, 0.9),
    number("min-p", 0.0, 1.0, false, 0.0),
    number("typical", 0.05, 1.0, false, 1.0),
    number("repetition", 1.0, 2.0, false, 1.0),
    number("no-repeat", 0.0, 16.0, true, 0.0),
    number("length", 1.0, 10_000.0, true, 600.0),
    number("stanzas", 0.0, MAX_STANZAS as f64, true, 0.0),
    number("lines", 0.0, MAX_LINES as f64, true, 0.0),
    number("beam", 1.0, 8.0, true, 4.0),
    number("seed", 0.0, MAX_SEED, true, 0.0),
];

/// Other keys that identify a link of the page.
const KEYS: [&str; 8] = ["view", "model", "prompt", "german", "english", "forced", "go", "lang"];

/// The settings of a link, in the page's terms.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The view.
    pub view: View,
    /// The language model.
    pub model: String,
    /// The prompt; `None` for the page's own.
    pub prompt: Option<String>,
    /// The text to translate; `None` for the page's own.
    pub german: Option<String>,
    /// The user's own version of the translation; empty for the model's.
    pub english: String,
    /// Forced tokens as (position, id), in ascending order.
    pub forced: Vec<(usize, u32)>,
    /// Title of the song. Like style, parts and syllables, it is read only if there is a scheme.
    pub title: String,
    /// Style of the song, by the model's name for it.
    pub style: String,
    /// Rhyme scheme: a song that has one, even `free`, is written line by line.
    pub scheme: String,
    /// Parts of the song, such as `VCVC`.
    pub parts: String,
    /// Syllables per line, such as `6-9`.
    pub syllables: String,
    numbers: [f64; NUMBERS.len()],
}

/// A complete link.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Its settings.
    pub settings: Settings,
    /// Version of the engine that wrote the texts; `None` for links made before there were proofs.
    pub engine: Option<u32>,
    /// Its proofs.
    pub proofs: Vec<Proof>,
    /// Keys with invalid values, for which defaults are used.
    pub rejected: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            view: View::Write,
            model: "char-lstm-songs".to_owned(),
            prompt: None,
            german: None,
            english: String::new(),
            forced: Vec::new(),
            title: String::new(),
            style: String::new(),
            scheme: String::new(),
            parts: String::new(),
            syllables: String::new(),
            numbers: NUMBERS.map(|number| number.usual),
        }
    }
}

impl Settings {
    /// The numeric setting with this key.
    ///
    /// # Panics
    /// If there is none.
    pub fn number(&self, key: &str) -> f64 {
        self.numbers[place(key)]
    }

    /// Sets the numeric setting with this key.
    ///
    /// # Errors
    /// `bad-link` for a value that the page would not accept.
    ///
    /// # Panics
    /// If there is no such key.
    pub fn set(&mut self, key: &str, value: impl ToString) -> Result<()> {
        let (place, spelled) = (place(key), value.to_string());
        let number = &NUMBERS[place];
        self.numbers[place] = read_number(number, &spelled).ok_or_else(|| {
            let Number { min, max, .. } = number;
            bad_link(format!("a link cannot carry {key}={spelled}: {min} to {max}, at most six decimals"))
        })?;
        Ok(())
    }
}

impl Link {
    /// Parses a link, or only the part after its `#`.
    ///
    /// # Errors
    /// `bad-link` if there is nothing to verify: not a link, an incomplete one, no proof, a damaged one or
    /// one of a newer page, or a text that cannot be unpacked.
    pub fn parse(link: &str) -> Result<Self> {
        let fragment = link.split_once('#').map_or(link, |(_, fragment)| fragment);
        let given = Fragment::read(fragment);
        let engine = read_version(&given)?;
        let proofs = read_proofs(&given)?;
        let mut rejected = Vec::new();
        let settings = read_settings(&given, &mut rejected)?;
        Ok(Self { settings, engine: Some(engine), proofs, rejected })
    }
}

impl Settings {
    /// The part after `#` of a link with these settings.
    pub fn fragment(&self, proofs: &[Proof]) -> String {
        let usual = Self::default();
        let mut pairs = Vec::new();
        if !proofs.is_empty() {
            pairs.push(("v".to_owned(), format!("{FORMAT}.{ENGINE}")));
        }
        if self.view != usual.view {
            let name = VIEWS.iter().find(|(_, view)| *view == self.view).map_or("", |(name, _)| name);
            pairs.push(("view".to_owned(), name.to_owned()));
        }
        if self.model != usual.model {
            pairs.push(("model".to_owned(), self.model.clone()));
        }
        let prompt = self.prompt.as_ref().map(|prompt| ("prompt", keep_end(prompt, PROMPT_LENGTH)));
        let german = self.german.as_ref().map(|german| ("german", keep_start(german, GERMAN_LENGTH)));
        pairs.extend(prompt.into_iter().chain(german).map(|(key, text)| shorter(key, text)));
        if !self.english.is_empty() {
            pairs.push(shorter("english", keep_start(&self.english, GERMAN_LENGTH)));
        }
        if !self.forced.is_empty() {
            let spelled: Vec<String> = self.forced.iter().map(|(at, id)| format!("{at}.{id}")).collect();
            pairs.push(("forced".to_owned(), spelled.join("-")));
        }
        let form = [
            ("title", &self.title),
            ("style", &self.style),
            ("scheme", &self.scheme),
            ("parts", &self.parts),
            ("syllables", &self.syllables),
        ];
        for (key, value) in form.into_iter().filter(|(_, value)| !value.is_empty()) {
            pairs.push((key.to_owned(), value.clone()));
        }
        for (number, value) in NUMBERS.iter().zip(self.numbers) {
            if number.key == "seed" || value != number.usual {
                pairs.push((number.key.to_owned(), value.to_string()));
            }
        }
        pairs.push(("go".to_owned(), "1".to_owned()));
        pairs.extend(proofs.iter().map(|proof| ("proof".to_owned(), proof.to_string())));
        let spelled: Vec<String> =
            pairs.iter().map(|(key, value)| format!("{key}={}", spell(value))).collect();
        spelled.join("&")
    }
}

/// The engine version.
fn read_version(given: &Fragment) -> Result<u32> {
    let Some(version) = given.get("v") else { return Err(bad_link(without_version(given))) };
    let parts = version.split_once('.').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    match parts {
        Some((FORMAT, engine)) => Ok(engine),
        Some((format, _)) if format > FORMAT => Err(bad_link(format!(
            "the link was made by a newer liedwerk: its proofs have format {format}, known here is {FORMAT}"
        ))),
        _ if given.last_key() == "v" => Err(not_whole("it ends within its version")),
        _ => Err(bad_link(format!("the link's version {version:?} is none"))),
    }
}

/// Why nothing can be verified in a link without a version.
fn without_version(given: &Fragment) -> String {
    let known = |key: &str| KEYS.contains(&key) || NUMBERS.iter().any(|number| number.key == key);
    let mut keys = given.pairs().iter().map(|(key, _)| key.as_str());
    if given.is_cut {
        return "the link is not whole: it ends within a key".to_owned();
    }
    let why = if keys.clone().any(|key| key == "proof" || key.starts_with("z-")) {
        "its version is missing"
    } else if !keys.any(known) {
        return "this is no link of the page: none of its settings is in it".to_owned();
    } else if given.pairs().len() == 1 {
        // A shell ends a command at each `&`.
        "it holds one setting only; put a link between quotation marks, or the shell cuts it"
    } else {
        "it was made before links could be checked"
    };
    format!("the link promises nothing: {why}")
}

fn read_proofs(given: &Fragment) -> Result<Vec<Proof>> {
    let spelled: Vec<&str> = given.all("proof").collect();
    if spelled.is_empty() {
        return Err(not_whole("it carries settings only, and its proofs are missing"));
    }
    let proofs: Vec<Proof> = spelled.iter().filter_map(|spelled| Proof::parse(spelled)).collect();
    if given.is_cut {
        return Err(not_whole("it ends within a key"));
    }
    if proofs.len() < spelled.len() {
        return Err(bad_link("a proof of the link is damaged or not whole".to_owned()));
    }
    Ok(proofs)
}

/// Reads a text, packed or not.
fn read_text(given: &Fragment, key: &str) -> Result<Option<String>> {
    match given.get(&format!("z-{key}")) {
        None => Ok(given.get(key).map(str::to_owned)),
        Some(packed) => unpack(packed)
            .map(Some)
            .ok_or_else(|| bad_link(format!("the link is damaged: its {key} cannot be unpacked"))),
    }
}

fn read_settings(given: &Fragment, rejected: &mut Vec<String>) -> Result<Settings> {
    let usual = Settings::default();
    let view = given.get("view").unwrap_or("write");
    let known = VIEWS.iter().find(|(name, _)| *name == view);
    if known.is_none() {
        rejected.push("view".to_owned());
    }
    let forced = given.get("forced").unwrap_or_default();
    let read = read_forced(forced);
    if read.is_none() {
        rejected.push("forced".to_owned());
    }
    let mut settings = Settings {
        view: known.map_or(View::Write, |(_, view)| *view),
        model: keep_start(given.get("model").unwrap_or(&usual.model), 100).to_owned(),
        prompt: read_text(given, "prompt")?.map(|text| keep_end(&text, PROMPT_LENGTH).to_owned()),
        german: read_text(given, "german")?.map(|text| keep_start(&text, GERMAN_LENGTH).to_owned()),
        english: keep_start(&read_text(given, "english")?.unwrap_or_default(), GERMAN_LENGTH).to_owned(),
        forced: read.unwrap_or_default(),
        title: keep_start(given.get("title").unwrap_or_default(), WORD_LENGTH).to_owned(),
        style: keep_start(given.get("style").unwrap_or_default(), WORD_LENGTH).to_owned(),
        scheme: keep_start(given.get("scheme").unwrap_or_default(), WORD_LENGTH).to_owned(),
        parts: keep_start(given.get("parts").unwrap_or_default(), WORD_LENGTH).to_owned(),
        syllables: keep_start(given.get("syllables").unwrap_or_default(), WORD_LENGTH).to_owned(),
        ..usual
    };
    for (number, value) in NUMBERS.iter().zip(&mut settings.numbers) {
        let Some(spelled) = given.get(number.key) else { continue };
        match read_number(number, spelled) {
            Some(read) => *value = read,
            None => rejected.push(number.key.to_owned()),
        }
    }
    Ok(settings)
}

/// Parses `position.id` pairs joined by hyphens; a trailing hyphen is allowed.
fn read_forced(spelled: &str) -> Option<Vec<(usize, u32)>> {
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    let mut forced = Vec::new();
    for pair in spelled.strip_suffix('-').unwrap_or(spelled).split('-').filter(|_| !spelled.is_empty()) {
        let (at, id) = pair.split_once('.').filter(|(at, id)| digits(at, 5) && digits(id, 6))?;
        forced.push((at.parse().ok()?, id.parse().ok()?));
    }
    forced.sort_by_key(|&(at, _)| at);
    Some(forced)
}

/// Parses a number like the page: at most 16 digits, plus at most six after the decimal point.
fn read_number(number: &Number, spelled: &str) -> Option<f64> {
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    let plain = match spelled.split_once('.') {
        Some((before, behind)) => digits(before, 16) && digits(behind, 6),
        None => digits(spelled, 16),
    };
    let value: f64 = if plain { spelled.parse().ok()? } else { return None };
    let among = number.key != "beam" || [1.0, 2.0, 4.0, 8.0].contains(&value);
    let fits = (number.min..=number.max).contains(&value) && (!number.whole || value.fract() == 0.0);
    (fits && among).then_some(value)
}

fn place(key: &str) -> usize {
    let found = NUMBERS.iter().position(|number| number.key == key);
    found.unwrap_or_else(|| panic!("no setting of a link is called {key:?}"))
}

/// The shorter of the two forms in which a text can be stored.
fn shorter(key: &str, text: &str) -> (String, String) {
    let plain = spell(text).len();
    if plain > PACKED_FROM {
        let packed = pack(text);
        if packed.len() < plain {
            return (format!("z-{key}"), packed);
        }
    }
    (key.to_owned(), text.to_owned())
}

/// The last `most` UTF-16 units, in whole characters.
pub(super) fn keep_end(text: &str, most: usize) -> &str {
    let mut units = 0;
    let from = text.char_indices().rev().take_while(|(_, c)| {
        units += c.len_utf16();
        units <= most
    });
    from.last().map_or("", |(at, _)| &text[at..])
}

/// The first `most` UTF-16 units, in whole characters.
pub(super) fn keep_start(text: &str, most: usize) -> &str {
    let mut units = 0;
    let beyond = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > most
    });
    beyond.map_or(text, |(at, _)| &text[..at])
}

pub(super) fn bad_link(message: String) -> Error {
    Error::new(ErrorCode::BadLink, message)
}

fn not_whole(why: &str) -> Error {
    bad_link(format!("the link is not whole: {why}"))
}
