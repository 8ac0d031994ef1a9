//! Tests in a browser's worker, where the page computes too.
#![cfg(target_arch = "wasm32")]

mod expected;

use liedwerk::text;
use liedwerk::web::{Generator, SongIndex, Translator};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

#[wasm_bindgen_test]
fn kernels_have_the_bits_of_the_native_ones() {
    assert_eq!(liedwerk::cpu::portable_fingerprint(), expected::FINGERPRINT);
}

#[wasm_bindgen_test]
fn letters_and_marks_are_the_native_ones() {
    assert_eq!(expected::respelled(), expected::RESPELLED);
}

#[wasm_bindgen_test]
fn a_seed_gives_the_song_it_gives_natively() {
    assert_eq!(expected::song(), expected::SONG);
}

#[wasm_bindgen_test]
fn translations_have_the_bits_of_the_native_ones() {
    let found = [expected::TRANSFORMER, expected::SEQ2SEQ].map(expected::translation);
    assert_eq!(found, expected::TRANSLATIONS, "{found:#018x?}");
}

#[wasm_bindgen_test]
fn gpt_has_the_bits_of_the_native_one() {
    assert_eq!(expected::gpt(), expected::GPT, "{:#018x}", expected::gpt());
}

#[wasm_bindgen_test]
fn sampling_has_the_bits_of_the_native_one() {
    assert_eq!(expected::continuation(), expected::CONTINUATION, "{:#018x}", expected::continuation());
}

/// The stack of wasm is about 1 MB: a recursive walk over the tape would end here.
#[wasm_bindgen_test]
fn backpropagation_through_512_steps_has_the_native_losses() {
    let losses = expected::long_training();
    assert_eq!(losses.map(f32::to_bits), expected::LOSSES.map(f32::to_bits), "{losses:?}");
}

/// A plan means the same training to the page and to the command line.
#[wasm_bindgen_test]
fn a_planned_training_has_the_bits_of_the_native_one() {
    assert_eq!(expected::planned_training(), expected::PLANNED);
}

fn get(object: &JsValue, key: &str) -> JsValue {
    js_sys::Reflect::get(object, &JsValue::from(key)).unwrap()
}

fn options(entries: &[(&str, JsValue)]) -> JsValue {
    let object = js_sys::Object::new();
    for (key, value) in entries {
        js_sys::Reflect::set(&object, &JsValue::from(*key), value).unwrap();
    }
    object.into()
}

#[wasm_bindgen_test]
async fn a_session_gives_plain_objects() {
    let (config, tokenizer, weights) = expected::files();
    let mut generator = Generator::load(&weights, Some(config), Some(tokenizer)).unwrap();
    assert_eq!(get(&generator.describe().unwrap(), "model_type"), "char_lstm");
    let settings = [
        ("temperature", JsValue::from(0.3_f32)),
        ("top_k", JsValue::from(12)),
        ("top_p", JsValue::from(0.9_f32)),
        ("repetition_penalty", JsValue::from(1.1_f32)),
        ("seed", JsValue::from(11)),
        ("max_new_tokens", JsValue::from(200)),
    ];
    let started = generator.start("sing \u{1f3b5}".into(), options(&settings)).await.unwrap();
    assert_eq!(get(&get(&get(&started, "notes"), "0"), "code"), "characters-dropped");
    generator.start("sing".into(), options(&settings)).await.unwrap();
    let mut song = String::new();
    loop {
        let piece = generator.next(64).await.unwrap();
        song += &get(&piece, "text").as_string().unwrap();
        if get(&piece, "done").is_truthy() {
            break;
        }
    }
    assert_eq!(song, expected::SONG);
}

#[wasm_bindgen_test]
async fn steps_are_plain_objects_and_can_be_taken_back() {
    let (config, tokenizer, weights) = expected::gpt_files();
    let mut generator = Generator::load(&weights, Some(config), Some(tokenizer)).unwrap();
    let description = generator.describe().unwrap();
    assert_eq!(get(&description, "model_type"), "gpt2");
    assert_eq!(get(&description, "context"), 16);
    assert!(get(&description, "normalize").is_undefined());
    let bias = js_sys::Array::of1(&js_sys::Array::of2(&0.into(), &f64::NEG_INFINITY.into()));
    let settings = [
        ("min_p", JsValue::from(0.001_f32)),
        ("typical_p", JsValue::from(0.99_f32)),
        ("no_repeat_ngram", JsValue::from(5)),
        ("logit_bias", bias.into()),
        ("stop", js_sys::Array::of1(&"never".into()).into()),
        ("candidates", JsValue::from(3)),
        ("max_new_tokens", JsValue::from(9)),
    ];
    generator.start("Das".into(), options(&settings)).await.unwrap();
    let first = generator.next(6).await.unwrap();
    assert_eq!((get(&first, "tokens"), get(&first, "done")), (6.into(), false.into()));
    assert!(get(&first, "end").is_undefined());
    let id = |written: &JsValue, at: &str| get(&get(&get(written, "steps"), at), "id");
    let row = get(&get(&get(&get(&first, "steps"), "5"), "rows"), "0");
    assert_eq!(get(&row, "rank"), 1);
    assert!(get(&row, "before").as_f64().unwrap() > 0.0 && get(&row, "text").is_string());
    generator.rewind(2).unwrap();
    let forced = generator.force(20).await.unwrap();
    assert_eq!((id(&forced, "0"), get(&forced, "tokens")), (20.into(), 1.into()));
    generator.rewind(1).unwrap();
    let again = generator.next(2).await.unwrap();
    assert_eq!((id(&again, "0"), id(&again, "1")), (id(&first, "4"), id(&first, "5")));
    let last = generator.next(9).await.unwrap();
    assert_eq!((get(&last, "tokens"), get(&last, "end")), (3.into(), "limit".into()));
    assert_eq!(get(&generator.force(1_000_000).await.unwrap_err(), "code"), "bad-option");
    assert_eq!(get(&generator.rewind(10).unwrap_err(), "code"), "bad-option");
    generator
        .start("Das".into(), options(&[("beam_width", 3.into()), ("max_new_tokens", 4.into())]))
        .await
        .unwrap();
    assert_eq!(get(&generator.next(4).await.unwrap(), "done"), true);
}

