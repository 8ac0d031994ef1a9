//! Decodes bytes into text by detecting their encoding.

use super::Reading;
use super::codepages::{CODE_PAGES, CodePage};
use crate::error::{Error, ErrorCode, Result};
use crate::text::Note;

/// Signatures of files that people mistake for texts, with advice.
const OTHER_FILES: [(&[u8], &str); 11] = [
    (b"%PDF", "a PDF: copy its text into a plain text file"),
    (b"PK\x03\x04", "a zip archive, as .docx, .odt and .apkg are: export plain text"),
    (b"{\\rtf", "rich text (RTF): save it as plain text"),
    (b"\xd0\xcf\x11\xe0", "an old Office document: save it as plain text"),
    (b"\x1f\x8b", "compressed by gzip: unpack it first"),
    (b"\xfd7zXZ\0", "compressed by xz: unpack it first"),
    (b"GGUF", "a GGUF model, no text"),
    (b"\x89PNG", "a picture (PNG), no text"),
    (b"SQLite format 3\0", "an SQLite database: export plain text"),
    (b"\xff\xfe\0\0", "text in UTF-32: save it as UTF-8"),
    (b"\0\0\xfe\xff", "text in UTF-32: save it as UTF-8"),
];
/// Beginnings of files that are markup for a program, in lower case.
const MARKUP: [(&[u8], &str); 3] = [
    (b"<!doctype html", "a web page: copy its text into a plain text file"),
    (b"<html", "a web page: copy its text into a plain text file"),
    (b"<?xml", "XML: export plain text"),
];

/// Decodes UTF-8, UTF-16 with or without a byte order mark, or else Windows-1252, MacRoman or CP850,
/// whichever gives the most plausible German or English. UTF-8 with a few broken bytes is read as UTF-8. A
/// byte order mark is removed; line endings and everything else are kept.
///
/// UTF-8 that was encoded twice (`fÃ¼r`) is decoded twice, and control characters that Windows-1252 would have
/// are read as its quotation marks.
///
/// Notes: `utf-16-read`; `bytes-replaced` if bytes became U+FFFD; `encoding-guessed` with the name of the
/// encoding as its details, and with any doubt in its message.
///
/// # Errors
/// `not-text` for other kinds of files, recognised by their first bytes or by zero bytes; `file` is the name
/// used in messages.
///
/// ```
/// let reading = liedwerk::text::reading::decode("a.txt", b"sch\xf6n")?;
/// assert_eq!(reading.text, "schön");
/// assert_eq!((reading.notes[0].code, reading.notes[0].characters.as_deref()), ("encoding-guessed", Some("Windows-1252")));
/// # Ok::<(), liedwerk::Error>(())
/// ```
pub fn decode(file: &str, bytes: &[u8]) -> Result<Reading> {
    let not_text = |what: &str| Error::new(ErrorCode::NotText, format!("{file} is {what}"));
    if let Some((_, what)) = OTHER_FILES.iter().find(|(begin, _)| bytes.starts_with(begin)) {
        return Err(not_text(what));
    }
    let unmarked = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let begin = unmarked.trim_ascii_start();
    let is_markup = |(mark, _): &&(&[u8], &str)| {
        begin.get(..mark.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(mark))
    };
    if let Some((_, what)) = MARKUP.iter().find(is_markup) {
        return Err(not_text(what));
    }
    if unmarked.len() < bytes.len() {
        return Ok(mended(lossy_utf8(unmarked)));
    }
    if let Some(order) = byte_order(bytes) {
        return Ok(utf16(bytes, order));
    }
    if bytes.contains(&0) {
        return Err(not_text("no text: it holds zero bytes, as programs and pictures do"));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(mended(Reading { text: text.to_owned(), notes: Vec::new() })),
        Err(_) if is_mostly_utf8(bytes) => Ok(lossy_utf8(bytes)),
        Err(_) => Ok(single_bytes(bytes)),
    }
}

/// Undoes what programs do that take UTF-8 for Windows-1252, or Windows-1252 for Latin-1.
fn mended(mut reading: Reading) -> Reading {
    if reading.text.is_ascii() {
        return reading;
    }
    let [windows, ..] = &CODE_PAGES;
    let upper: Vec<char> = windows.decode(&(0x80..=0xff).collect::<Vec<u8>>()).chars().collect();
    let byte = |c: char| {
        // Most are ASCII and need not be looked for.
        let at = if c.is_ascii() { None } else { upper.iter().position(|&known| known == c) };
        at.map_or_else(|| u8::try_from(c).ok(), |at| u8::try_from(0x80 + at).ok())
    };
    let once: Option<Vec<u8>> = reading.text.chars().map(byte).collect();
    let once = once.and_then(|bytes| String::from_utf8(bytes).ok());
    if let Some(text) = once.filter(|once| plausibility(once) > plausibility(&reading.text)) {
        let message = "The text had been encoded as UTF-8 twice, and was decoded twice.";
        reading.notes.push(Note::new("encoding-guessed", message).about("UTF-8, encoded twice"));
        return Reading { text, ..reading };
    }
    // U+0085 ends a line.
    let is_control = |c: char| matches!(c, '\u{80}'..='\u{84}' | '\u{86}'..='\u{9f}');
    if reading.text.contains(is_control) {
        let spelled = |c: char| if is_control(c) { upper[c as usize - 0x80] } else { c };
        reading.text = reading.text.chars().map(spelled).collect();
    }
    reading
}

