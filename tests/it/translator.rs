//! The translator session with all kinds of texts.

use liedwerk::ErrorCode;
use liedwerk::generate::{
    MAX_PIECE_TOKENS, MAX_SOURCE_TOKENS, MAX_TEXT_CHARACTERS, Note, Search, TranslateOptions,
    TranslatedPiece, Translator,
};
use liedwerk::io::{Precision, to_safetensors};
use liedwerk::models::{ModelConfig, TranslationModel};
use liedwerk::nn::Module;
use liedwerk::rng::Rng;
use liedwerk::text::{Normalizer, PairTokenizer, learn_bpe};
use proptest::prelude::*;

const LINES: [&str; 4] = [
    "Das Wandern ist des Müllers Lust, das Wandern!",
    "To wander is the miller's joy, to wander!",
    "Es war ein König in Thule, gar treu bis an das Grab.",
    "There was a king in Thule, true even to his grave.",
];
pub const TRANSFORMER: &str = r#"{"model_type":"transformer","src_vocab_size":V,"tgt_vocab_size":V,"d_model":32,
    "nhead":4,"num_encoder_layers":1,"num_decoder_layers":2,"dim_feedforward":32,"dropout":0.1,
    "norm_first":true,"tie_embeddings":true}"#;
pub const SEQ2SEQ: &str = r#"{"model_type":"seq2seq","src_vocab_size":V,"tgt_vocab_size":V,"embedding_size":32,
    "hidden_size":32,"attention_size":32,"num_layers":1,"bidirectional":true,"dropout":0.2,
    "tie_embeddings":true}"#;

/// The three files of an untrained model.
fn files(config: &str, precision: Precision) -> (String, String, Vec<u8>) {
    let tokenizer = PairTokenizer::Bpe(learn_bpe(LINES, 300, Normalizer::translation()));
    let config = config.replace('V', &tokenizer.tgt_vocab_size().to_string());
    let model = TranslationModel::init(ModelConfig::from_json(&config).unwrap(), &mut Rng::new(6)).unwrap();
    (config, tokenizer.to_json(), to_safetensors(&model.parameters(), precision).unwrap())
}

pub fn translator(config: &str) -> Translator {
    let (config, tokenizer, weights) = files(config, Precision::Int8);
    Translator::from_files(&config, &tokenizer, &weights).unwrap()
}

/// Fast, but still a search.
pub fn options() -> TranslateOptions {
    let search = Search { beam_width: 2, ..Search::default() };
    TranslateOptions { search, max_new_tokens: 12 }
}

pub fn pieces(translator: &mut Translator) -> Vec<TranslatedPiece> {
    std::iter::from_fn(|| translator.next().unwrap()).collect()
}

fn codes(notes: &[Note]) -> Vec<&str> {
    notes.iter().map(|note| note.code).collect()
}

pub const SONG: &str =
    "\n  Das Wandern ist des Müllers Lust. Es war ein König!\n\n* * *\n\t🎵\nAm z. B. Grab\n\n";

#[test]
fn a_text_comes_out_in_its_form() {
    for config in [TRANSFORMER, SEQ2SEQ] {
        let mut translator = translator(config);
        let started = translator.start(SONG, options()).unwrap();
        assert_eq!((started.pieces, started.notes.len()), (5, 0));
        let pieces = pieces(&mut translator);
        assert_eq!(pieces.len(), 6, "five pieces and the white space at the end");
        let sources: String = pieces.iter().flat_map(|piece| [&piece.before[..], &piece.source]).collect();
        assert_eq!(sources, SONG);
        assert!(pieces.iter().enumerate().all(|(index, piece)| piece.index == index));
        for piece in &pieces {
            let words = piece.source.contains(char::is_alphabetic);
            assert_eq!(piece.attention.is_empty(), !words, "{piece:?}");
            assert!(words || piece.text == piece.source);
            assert!(!piece.text.contains(char::is_control));
            assert_eq!(piece.attention.len(), piece.target_tokens.len());
            assert!(piece.score <= 0.0 && piece.score.is_finite());
            for row in &piece.attention {
                assert_eq!(row.len(), piece.source_tokens.len());
                assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            }
        }
        assert_eq!(pieces[0].source_tokens.first().map(String::as_str), Some("<start>"));
        assert_eq!(pieces[0].source_tokens.last().map(String::as_str), Some("<end>"));
        let first = pieces[0].source_tokens.len() - 1;
        assert_eq!(pieces[0].source_tokens[1..first].concat().trim(), pieces[0].source);
        assert_eq!(translator.next().unwrap(), None);
    }
}

#[test]
fn pieces_left_out_change_nothing_behind_them() {
    let mut translator = translator(TRANSFORMER);
    translator.start(SONG, options()).unwrap();
    let whole = pieces(&mut translator);
    for left_out in [0, 1, 3] {
        translator.start(SONG, options()).unwrap();
        translator.skip(left_out);
        assert_eq!(pieces(&mut translator), whole[left_out..]);
    }
    translator.start("Ja. Nein.", options()).unwrap();
    translator.skip(7);
    assert_eq!(pieces(&mut translator), []);
}

