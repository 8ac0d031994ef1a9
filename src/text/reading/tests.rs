//! Files with the same words in different formats must read the same.

use super::*;
use crate::error::ErrorCode;

const SONG: &str = "=== Lied | anon | 1850\nGrüße, süße Müllerin,\nschön wär’s – „Ja“!\n";

fn code_page(text: &str, page: &str) -> Vec<u8> {
    let page = codepages::CODE_PAGES.into_iter().find(|known| known.name == page).unwrap();
    let upper: Vec<char> = page.decode(&(0x80..=0xff).collect::<Vec<u8>>()).chars().collect();
    let byte = |c: char| match upper.iter().position(|&known| known == c) {
        Some(at) => 0x80 + at as u8,
        None => u8::try_from(c).unwrap_or(b'?'),
    };
    text.chars().map(byte).collect()
}

fn codes(reading: &Reading) -> Vec<&'static str> {
    reading.notes.iter().map(|note| note.code).collect()
}

#[test]
fn cases_19_to_25_marks_line_ends_and_utf_16_change_no_song() {
    let units: Vec<u16> = SONG.replace('\n', "\r\n").encode_utf16().collect();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    let files = [
        (SONG.as_bytes().to_vec(), false),
        (format!("\u{feff}{SONG}").into_bytes(), false),
        (SONG.replace('\n', "\r\n").into_bytes(), false),
        (format!("\u{feff}{}", SONG.replace('\n', "\r")).into_bytes(), false),
        ([&[0xff, 0xfe], &little[..]].concat(), true),
        ([&[0xfe, 0xff], &big[..]].concat(), true),
        (little, true),
        (big, true),
    ];
    for (bytes, is_utf16) in files {
        let reading = songs("a.txt", &bytes).unwrap();
        assert_eq!(reading.text, SONG);
        assert_eq!(codes(&reading), if is_utf16 { vec!["utf-16-read"] } else { vec![] });
    }
}

#[test]
fn case_28_composed_and_decomposed_letters_are_one() {
    assert_eq!(songs("a.txt", "scho\u{308}n wa\u{308}r's".as_bytes()).unwrap().text, "schön wär's");
}

#[test]
fn case_53_one_broken_byte_leaves_utf_8() {
    let mut bytes = SONG.as_bytes().to_vec();
    bytes.insert(30, 0xff);
    let reading = decode("a.txt", &bytes).unwrap();
    assert_eq!(
        (reading.text.replace('\u{fffd}', ""), codes(&reading)),
        (SONG.to_owned(), vec!["bytes-replaced"])
    );
    for text in ["Ich wünsche dir Glück und Grü", "nur ein ü", "fü"] {
        let cut = &text.as_bytes()[..text.len() - usize::from(text.ends_with('ü'))];
        let reading = decode("a.txt", cut).unwrap();
        let expected: String = text.strip_suffix('ü').unwrap_or(text).to_owned();
        assert_eq!(reading.text.trim_end_matches('\u{fffd}'), expected, "{text}");
        assert!(!reading.text.contains('Ã'));
    }
    let reading = decode("a.txt", b"plain words and one \xff byte").unwrap();
    assert_eq!(
        (reading.text.as_str(), codes(&reading)),
        ("plain words and one \u{fffd} byte", vec!["bytes-replaced"])
    );
}

#[test]
fn old_encodings_are_recognised_and_said() {
    for page in ["Windows-1252", "MacRoman", "CP850"] {
        for text in
            ["Grüße, süße Müllerin, schön wär's!", "Ärger, Öl und Übermut", "für", "Straße", "mit 5 Äpfeln"]
        {
            let reading = decode("a.txt", &code_page(text, page)).unwrap();
            assert_eq!(
                (reading.text.as_str(), reading.notes[0].characters.as_deref()),
                (text, Some(page)),
                "{page}"
            );
            assert_eq!(codes(&reading), ["encoding-guessed"]);
        }
    }
    assert_eq!(decode("a.txt", &code_page(SONG, "Windows-1252")).unwrap().text, SONG);
    assert_eq!(decode("a.txt", &code_page(SONG, "MacRoman")).unwrap().text, SONG);
}

#[test]
fn kind_53_text_that_was_encoded_twice_is_mended() {
    let twice = |text: &str| {
        let [windows, ..] = codepages::CODE_PAGES;
        windows.decode(text.as_bytes())
    };
    let reading = decode("a.txt", twice(SONG).as_bytes()).unwrap();
    assert_eq!((reading.text.as_str(), codes(&reading)), (SONG, vec!["encoding-guessed"]));
    // Quotation marks of Windows-1252 that were taken for Latin-1.
    let reading = decode("a.txt", "don\u{92}t \u{93}stop\u{94}, schön".as_bytes()).unwrap();
    assert_eq!(reading.text, "don’t “stop”, schön");
    for text in [SONG, "Ã", "Ãœ und „ja“ – Łódź", "É«"] {
        assert_eq!(decode("a.txt", text.as_bytes()).unwrap().text, text);
    }
    // The mark of the end of a file under DOS.
    assert_eq!(songs("a.txt", b"f\x81r dich\r\n\x1a").unwrap().text, "für dich\n");
}

#[test]
fn other_files_are_refused_by_name() {
    for (bytes, word) in [
        (&b"%PDF-1.7\n"[..], "PDF"),
        (b"PK\x03\x04\x14", "zip"),
        (b"{\\rtf1 x}", "RTF"),
        (b"a\0\0\x01\x02b", "zero bytes"),
        (b"\xff\xfe\0\0a\0\0\0", "UTF-32"),
        (b"\xef\xbb\xbf\n<!DOCTYPE HTML><p>Ja</p>", "web page"),
        (b"<?xml version=\"1.0\"?><tt/>", "XML"),
    ] {
        let error = songs("a.txt", bytes).unwrap_err();
        assert!(error.code() == ErrorCode::NotText && error.to_string().contains(word), "{error}");
    }
}

#[test]
fn cases_33_34_remains_of_a_page_are_noted_and_stay() {
    let text = "[Chorus]\nla la la\n";
    let reading = songs("a.txt", text.as_bytes()).unwrap();
    assert_eq!((reading.text.as_str(), codes(&reading)), (text, vec!["lyrics-page"]));
    assert_eq!(reading.notes[0].characters.as_deref(), Some("1"));
}
