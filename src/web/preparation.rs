//! The lecture's preparation of a text as a JavaScript function.

use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::object::to_object;
use crate::text::{BYTES_AND_END, Language, lemma_count, prepare, stop_word_count};

#[derive(Serialize, Tsify)]
struct JsPrepared {
    cleaned: String,
    dropped: String,
    sentences: Vec<String>,
    words: Vec<JsWord>,
    characters: JsNumbers,
    vocabulary: JsNumbers,
    subwords: JsNumbers,
    merges: Vec<String>,
    lists: JsLists,
}

#[derive(Serialize, Tsify)]
struct JsWord {
    text: String,
    stop: bool,
    stem: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    lemma: Option<&'static str>,
}

/// The tokens of a text with their ids, and the size of the vocabulary.
#[derive(Serialize, Tsify)]
struct JsNumbers {
    pieces: Vec<String>,
    ids: Vec<u32>,
    size: usize,
}

#[derive(Serialize, Tsify)]
struct JsLists {
    stop_words: usize,
    lemmas: usize,
}

/// Performs every step of the preparation of `text` in German (`de`) or otherwise English, with at most
/// `merges` byte-pair merges: `{cleaned, dropped, sentences, words: [{text, stop, stem, lemma?}], characters,
/// vocabulary, subwords, merges, lists: {stop_words, lemmas}}`. `characters`, `vocabulary` and `subwords` are
/// `{pieces, ids, size}`; `merges` are the merged spellings in the order learned.
#[wasm_bindgen(js_name = prepareText, unchecked_return_type = "JsPrepared")]
pub fn prepare_text(text: &str, language: &str, merges: usize) -> Result<JsValue, JsValue> {
    let language = Language::of_code(language);
    let prepared = prepare(text, language, merges);
    let (characters, vocabulary, subwords) = (&prepared.characters, &prepared.vocabulary, &prepared.subwords);
    let char_ids = characters.encode(&prepared.cleaned.text);
    let word_ids = prepared.word_ids();
    let subword_ids = subwords.encode(&prepared.text);
    to_object(&JsPrepared {
        characters: JsNumbers {
            pieces: prepared.cleaned.text.chars().map(String::from).collect(),
            ids: char_ids,
            size: characters.vocab_size(),
        },
        vocabulary: JsNumbers {
            pieces: vocabulary.source_pieces(&word_ids),
            ids: word_ids,
            size: vocabulary.src_vocab_size(),
        },
        subwords: JsNumbers {
            pieces: subwords.pieces(&subword_ids),
            ids: subword_ids,
            size: subwords.vocab_size(),
        },
        merges: (BYTES_AND_END..subwords.vocab_size()).map(|id| subwords.token_text(id as u32)).collect(),
        cleaned: prepared.cleaned.text,
        dropped: prepared.cleaned.dropped.into_iter().collect(),
        sentences: prepared.sentences,
        words: prepared
            .words
            .into_iter()
            .map(|word| JsWord {
                text: word.text,
                stop: word.is_stop_word,
                stem: word.stem,
                lemma: word.lemma,
            })
            .collect(),
        lists: JsLists { stop_words: stop_word_count(language), lemmas: lemma_count(language) },
    })
}
