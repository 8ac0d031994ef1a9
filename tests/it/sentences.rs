//! Splitting texts into sentences, sentence pairs, and the word vocabulary.

use liedwerk::ErrorCode;
use liedwerk::text::{
    MAX_PIECE_CHARS, PairTokenizer, Pieces, SentencePair, UNK, WordOptions, WordTokenizer, reading,
    split_pieces,
};
use proptest::prelude::*;

fn texts(text: &str) -> Vec<String> {
    split_pieces(text).pieces.into_iter().map(|piece| piece.text).collect()
}

/// Asserts that the sentences of a line are found, given with `|` between them.
fn assert_sentences(expected: &str) {
    let sentences: Vec<&str> = expected.split('|').map(str::trim).collect();
    assert_eq!(texts(&expected.replace('|', "")), sentences);
}

#[test]
fn sentences_end_at_their_marks() {
    for line in [
        "Es regnet. | Wir bleiben hier! | Kommst du? | Ja … | Schön.",
        "Was?! | Das kann nicht sein... | Doch.",
        "„Komm!“ | Er kam. | »Gut.« | (Endlich.) | Dann ging er.",
        "\"I know.\" | \"So do I.\" | He left.",
        "„Komm!“ sagte er. | „Wohin?“, fragte sie.",
        "Ach! wie ist's möglich dann? | Ich weiß es nicht.",
        "Es kostet 3.50 Euro. | Das ist viel.",
        "Die Seite heißt example.org und gefällt mir. | Dir auch?",
        "Das war 1990. | Seitdem ist viel passiert.",
        "Ich bin 30. | Du bist 25.",
        "你好。我很好。",
        "Gut 😀. | Ja! 🎉",
    ] {
        assert_sentences(line);
    }
}

#[test]
fn abbreviations_do_not_end_sentences() {
    for line in [
        "Obst, z. B. Äpfel, und Gemüse, d. h. Möhren, usw. Mehr nicht.",
        "Dr. Maier und Hr. Schulz wohnen in Nr. 5. | Sie sind Nachbarn.",
        "Er kommt am 3. Mai. | Dann gehen wir.",
        "Prof. Dr. h. c. Lehmann spricht um 8 Uhr. | Wir hören zu.",
        "J. S. Bach wurde in Eisenach geboren.",
        "Äpfel usw. gibt es dort. | Äpfel, Birnen usw. | Das reicht.",
        "Mr. Smith met Mrs. Jones at St. Mary's. | They talked.",
        "See e.g. Chapter 4, i.e. Fig. 3 and No. 7. | No. | I won't.",
        "Ludwig XIV. war König, Friedrich II. Preußens Herr.",
        "We met at 5 p.m. Tom was late.",
        "We met at 5 p.m. | He was late.",
        "Das ist Plan B. | Wir haben keinen anderen.",
        "(Vgl. Kap. 3, S. 12.)",
    ] {
        assert_sentences(line);
    }
}

#[test]
fn songs_keep_their_lines_and_stanzas() {
    let song = "Am Brunnen vor dem Tore,\n  da steht ein Lindenbaum;\n\nich träumt in seinem Schatten\r\nso manchen \
                süßen Traum.\n\n";
    let split = split_pieces(song);
    let befores: Vec<&str> = split.pieces.iter().map(|piece| piece.before.as_str()).collect();
    assert_eq!(befores, ["", "\n  ", "\n\n", "\r\n"]);
    assert_eq!(split.trailing, "\n\n");
    assert_eq!(split.pieces[1].text, "da steht ein Lindenbaum;");
    assert_eq!(together(&split), song);
}

#[test]
fn nothing_to_translate_is_recognised() {
    assert_eq!(split_pieces(""), Pieces::default());
    assert_eq!(split_pieces(" \n\t\n").trailing, " \n\t\n");
    let words: Vec<bool> =
        split_pieces("* * *\n—\n😀\n…\n7\nJa").pieces.iter().map(|p| p.has_words()).collect();
    assert_eq!(words, [false, false, false, false, true, true]);
}

#[test]
fn control_characters_are_dropped_and_reported() {
    let split = split_pieces("\u{feff}Hal\u{0}lo\u{7}\u{0}\tWelt\u{202e}!\u{ad}");
    assert_eq!(split.pieces.len(), 1);
    assert_eq!(split.pieces[0].text, "Hallo\tWelt!");
    assert_eq!(split.dropped, ['\u{feff}', '\0', '\u{7}', '\u{202e}', '\u{ad}']);
    assert_eq!(texts("👩\u{200d}👧"), ["👩\u{200d}👧"]);
}

#[test]
fn long_pieces_are_cut_where_it_hurts_least() {
    let clause = "und der Wagen rollt immer weiter durch das Land, ";
    let long = clause.repeat(40);
    let pieces = texts(&long);
    assert!(pieces.len() > 4 && pieces.iter().all(|piece| piece.ends_with("Land,")), "{pieces:?}");

    let words = "immer ".repeat(300);
    assert!(texts(&words).iter().all(|piece| piece.starts_with("immer") && piece.ends_with("immer")));

    let word = "a".repeat(5000);
    assert_eq!(
        texts(&word).iter().map(|piece| piece.len()).collect::<Vec<_>>(),
        [vec![400; 12], vec![200]].concat()
    );
    let accents = "e\u{301}".repeat(1000);
    assert!(texts(&accents).iter().all(|piece| piece.starts_with('e')));
    let only_accents = "\u{301}".repeat(1000);
    assert_eq!(texts(&only_accents).len(), 3);

    let exact = "b".repeat(MAX_PIECE_CHARS);
    assert_eq!(texts(&format!("{exact}   ")), [exact]);
}

