//! Reads sentence pairs from common file formats.

use super::columns::{Columns, choose, is_heading};
use super::table::{Table, table};
use super::{decode, plain};
use crate::error::{Error, ErrorCode, Result};
use crate::text::{Note, SentencePair};

/// Number of lines that a note lists.
const NAMED: usize = 5;

/// Sentence pairs, with notes about how they were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairReading {
    /// German first if the languages were recognised, otherwise in column order.
    pub pairs: Vec<SentencePair>,
    /// Codes: `columns-swapped`, `columns-chosen`, `columns-unsure`, `pairs-skipped`, and those of
    /// [`decode`].
    pub notes: Vec<Note>,
    /// Numbers, from 1, of the lines that are not pairs; blank lines are not counted as such.
    pub skipped: Vec<usize>,
}

/// Reads sentence pairs from tab-separated lines, CSV, or exports of Anki or Tatoeba, in any encoding that
/// [`decode`] knows. Uses the columns that hold German and English, in whatever order and with whatever other
/// columns; if the languages are uncertain, the first two columns that hold words.
///
/// # Errors
/// `not-text`; `bad-pairs` for a file without pairs, or with at least as many other lines as pairs; `file` is
/// the name used in messages.
///
/// ```
/// use liedwerk::text::reading::pairs;
/// let reading = pairs("deu.txt", b"I'm going home now.\tIch gehe jetzt nach Hause.\tCC-BY 2.0 (France)\n")?;
/// assert_eq!(reading.pairs[0].target, "I'm going home now.");
/// assert_eq!(reading.notes[0].code, "columns-swapped");
/// # Ok::<(), liedwerk::Error>(())
/// ```
pub fn pairs(file: &str, bytes: &[u8]) -> Result<PairReading> {
    let decoded = decode(file, bytes)?;
    let mut reading = pairs_of(file, &decoded.text)?;
    reading.notes.splice(0..0, decoded.notes);
    Ok(reading)
}

/// Like [`pairs`], for text that is already decoded.
///
/// # Errors
/// `bad-pairs`.
pub fn pairs_of(file: &str, text: &str) -> Result<PairReading> {
    let bad = |message: String| Error::new(ErrorCode::BadPairs, format!("{file}{message}"));
    if ["{\"", "[{", "[\"", "[["].iter().any(|mark| text.trim_start().starts_with(mark)) {
        return Err(bad(" is JSON; expected a table: German, tab, English".into()));
    }
    let Table { mut rows, not_text, .. } = table(&plain::plain_table(text));
    // Neither blank lines nor the rules of a Markdown table.
    let is_empty = |field: &String| field.chars().all(|c| matches!(c, '-' | ':' | '=' | ' '));
    rows.retain(|(_, fields)| !fields.iter().all(is_empty));
    // Where every row names its languages, the first is none.
    let is_heading = |row: usize| rows.get(row).is_some_and(|(_, fields)| is_heading(fields));
    let heading = if is_heading(0) && !is_heading(1) { rows.remove(0).1 } else { Vec::new() };
    let Some((first, _)) = rows.first() else { return Err(bad(": no sentence pairs".into())) };
    let Some(columns) = choose(&rows, &not_text, &heading) else {
        return Err(bad(format!(":{first}: no two columns of sentences; expected German, tab, English")));
    };
    let (mut pairs, mut skipped) = (Vec::with_capacity(rows.len()), Vec::new());
    for (number, fields) in &rows {
        match pair(fields, columns) {
            Some(pair) => pairs.push(pair),
            None => skipped.push(*number),
        }
    }
    if skipped.len() >= pairs.len() {
        let message = format!(
            ":{}: no pair of sentences, and so {} lines of {}",
            skipped[0],
            skipped.len(),
            rows.len()
        );
        return Err(bad(message));
    }
    let notes = column_note(columns).into_iter().chain(skipped_note(&skipped)).collect();
    Ok(PairReading { pairs, notes, skipped })
}

fn pair(fields: &[String], columns: Columns) -> Option<SentencePair> {
    let field = |column: usize| fields.get(column).filter(|field| !field.is_empty()).cloned();
    Some(SentencePair { source: field(columns.source)?, target: field(columns.target)? })
}

fn column_note(columns: Columns) -> Option<Note> {
    let Columns { source, target, recognised } = columns;
    let (german, english) = (source + 1, target + 1);
    match (source, target, recognised) {
        (0, 1, _) => None,
        (1, 0, true) => {
            let message = "The first column is English, the second German: read as German and its English.";
            Some(Note::new("columns-swapped", message))
        }
        (_, _, true) => {
            let message = format!("Column {german} was read as the German, column {english} as the English.");
            Some(Note::new("columns-chosen", message).about(format!("{german}, {english}")))
        }
        (_, _, false) => {
            let message = format!(
                "Column {german} was read as the sentences, column {english} as their translations, though neither is surely German or English."
            );
            Some(Note::new("columns-unsure", message).about(format!("{german}, {english}")))
        }
    }
}