#[test]
fn many_texts_at_once_are_each_as_alone() {
    for config in [TRANSFORMER, SEQ2SEQ] {
        let mut translator = translator(config);
        let texts = [LINES[0], SONG, "", "♪", LINES[2], "Ja. Nein.\r"];
        let mut done = 0;
        let together = translator.translate_all(&texts, options(), |count| done += count).unwrap();
        assert_eq!(done, 7);
        for (text, together) in texts.iter().zip(together) {
            translator.start(text, options()).unwrap();
            let alone: String =
                pieces(&mut translator).iter().flat_map(|piece| [&piece.before[..], &piece.text]).collect();
            assert_eq!(alone, together, "{text:?}");
        }
    }
}

#[test]
fn the_visitor_is_told() {
    let mut translator = translator(TRANSFORMER);
    let mut notes = |text: &str| {
        let started = translator.start(text, options()).unwrap();
        codes(&started.notes).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(notes("Das Wandern ist des Müllers Lust.").is_empty());
    for nothing in ["", " \n\t ", "?! … --", "🎵🎵 ♥", "\u{0}\u{1}"] {
        assert!(notes(nothing).contains(&"nothing-to-translate".to_owned()), "{nothing:?}");
    }
    assert_eq!(notes("Das\u{0} Wandern\u{200b}"), ["characters-dropped"]);
    assert_eq!(notes("我们今天去公园。"), ["not-german"]);
    assert_eq!(notes("I would like to know what you think of this."), ["not-german"]);
    assert_eq!(notes(&"Lust ".repeat(MAX_TEXT_CHARACTERS / 5)), [""; 0]);
    assert_eq!(notes(&("Lust ".repeat(MAX_TEXT_CHARACTERS / 5) + "x")), ["text-cut"]);
}

#[test]
fn limits_of_a_piece_are_said_aloud() {
    let mut translator = translator(TRANSFORMER);
    // Three bytes per character without merges: more tokens than are read.
    translator.start(&"语 ".repeat(200), options()).unwrap();
    let piece = translator.next().unwrap().unwrap();
    assert!(codes(&piece.notes).contains(&"piece-cut"), "{:?}", piece.notes);
    assert_eq!(piece.source_tokens.len(), MAX_SOURCE_TOKENS + 2);

    let long = format!("Grab {}. Das Wandern!", "ra".repeat(2500));
    translator.start(&long, options()).unwrap();
    let pieces = pieces(&mut translator);
    let kept: Vec<_> = pieces.iter().filter(|piece| codes(&piece.notes) == ["word-too-long"]).collect();
    assert!(kept.len() >= 12 && kept.iter().all(|piece| piece.text == piece.source));
    assert!(!pieces.last().unwrap().source_tokens.is_empty());
    let all = translator.translate_all(&[&long], options(), |_| {}).unwrap();
    assert_eq!(all[0], pieces.iter().map(|piece| piece.before.clone() + &piece.text).collect::<String>());

    // An untrained model hardly ever ends by itself.
    translator.start(LINES[0], TranslateOptions { max_new_tokens: 1, ..options() }).unwrap();
    let piece = translator.next().unwrap().unwrap();
    assert_eq!((codes(&piece.notes), piece.target_tokens.len()), (vec!["length-limit"], 1));
    let unlimited = TranslateOptions { max_new_tokens: MAX_PIECE_TOKENS, ..options() };
    translator.start("Grab", unlimited).unwrap();
    let piece = translator.next().unwrap().unwrap();
    assert!(piece.target_tokens.len() <= 2 * (piece.source_tokens.len() - 2) + 10);
}

#[test]
fn old_spelling_is_read_as_todays() {
    let mut translator = translator(TRANSFORMER);
    let mut translated = |text: &str| {
        translator.start(text, options()).unwrap();
        translator.next().unwrap().unwrap()
    };
    let (old, new) =
        (translated("Daß du wanderst, muß ich seh'n."), translated("Dass du wanderst, muss ich sehen."));
    assert_eq!((&old.text, &old.source_tokens), (&new.text, &new.source_tokens));
    assert_eq!(old.source, "Daß du wanderst, muß ich seh'n.");
    assert!(codes(&old.notes).contains(&"old-spelling") && !codes(&new.notes).contains(&"old-spelling"));
    // "that" is an old spelling of German "tat", but this text is English.
    assert!(!codes(&translated("Is that what you have for me?").notes).contains(&"old-spelling"));
}

#[test]
fn unknown_words_are_counted() {
    let words = r#"["<pad>","<start>","<end>","<unk>","tom","kommt","heute","."]"#;
    let tokenizer = format!(r#"{{"type":"words","lowercase":true,"source":{words},"target":{words}}}"#);
    let config = SEQ2SEQ.replace('V', "8");
    let model = TranslationModel::init(ModelConfig::from_json(&config).unwrap(), &mut Rng::new(1)).unwrap();
    let mut translator = Translator::new(model, PairTokenizer::from_json(&tokenizer).unwrap()).unwrap();
    translator.start("Tom kommt heute.\nMaria geht morgen.", options()).unwrap();
    let pieces = pieces(&mut translator);
    assert_eq!(pieces[0].source_tokens, ["<start>", "tom", "kommt", "heute", ".", "<end>"]);
    assert!(!codes(&pieces[0].notes).contains(&"unknown-words"));
    assert!(codes(&pieces[1].notes).contains(&"unknown-words"));
    assert!(pieces[1].notes[0].message.starts_with("3 words"), "{:?}", pieces[1].notes);
}

#[test]
fn a_refused_start_leaves_the_text_going() {
    let mut translator = translator(TRANSFORMER);
    assert_eq!(translator.next().unwrap(), None);
    translator.start(LINES[0], options()).unwrap();
    let search = |beam_width, length_penalty, no_repeat_ngram| TranslateOptions {
        search: Search { beam_width, length_penalty, no_repeat_ngram },
        ..options()
    };
    for options in [
        search(0, 1.0, 4),
        search(17, 1.0, 4),
        search(4, -0.1, 4),
        search(4, f32::NAN, 4),
        search(4, 5.1, 4),
        search(4, 1.0, 17),
        TranslateOptions { max_new_tokens: 0, ..options() },
        TranslateOptions { max_new_tokens: MAX_PIECE_TOKENS + 1, ..options() },
    ] {
        assert_eq!(translator.start("Nein.", options).unwrap_err().code(), ErrorCode::BadOption);
        assert_eq!(
            translator.translate_all(&["Nein."], options, |_| {}).unwrap_err().code(),
            ErrorCode::BadOption
        );
    }
    assert_eq!(translator.next().unwrap().unwrap().source, LINES[0]);
}

#[test]
fn large_inputs_end() {
    let greedy =
        TranslateOptions { search: Search { beam_width: 1, ..Search::default() }, max_new_tokens: 5 };
    let mut translator = translator(TRANSFORMER);
    for text in [
        "Wort ".repeat(10_000),
        "a".repeat(5_000),
        "Ja. ".repeat(3_000),
        "\n".repeat(30_000),
        "…".repeat(9_999),
    ] {
        let started = translator.start(&text, greedy).unwrap();
        let found = pieces(&mut translator);
        assert!(found.len() - started.pieces <= 1);
        assert!(found.iter().all(|piece| piece.target_tokens.len() <= 5));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_text_is_translated(text in "(\\PC|[ \n\r\t.!?]|[a-zß]){0,40}") {
        let mut translator = translator(SEQ2SEQ);
        let options = TranslateOptions { max_new_tokens: 4, ..options() };
        translator.start(&text, options).unwrap();
        for piece in pieces(&mut translator) {
            prop_assert!(!piece.text.contains(['\n', '\r']));
        }
    }
}

#[test]
fn files_must_fit_each_other() {
    let (config, tokenizer, weights) = files(TRANSFORMER, Precision::F16);
    let code = |config: &str, tokenizer: &str| {
        Translator::from_files(config, tokenizer, &weights).map(|_| ()).map_err(|error| error.code())
    };
    assert_eq!(code(&config, &tokenizer), Ok(()));
    assert_eq!(code(&config, "{}"), Err(ErrorCode::BadTokenizer));
    let song =
        r#"{"model_type":"char_lstm","vocab_size":76,"embedding_size":8,"hidden_size":8,"num_layers":2}"#;
    assert_eq!(code(song, &tokenizer), Err(ErrorCode::BadConfig));
    assert_eq!(code(&TRANSFORMER.replace('V', "5"), &tokenizer), Err(ErrorCode::ParameterShape));
    let change = |from: &str, to: &str| code(&config.replace(from, to), &tokenizer);
    for (from, to) in [
        (r#""nhead":4"#, r#""nhead":5"#),
        (r#""nhead":4"#, r#""nhead":0"#),
        (r#""d_model":32"#, r#""d_model":0"#),
        (r#""d_model":32"#, r#""d_model":16385"#),
        (r#""num_encoder_layers":1"#, r#""num_encoder_layers":65"#),
        (r#""dropout":0.1"#, r#""dropout":1.0"#),
        (r#""dropout":0.1"#, r#""dropout":null"#),
        (r#""norm_first":true,"#, ""),
        (r#""nhead":4"#, r#""nhead":4,"more":1"#),
        (r#""tgt_vocab_size":"#, r#""tgt_vocab_size":1"#),
        ("transformer", "seq2seq"),
    ] {
        assert_eq!(change(from, to), Err(ErrorCode::BadConfig), "{from} -> {to}");
    }
    assert_eq!(
        change(r#""num_decoder_layers":2"#, r#""num_decoder_layers":3"#),
        Err(ErrorCode::MissingParameter)
    );
    assert_eq!(
        change(r#""num_decoder_layers":2"#, r#""num_decoder_layers":1"#),
        Err(ErrorCode::UnexpectedParameter)
    );
    assert_eq!(change(r#""dim_feedforward":32"#, r#""dim_feedforward":31"#), Err(ErrorCode::ParameterShape));
}