/// Reassembles the text.
fn together(split: &Pieces) -> String {
    let pieces = split.pieces.iter().flat_map(|piece| [piece.before.as_str(), piece.text.as_str()]);
    pieces.chain([split.trailing.as_str()]).collect()
}

fn awkward_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[A-Za-zäöüß]{1,9}",
        "[.!?… ,;\"“”()]{1,4}",
        "( |\n|\r\n|\t|\u{a0}|\u{2028}){1,3}",
        Just("z. B. Dr. 3. Mai usw. No. 5 ".to_owned()),
        "\\PC{0,4}",
        any::<char>().prop_map(String::from),
        Just("lang ".repeat(120)),
        Just("x".repeat(450)),
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn pieces_are_the_text_again(text in awkward_text()) {
        let split = split_pieces(&text);
        let kept: String = text.chars().filter(|c| !split.dropped.contains(c)).collect();
        prop_assert_eq!(together(&split), kept);
        for piece in &split.pieces {
            prop_assert!(!piece.text.is_empty() && piece.text.trim() == piece.text);
            prop_assert!(piece.text.chars().count() <= MAX_PIECE_CHARS);
            let breaks = ['\n', '\r', '\u{2028}', '\u{2029}'];
            prop_assert!(!piece.text.contains(breaks));
            prop_assert!(piece.before.chars().all(char::is_whitespace));
        }
        prop_assert!(split.trailing.chars().all(char::is_whitespace));
        prop_assert!(split.dropped.iter().all(|c| !c.is_whitespace() || c.is_control()));
    }
}

fn word_tokenizer(lowercase: bool) -> WordTokenizer {
    let lines = "Tom kommt heute.\tTom comes today.\nSie sagt: \"Ja!\"\tShe says: \"Yes!\"\n\
                 Das geht nicht (noch nicht).\tIt doesn't work (not yet).\n3,5 z.B. E-Mails ...\t3.5 e.g. e-mails ...\n";
    let pairs = reading::pairs("words.tsv", lines.as_bytes()).unwrap().pairs;
    WordTokenizer::learn(&pairs, WordOptions { max_size: 1000, min_count: 1, lowercase })
}

#[test]
fn words_are_the_lectures() {
    let pieces = |text: &str| {
        let tokenizer = word_tokenizer(true);
        let ids = [vec![1], tokenizer.encode_source(text), vec![2]].concat();
        tokenizer.source_pieces(&ids).join(" ")
    };
    assert_eq!(pieces("tom kommt heute."), "<start> tom kommt heute . <end>");
    assert_eq!(pieces("TOM kommt morgen!"), "<start> tom kommt <unk> ! <end>");
    assert_eq!(pieces("3,5 z.B. e-mails..."), "<start> 3,5 z.b . e-mails ... <end>");
}

#[test]
fn casing_and_punctuation_come_back() {
    let tokenizer = word_tokenizer(false);
    for text in ["She says: \"Yes!\"", "It doesn't work (not yet).", "3.5 e.g. e-mails..."] {
        assert_eq!(tokenizer.decode_target(&tokenizer.encode_target(text)), text);
    }
    assert_eq!(tokenizer.encode_source("tom"), [UNK], "another word than Tom");
    assert_eq!(tokenizer.encode_source("<end>"), [UNK; 3]);
    assert_eq!(tokenizer.decode_target(&[1, UNK, 2, 0, 999]), "<unk> \u{fffd}");
}

#[test]
fn word_vocabularies_have_a_size_and_a_file() {
    let pairs = [SentencePair { source: "b b a a c".into(), target: "x x y".into() }];
    let options = WordOptions { max_size: 6, min_count: 2, lowercase: false };
    let tokenizer = WordTokenizer::learn(&pairs, options);
    let json = r#"{"type":"words","lowercase":false,"source":["<pad>","<start>","<end>","<unk>","a","b"],"target":["<pad>","<start>","<end>","<unk>","x"]}"#;
    assert_eq!(tokenizer.to_json().trim_end(), json);
    let read = PairTokenizer::from_json(json).unwrap();
    assert_eq!(read, PairTokenizer::Words(tokenizer));
    assert_eq!((read.src_vocab_size(), read.tgt_vocab_size()), (6, 5));
    for (from, to) in [
        (r#""a","b""#, r#""a","a""#),
        (r#""a","b""#, r#""a","""#),
        (r#""a","b""#, r#""a","b c""#),
        (r#""<unk>","x""#, r#""x""#),
        (r#""words""#, r#""wurds""#),
        (r#""lowercase":false"#, r#""uppercase":false"#),
    ] {
        let error = PairTokenizer::from_json(&json.replace(from, to)).unwrap_err();
        assert_eq!(error.code(), ErrorCode::BadTokenizer, "{to}");
    }
}

proptest! {
    #[test]
    fn word_ids_stay_in_the_vocabulary(text in awkward_text()) {
        let tokenizer = word_tokenizer(false);
        let ids = tokenizer.encode_target(&text);
        prop_assert!(ids.iter().all(|&id| (UNK..tokenizer.tgt_vocab_size() as u32).contains(&id)));
        // Joined words split into the same words again, unless a straight quotation mark changed sides.
        let again = tokenizer.encode_target(&tokenizer.decode_target(&ids));
        prop_assert!(ids.contains(&UNK) || text.contains(['"', '\'', '“', '”', '.']) || again == ids);
    }
}
