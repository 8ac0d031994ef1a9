//! Detects which columns of a table hold German and English sentences.

use crate::text::judge::{Costs, letter_costs};
use std::collections::BTreeSet;

/// Number of rows examined; they are spread over the table, since many tables are sorted by length.
const SAMPLE: usize = 1000;
/// A column counts as written in a language if it is cheaper in it than in the other by this many half bits…
const ENOUGH: u32 = 12;
/// …plus one per this many symbols; German and English typically differ by twice as much.
const SYMBOLS_PER_UNIT: u32 = 2;

/// The language of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    German,
    English,
    /// Undecided.
    Unknown,
}

/// The columns, from 0, of sentences and their translations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    pub source: usize,
    pub target: usize,
    /// Whether the languages are German and English, in this order.
    pub recognised: bool,
}

/// Chooses among all columns except `not_text`: German and English columns if there are any, preferably among
/// the first two columns that hold words; otherwise those two in their order. `None` if fewer than two
/// columns hold words. `heading` names columns whose language cannot be seen.
pub(super) fn choose(
    rows: &[(usize, Vec<String>)],
    not_text: &[usize],
    heading: &[String],
) -> Option<Columns> {
    let step = rows.len().div_ceil(SAMPLE).max(1);
    let sample: Vec<&[String]> = rows.iter().step_by(step).map(|(_, fields)| &fields[..]).collect();
    let width = sample.iter().map(|fields| fields.len()).max().unwrap_or(0).min(64);
    let has_words = |column: &usize| {
        !not_text.contains(column) && holds_words(&sample, *column) && !holds_labels(&sample, *column)
    };
    let language = |column: usize| match written(&sample, column) {
        Written::Unknown => heading.get(column).map_or(Written::Unknown, |field| named(field)),
        seen => seen,
    };
    let texts: Vec<(usize, Written)> =
        (0..width).filter(has_words).map(|column| (column, language(column))).collect();
    let find = |among: &[(usize, Written)], language| {
        among.iter().find(|(_, written)| *written == language).map(|(at, _)| *at)
    };
    let pair = |among: &[(usize, Written)]| {
        let [german, english] = [Written::German, Written::English].map(|language| find(among, language));
        Some(Columns { source: german?, target: english?, recognised: true })
    };
    let first_two = texts.get(..2)?;
    let as_they_stand = Columns { source: first_two[0].0, target: first_two[1].0, recognised: false };
    Some(pair(first_two).or_else(|| pair(&texts)).unwrap_or(as_they_stand))
}

/// Whether at least half of a column's fields are words rather than numbers, language codes or attributions.
fn holds_words(sample: &[&[String]], column: usize) -> bool {
    let fields = || sample.iter().filter_map(|fields| fields.get(column)).filter(|field| !field.is_empty());
    let words = fields().filter(|field| is_wording(field)).count();
    words > 0 && 2 * words >= fields().count()
}

/// Whether a column holds few different single words again and again, such as tags or names of users.
fn holds_labels(sample: &[&[String]], column: usize) -> bool {
    let fields = || sample.iter().filter_map(|fields| fields.get(column)).filter(|field| !field.is_empty());
    let different: BTreeSet<&String> = fields().collect();
    fields().all(|field| !field.contains(' ')) && 2 * different.len() < fields().count()
}

fn is_wording(field: &str) -> bool {
    let letters = field.chars().filter(|c| c.is_alphabetic()).count();
    let digits = field.chars().filter(char::is_ascii_digit).count();
    // Excludes ids, scores and hashes; `deu`, `eng` and the like; attributions.
    letters > digits && !is_language(field) && !is_attribution(field)
}

/// Whether a field is the name or code of a language, as found in tables and their headings.
fn is_language(field: &str) -> bool {
    named(field) != Written::Unknown
        || matches!(field, "fra" | "spa" | "ita" | "nld" | "fr" | "es" | "it" | "nl")
}

fn is_attribution(field: &str) -> bool {
    ["CC-BY", "CC BY", "CC0", "http://", "https://", "tatoeba", "Attribution:"]
        .iter()
        .any(|mark| field.contains(mark))
}

/// The language named by a field.
fn named(field: &str) -> Written {
    match field.to_lowercase().as_str() {
        "de" | "deu" | "ger" | "german" | "deutsch" | "de-de" => Written::German,
        "en" | "eng" | "english" | "englisch" | "en-us" | "en-gb" => Written::English,
        _ => Written::Unknown,
    }
}

/// Whether a row is a heading that only names the columns, or both languages among other things.
pub(super) fn is_heading(fields: &[String]) -> bool {
    const NAMES: [&str; 14] = [
        "source",
        "target",
        "front",
        "back",
        "sentence",
        "translation",
        "satz",
        "übersetzung",
        "text",
        "quelle",
        "ziel",
        "id",
        "vorderseite",
        "rückseite",
    ];
    let heads =
        |field: &String| named(field) != Written::Unknown || NAMES.contains(&field.to_lowercase().as_str());
    let names = |language| fields.iter().any(|field| named(field) == language);
    if names(Written::German) && names(Written::English) {
        return true;
    }
    fields.len() > 1
        && fields.iter().filter(|field| !field.is_empty()).count() > 1
        && fields.iter().all(|field| field.is_empty() || heads(field))
}

fn written(sample: &[&[String]], column: usize) -> Written {
    let mut sum = Costs::default();
    for field in sample.iter().filter_map(|fields| fields.get(column)) {
        let costs = letter_costs(field);
        sum.german += costs.german;
        sum.english += costs.english;
        sum.symbols += costs.symbols;
    }
    let needed = ENOUGH + sum.symbols / SYMBOLS_PER_UNIT;
    if sum.english >= sum.german + needed {
        Written::German
    } else if sum.german >= sum.english + needed {
        Written::English
    } else {
        Written::Unknown
    }
}