fn lossy_utf8(bytes: &[u8]) -> Reading {
    let mut text = String::with_capacity(bytes.len());
    let mut replaced = 0;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
            replaced += 1;
        }
    }
    let note = || {
        let message =
            format!("The text is UTF-8 but for {replaced} broken places, which were read as \u{fffd}.");
        Note::new("bytes-replaced", message)
    };
    Reading { text, notes: (replaced > 0).then(note).into_iter().collect() }
}

/// Whether broken bytes are accidents in UTF-8: at least as many multi-byte characters are intact, or only
/// the last one was cut off.
fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let (mut whole, mut broken, mut cut) = (0, 0, false);
    let mut left = bytes.len();
    for chunk in bytes.utf8_chunks() {
        whole += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        left -= chunk.valid().len() + chunk.invalid().len();
        broken += usize::from(!chunk.invalid().is_empty());
        // `utf8_chunks` stops at bytes that cannot begin a character, so at the end it leaves one that was
        // cut off.
        cut = left == 0 && std::str::from_utf8(chunk.invalid()).is_err_and(|e| e.error_len().is_none());
    }
    whole >= broken || (broken == 1 && cut)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Little,
    Big,
}

/// The byte order of UTF-16, from its mark or else from the positions of zero bytes in Latin text.
fn byte_order(bytes: &[u8]) -> Option<Order> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] => return None,
        [0xff, 0xfe, ..] => return Some(Order::Little),
        [0xfe, 0xff, ..] => return Some(Order::Big),
        _ => {}
    }
    let zeros = |odd: usize| bytes.iter().skip(odd).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd, pairs) = (zeros(0), zeros(1), bytes.len() / 2);
    let most = |count: usize, other: usize| pairs > 0 && 2 * count > pairs && 20 * other < pairs;
    if most(odd, even) {
        Some(Order::Little)
    } else if most(even, odd) {
        Some(Order::Big)
    } else {
        None
    }
}

fn utf16(bytes: &[u8], order: Order) -> Reading {
    let units = bytes.chunks_exact(2).map(|pair| match order {
        Order::Little => u16::from_le_bytes([pair[0], pair[1]]),
        Order::Big => u16::from_be_bytes([pair[0], pair[1]]),
    });
    let mut replaced = bytes.len() % 2;
    let mut text = String::with_capacity(bytes.len() / 2);
    for unit in char::decode_utf16(units) {
        replaced += usize::from(unit.is_err());
        text.push(unit.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    let mut notes = vec![Note::new("utf-16-read", "The text was read as UTF-16.")];
    if replaced > 0 {
        notes.push(Note::new(
            "bytes-replaced",
            format!("The text is UTF-16 but for {replaced} broken places."),
        ));
    }
    Reading { text, notes }
}

/// Decodes with the most plausible single-byte encoding; falls back to UTF-8 if none gives letters.
fn single_bytes(bytes: &[u8]) -> Reading {
    let candidates = CODE_PAGES.map(|page| {
        let text = page.decode(bytes);
        (plausibility(&text), page, text)
    });
    let [a, b, c] = [&candidates[0], &candidates[1], &candidates[2]];
    // Ties go to the first.
    let best = [b, c].into_iter().fold(a, |best, next| if next.0 > best.0 { next } else { best });
    let (score, CodePage { name, .. }, text) = best;
    if *score <= 0 {
        return lossy_utf8(bytes);
    }
    let rivals = candidates.iter().filter(|(_, page, _)| page.name != *name);
    let (next, rival) =
        rivals.map(|(score, page, _)| (*score, page.name)).max_by_key(|(score, _)| *score).unwrap_or((0, ""));
    let doubt = if 2 * next >= *score { format!(", though {rival} is possible too") } else { String::new() };
    let message = format!("The text is not UTF-8. It was read as {name}{doubt}: check its special letters.");
    Reading { text: text.clone(), notes: vec![Note::new("encoding-guessed", message).about(*name)] }
}

/// How well the non-ASCII characters fit German or English, as a sum of points.
fn plausibility(text: &str) -> i64 {
    let characters: Vec<char> = text.chars().collect();
    let at = |index: Option<usize>| index.and_then(|index| characters.get(index)).copied().unwrap_or(' ');
    let foreign = characters.iter().enumerate().filter(|(_, c)| !c.is_ascii());
    foreign.map(|(index, &c)| points(at(index.checked_sub(1)), c, at(Some(index + 1)))).sum()
}

fn points(before: char, c: char, after: char) -> i64 {
    let (follows_letter, leads_letter) = (before.is_alphabetic(), after.is_alphabetic());
    match c {
        // An upper-case letter after a lower-case one is implausible.
        'Ä' | 'Ö' | 'Ü' if before.is_lowercase() => -4,
        'ä' | 'ö' | 'ü' | 'Ä' | 'Ö' | 'Ü' if follows_letter || leads_letter => 4,
        'ß' if follows_letter => 4,
        '’' => 2,
        '“' | '”' | '„' | '‚' | '‘' | '«' | '»' | '‹' | '›' | '–' | '—' | '…' => {
            if follows_letter && leads_letter {
                -4
            } else {
                2
            }
        }
        'à' | 'â' | 'ç' | 'è' | 'é' | 'ê' | 'ë' | 'î' | 'ï' | 'ñ' | 'ô' | 'ù' | 'û' | 'á' | 'í' | 'ó'
        | 'ú' | 'æ' | 'œ'
            if follows_letter || leads_letter =>
        {
            1
        }
        'É' | 'À' | 'Ç' if leads_letter && !before.is_lowercase() => 1,
        '\u{a0}' => 0,
        '´' | '§' | '°' | '€' | '©' | '®' | '•' | '·' if !(follows_letter && leads_letter) => 1,
        _ if c.is_alphabetic() => -1,
        _ => -4,
    }
}
