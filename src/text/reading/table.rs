//! Reads tables: tab-separated, CSV, and Anki exports.

use super::markup::{with_spans, without_tags};

/// How dictionaries mark nouns.
const GENDERS: [&str; 5] = ["{m}", "{f}", "{n}", "{pl}", "{sg}"];

/// A file in columns.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Table {
    /// Rows, each with the number of its first line.
    pub rows: Vec<(usize, Vec<String>)>,
    /// Columns, from 0, that the file's own header declares to be something other than text.
    pub not_text: Vec<usize>,
    /// Whether the file starts with Anki's header.
    pub is_anki: bool,
}

/// The lines at the top that describe the table.
#[derive(Default)]
struct Header {
    separator: Option<char>,
    not_text: Vec<usize>,
    lines: usize,
    is_anki: bool,
}

/// Reads a text in which only `\n` ends a line. Quoted fields are unquoted: always in CSV and Anki exports,
/// in plain tab-separated files only if inner quotation marks are doubled. HTML, `[sound:…]` and clozes are
/// removed.
pub(super) fn table(text: &str) -> Table {
    let header = header(text);
    let is_anki = header.is_anki;
    let mut body = text;
    for _ in 0..header.lines {
        body = body.split_once('\n').map_or("", |(_, rest)| rest);
    }
    let separator = header.separator.unwrap_or_else(|| separator(body));
    let quoting = if is_anki || separator != '\t' { Quoting::Always } else { Quoting::Doubled };
    let mut rows = records(body, separator, quoting, header.lines + 1);
    for (_, fields) in &mut rows {
        for field in fields {
            *field = cleaned(field);
        }
    }
    Table { rows, not_text: header.not_text, is_anki }
}

/// Reads Anki's header, Excel's `sep=;`, or comments such as those of dict.cc (`# DE-EN …`).
fn header(text: &str) -> Header {
    let mut header = Header::default();
    for line in text.lines() {
        if let Some(mark) = line.trim_matches('"').strip_prefix("sep=").filter(|_| header.lines == 0) {
            header.separator = mark.chars().next();
            header.lines += 1;
            continue;
        }
        if line.starts_with("# ") {
            header.lines += 1;
            continue;
        }
        let Some((name, value)) = line.strip_prefix('#').and_then(|line| line.split_once(':')) else { break };
        match name {
            "separator" => header.separator = separator_named(value.trim()),
            "html" | "columns" | "tags" | "notetype" | "deck" | "if matches" => {}
            "tags column" | "notetype column" | "deck column" | "guid column" => {
                header
                    .not_text
                    .extend(value.trim().parse::<usize>().ok().and_then(|column| column.checked_sub(1)));
            }
            _ => break,
        }
        header.lines += 1;
        header.is_anki = true;
    }
    header
}

fn separator_named(name: &str) -> Option<char> {
    match name.to_ascii_lowercase().as_str() {
        "tab" | "\\t" => Some('\t'),
        "comma" => Some(','),
        "semicolon" => Some(';'),
        "space" => Some(' '),
        "pipe" => Some('|'),
        "colon" => Some(':'),
        other => other.chars().next(),
    }
}