#[wasm_bindgen_test]
async fn a_translation_is_plain_objects() {
    let (config, tokenizer, weights) = expected::translator_files(expected::TRANSFORMER);
    let mut translator = Translator::load(&weights, Some(config), Some(tokenizer)).unwrap();
    assert_eq!(get(&translator.describe().unwrap(), "model_type"), "transformer");
    let settings = [("beam_width", JsValue::from(2)), ("max_new_tokens", JsValue::from(6))];
    let started = translator.start("Das Wandern!\n\n♪\n", options(&settings)).unwrap();
    assert_eq!(get(&started, "pieces"), 2);
    assert_eq!(get(&get(&started, "notes"), "length"), 0);
    let piece = translator.next().await.unwrap();
    assert_eq!(get(&piece, "source"), "Das Wandern!");
    let length = |key: &str| get(&get(&piece, key), "length").as_f64().unwrap();
    assert!(length("source_tokens") > 2.0 && length("target_tokens") <= 6.0);
    assert_eq!(length("attention"), length("target_tokens"));
    let row = get(&get(&piece, "attention"), "0");
    assert_eq!(get(&row, "length"), length("source_tokens"));
    assert!(get(&piece, "score").as_f64().unwrap() < 0.0);
    let unchanged = translator.next().await.unwrap();
    assert_eq!((get(&unchanged, "before"), get(&unchanged, "text")), ("\n\n".into(), "♪".into()));
    let end = translator.next().await.unwrap();
    assert_eq!((get(&end, "before"), get(&end, "text")), ("\n".into(), "".into()));
    assert!(translator.next().await.unwrap().is_null());
    let error = translator.start("", options(&[("beam_width", JsValue::from(0))])).unwrap_err();
    assert_eq!(get(&error, "code"), "bad-option");
}

#[wasm_bindgen_test]
fn stretches_count_as_javascript_does() {
    let song = "a low green valley on the old Kentucky shore, there I've whiled many happy hours";
    let index = SongIndex::load(&text::SongIndex::build(song).to_bytes()).unwrap();
    let text = format!("\u{1f3b5}\u{e9}\u{4e2d} {song} \u{1f3b5} gone! {song}");
    let found = index.find(&text).unwrap();
    assert_eq!(get(&found, "length"), 2);
    for at in ["0", "1"] {
        let stretch = get(&found, at);
        let number = |key: &str| get(&stretch, key).as_f64().unwrap() as u32;
        let slice = js_sys::JsString::from(text.as_str()).slice(number("start"), number("end"));
        let slice = slice.as_string().unwrap();
        assert!(song.contains(&slice) && slice.len() >= song.len() - 10, "{slice:?}");
        assert!(number("characters") < number("end") - number("start"), "a comma is not counted");
    }
    assert_eq!(get(&index.find("").unwrap(), "length"), 0);
    assert_eq!(get(&SongIndex::load(b"LWSI").err().unwrap(), "code"), "bad-index");
}

#[wasm_bindgen_test]
async fn errors_carry_their_code() {
    let (config, tokenizer, mut weights) = expected::files();
    let code = |result: Result<Generator, JsValue>| get(&result.err().unwrap(), "code").as_string();
    assert_eq!(
        code(Generator::load(&weights, Some("{".into()), Some(tokenizer.clone()))).as_deref(),
        Some("bad-config")
    );
    let mut generator = Generator::load(&weights, Some(config.clone()), Some(tokenizer.clone())).unwrap();
    let error = generator.start("".into(), options(&[("temperature", JsValue::from(-1))])).await.unwrap_err();
    assert_eq!(get(&error, "code"), "bad-option");
    let error = generator.start("".into(), options(&[("top_k", JsValue::from("many"))])).await.unwrap_err();
    assert_eq!(get(&error, "code"), "bad-option");
    weights.truncate(weights.len() - 1);
    assert_eq!(
        code(Generator::load(&weights, Some(config), Some(tokenizer))).as_deref(),
        Some("bad-weights")
    );
}