fn skipped_note(skipped: &[usize]) -> Option<Note> {
    let named: Vec<String> = skipped.iter().take(NAMED).map(usize::to_string).collect();
    let more = if skipped.len() > NAMED { ", …" } else { "" };
    let named = named.join(", ") + more;
    let lines = if skipped.len() == 1 { "line is" } else { "lines are" };
    let message = format!("{} {lines} no pair of sentences and left out: {named}", skipped.len());
    (!skipped.is_empty()).then(|| Note::new("pairs-skipped", message).about(named))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<(String, String)>, Vec<&'static str>) {
        let PairReading { pairs, notes, .. } = pairs("a.tsv", text.as_bytes()).unwrap();
        let pairs = pairs.into_iter().map(|pair| (pair.source, pair.target)).collect();
        (pairs, notes.into_iter().map(|note| note.code).collect())
    }

    fn pair(german: &str, english: &str) -> (String, String) {
        (german.to_owned(), english.to_owned())
    }

    #[test]
    fn case_42_the_lectures_file_is_read_from_german() {
        let text = "Go.\tGeh.\tCC-BY 2.0 (France) Attribution: tatoeba.org #2877272 (CM) & #8597805 (Roujin)\n\
                    I love you.\tIch liebe dich.\tCC-BY 2.0 (France) Attribution: tatoeba.org #1 & #2\n\
                    He didn't say anything.\tEr sagte nichts.\tCC-BY 2.0 (France) Attribution: tatoeba.org #3\n";
        let (pairs, notes) = read(text);
        assert_eq!(pairs[1], pair("Ich liebe dich.", "I love you."));
        assert_eq!((pairs.len(), notes), (3, vec!["columns-swapped"]));
    }

    #[test]
    fn case_43_tatoebas_columns_of_numbers_and_languages_are_no_sentences() {
        let expected = pair("Lass uns etwas versuchen!", "Let's try something!");
        let numbered = "1276\tLass uns etwas versuchen!\tLet's try something!\n1277\tIch muss schlafen gehen.\tI have to go to sleep.\n";
        let exported = "1276\tLet's try something!\t77\tLass uns etwas versuchen!\n1277\tI have to go to sleep.\t78\tIch muss schlafen gehen.\n";
        let named = "1276\teng\tLet's try something!\t77\tdeu\tLass uns etwas versuchen!\n1277\teng\tI have to go to sleep.\t78\tdeu\tIch muss schlafen gehen.\n";
        for text in [numbered, exported, named] {
            let (pairs, notes) = read(text);
            assert_eq!((&pairs[0], notes), (&expected, vec!["columns-chosen"]), "{text}");
        }
        let error =
            pairs("deu.csv", "1276\tdeu\tIch liebe dich.\n1277\tdeu\tEr kommt.\n".as_bytes()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::BadPairs);
    }

    #[test]
    fn cases_44_45_lines_without_a_translation_are_named() {
        let (pairs, notes) = read(
            "Ja, gern.\tYes, please.\n\nNein danke.\t\nWo?\nIch komme gleich.\tI'm coming.\tTatoeba\t0.9\nGut so.\tWell done.\n",
        );
        assert_eq!((pairs.len(), notes), (3, vec!["pairs-skipped"]));
        let reading = super::pairs("a.tsv", b"Ja\tYes\n\nNein\t\nWo?\nGut.\tGood.\nKomm!\tCome!\n").unwrap();
        assert_eq!(reading.skipped, [3, 4]);
        for text in ["", "\n\n", "Nur ein Satz.\nNoch einer.\n", "Ja\tYes\nNein\nDoch\n", "de\ten\n"] {
            assert_eq!(
                super::pairs("a.tsv", text.as_bytes()).unwrap_err().code(),
                ErrorCode::BadPairs,
                "{text:?}"
            );
        }
    }

    #[test]
    fn cases_46_48_csv_and_anki() {
        let (pairs, notes) =
            read("English;German\n\"Yes; please.\";Ja bitte.\nI am coming now.;Ich komme jetzt.\n");
        assert_eq!((&pairs[0], notes), (&pair("Ja bitte.", "Yes; please."), vec!["columns-swapped"]));
        let text = "#separator:tab\n#html:true\n#guid column:1\n#tags column:4\nk%;1a\t<b>I'm going home.</b>\t\"Ich gehe<br>nach&nbsp;\"\"Hause\"\".\"\tleicht\n\
                    k%;1b\tWhere are you?\tWo bist du?\tleicht\n";
        assert_eq!(
            read(text),
            (
                vec![
                    pair("Ich gehe nach \"Hause\".", "I'm going home."),
                    pair("Wo bist du?", "Where are you?")
                ],
                vec!["columns-chosen"]
            )
        );
    }

    #[test]
    fn kind_42_headings_and_labels_are_no_sentences() {
        // Too short to be recognised but by the heading.
        let (pairs, notes) = read("English;German;Unit\nYes.;Ja.;1\nNo.;Nein.;1\n");
        assert_eq!(
            (&pairs[..], notes),
            (&[pair("Ja.", "Yes."), pair("Nein.", "No.")][..], vec!["columns-swapped"])
        );
        let (pairs, _) = read(
            "| Deutsch | English |\n|---|---|\n| Ich liebe dich. | I love you. |\n| Er kommt. | He comes. |\n",
        );
        assert_eq!(pairs, [pair("Ich liebe dich.", "I love you."), pair("Er kommt.", "He comes.")]);
        // Tatoeba's sentences with the names of their users; JSON lines.
        let named =
            "1\tdeu\tIch liebe dich.\tCM\n2\tdeu\tEr kommt heute.\tCM\n3\tdeu\tWir gehen nach Hause.\tCM\n";
        let json = "{\"de\": \"Ich liebe dich.\", \"en\": \"I love you.\"}\n{\"de\": \"Er kommt.\", \"en\": \"He comes.\"}\n";
        for text in [named, json] {
            assert_eq!(super::pairs("a", text.as_bytes()).unwrap_err().code(), ErrorCode::BadPairs, "{text}");
        }
    }

    #[test]
    fn other_languages_and_too_little_text_keep_their_order() {
        assert_eq!(read("Ja.\tYes.\n").0, [pair("Ja.", "Yes.")]);
        let (pairs, notes) = read("Je t'aime, mon amour.\tTi amo, amore mio.\n");
        assert_eq!((pairs.len(), notes.len()), (1, 0));
    }
}