/// A tab if half of the lines have one; otherwise the character that gives nearly every record the same
/// number of fields.
fn separator(text: &str) -> char {
    let lines = || text.lines().filter(|line| !line.trim().is_empty()).take(1000);
    let (count, tabs) = (lines().count(), lines().filter(|line| line.contains('\t')).count());
    if 2 * tabs >= count {
        return '\t';
    }
    let sample: String = lines().take(200).flat_map(|line| [line, "\n"]).collect();
    let agrees = |mark: &char| {
        let rows = records(&sample, *mark, Quoting::Always, 1);
        let columns = rows.first().map_or(0, |(_, fields)| fields.len());
        let same = rows.iter().filter(|(_, fields)| fields.len() == columns).count();
        columns > 1 && 10 * same >= 9 * rows.len()
    };
    [';', ',', '|'].into_iter().find(agrees).unwrap_or('\t')
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quoting {
    /// A field that starts with a quotation mark ends with one and may contain line breaks (RFC 4180).
    Always,
    /// Only within a line, and only if inner quotation marks are doubled; otherwise they belong to the
    /// sentence.
    Doubled,
}

fn records(text: &str, separator: char, quoting: Quoting, first: usize) -> Vec<(usize, Vec<String>)> {
    let mut rows = Vec::new();
    let (mut rest, mut number) = (text, first);
    while !rest.is_empty() {
        let begin = number;
        let mut fields = Vec::new();
        loop {
            let (field, length) = field(rest, separator, quoting);
            number += rest[..length].matches('\n').count();
            fields.push(field);
            rest = &rest[length..];
            match rest.strip_prefix(separator) {
                Some(after) => rest = after,
                None => break,
            }
        }
        if let Some(after) = rest.strip_prefix('\n') {
            rest = after;
            number += 1;
        }
        rows.push((begin, fields));
    }
    rows
}

/// The field at the start of `text`, and its length in bytes.
fn field(text: &str, separator: char, quoting: Quoting) -> (String, usize) {
    let plain = text.find([separator, '\n']).unwrap_or(text.len());
    let quoted = text.strip_prefix('"').and_then(|inside| {
        let (field, length, doubled) = quoted(inside)?;
        let after = &text[1 + length..];
        let ends = after.is_empty() || after.starts_with([separator, '\n']);
        let is_meant = quoting == Quoting::Always || (doubled && !field.contains('\n'));
        (ends && is_meant).then_some((field, 1 + length))
    });
    quoted.unwrap_or_else(|| (text[..plain].to_owned(), plain))
}

/// The field after an opening quotation mark, its length including the closing one, and whether inner marks
/// are doubled.
fn quoted(inside: &str) -> Option<(String, usize, bool)> {
    let (mut field, mut at, mut doubled) = (String::new(), 0, false);
    loop {
        let mark = at + inside[at..].find('"')?;
        field.push_str(&inside[at..mark]);
        if !inside[mark + 1..].starts_with('"') {
            return Some((field, mark + 1, doubled));
        }
        field.push('"');
        doubled = true;
        at = mark + 2;
    }
}

/// The field on one line, without HTML, sounds, clozes and genders.
fn cleaned(field: &str) -> String {
    let field = with_spans(&without_tags(field), "[sound:", "]", |_| Some(""));
    let mut field = with_spans(&field, "{{c", "}}", |cloze| cloze.split("::").nth(1));
    for gender in GENDERS {
        field = field.replace(gender, "");
    }
    field.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        table(text).rows.into_iter().map(|(_, fields)| fields).collect()
    }

    #[test]
    fn case_47_ankis_header_is_honoured() {
        let text = "#separator:Semicolon\n#html:true\n#guid column:1\n#tags column:4\nx1;<b>Ja</b>;Yes;tag\n";
        let Table { rows, not_text, is_anki } = table(text);
        assert_eq!(rows, [(5, ["x1", "Ja", "Yes", "tag"].map(str::to_owned).to_vec())]);
        assert_eq!((not_text, is_anki), (vec![0, 3], true));
    }

    #[test]
    fn case_48_quoted_fields_are_unquoted() {
        let text = "#separator:tab\n\"Er sagte: \"\"Ja\"\",\nund ging.\"\tHe left.&nbsp;[sound:a.mp3]\n{{c1::Komm::Verb}}!\tCome!\n";
        assert_eq!(rows(text), [["Er sagte: \"Ja\", und ging.", "He left."], ["Komm!", "Come!"]]);
        assert_eq!(table(text).rows[1].0, 4);
        assert_eq!(
            rows("de,en\n\"Ja, gern.\",\"Yes, \"\"please\"\".\"\n"),
            [["de", "en"], ["Ja, gern.", "Yes, \"please\"."]]
        );
    }

    #[test]
    fn kind_47_other_headers_are_no_rows() {
        assert_eq!(
            rows("sep=;\nJa, gern;Yes, please\nNein;No\n"),
            [["Ja, gern", "Yes, please"], ["Nein", "No"]]
        );
        let dict = "# DE-EN vocabulary database\n# Date\t2026\n\nHaus {n}\thouse\n";
        assert_eq!(table(dict).rows[1..], [(4, vec!["Haus".to_owned(), "house".to_owned()])]);
    }

    #[test]
    fn quotation_marks_of_sentences_stay() {
        let text = "\"Komm!\", rief er.\t\"Come!\" he called.\n\"Ja.\"\t\"Yes.\"\n\"\"\"Ja\"\", rief er.\"\t\"Open\n";
        let expected = [
            ["\"Komm!\", rief er.", "\"Come!\" he called."],
            ["\"Ja.\"", "\"Yes.\""],
            ["\"Ja\", rief er.", "\"Open"],
        ];
        assert_eq!(rows(text), expected);
    }
}
