//! The readers, and whole files for each to begin with.

use crate::zip;
use liedwerk::Tensor;
use liedwerk::generate::{Generator, Translator};
use liedwerk::io::formats::{self, Ends, File, HEAD_BYTES, Offered};
use liedwerk::io::manifest::Manifest;
use liedwerk::io::{ModelFile, Precision, Weights, to_safetensors};
use liedwerk::link::{Link, Proof, packed};
use liedwerk::models::{CaptionerConfig, LatentDiffusionConfig, ModelConfig};
use liedwerk::pictures::{Icon, Prompt};
use liedwerk::read::{Classifier, TextTagger};
use liedwerk::text::rhyme::Lexicon;
use liedwerk::text::{
    MaskTokenizer, PairTokenizer, SentencePiece, SongIndex, SpellingTokenizer, TextTokenizer, reading,
};
use std::borrow::Cow;
use std::path::Path;

/// A reader.
pub struct Target {
    pub name: &'static str,
    pub seeds: fn() -> Vec<Vec<u8>>,
    pub read: fn(&[u8]),
}

pub const TARGETS: [Target; 14] = [
    Target { name: "safetensors", seeds: safetensors_seeds, read: safetensors },
    Target { name: "config", seeds: config_seeds, read: config },
    Target { name: "tokenizer", seeds: tokenizer_seeds, read: tokenizer },
    Target { name: "sentencepiece", seeds: sentence_piece_seeds, read: sentence_piece },
    Target { name: "index", seeds: index_seeds, read: index },
    Target { name: "manifest", seeds: || vec![repository("www/models/index.json")], read: manifest },
    Target { name: "link", seeds: link_seeds, read: link },
    Target { name: "texts", seeds: text_seeds, read: texts },
    Target { name: "pytorch", seeds: pytorch_seeds, read: pytorch },
    Target { name: "hdf5", seeds: hdf5_seeds, read: hdf5 },
    Target { name: "zip", seeds: zip_seeds, read: zipped },
    Target { name: "folder", seeds: folder_seeds, read: folder },
    Target { name: "picture", seeds: picture_seeds, read: picture },
    Target { name: "prompt", seeds: prompt_seeds, read: prompt },
];

/// A file of the repository.
fn repository(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn fixture(name: &str) -> Vec<u8> {
    repository(&format!("tests/fixtures/formats/{name}"))
}

fn safetensors_seeds() -> Vec<Vec<u8>> {
    let parameters =
        [("w".to_owned(), Tensor::full(&[32, 33], 0.5)), ("b".to_owned(), Tensor::full(&[3], 1.0))];
    let made = |precision| to_safetensors(&parameters, precision).expect("finite numbers");
    let parts = ModelFile { config: "{}".into(), tokenizer: "{}".into(), card: Some("{}".into()) };
    let whole = parts.join(&made(Precision::F16)).expect("a file that was just made");
    let shard = fixture("gpt2-sharded/model-00001-of-00003.safetensors");
    vec![made(Precision::Int8), made(Precision::F32), whole, shard]
}

fn safetensors(file: &[u8]) {
    let _ = ModelFile::read(file);
    if let Ok(weights) = Weights::from_safetensors(file) {
        let _ = weights.into_parameters();
    }
}

fn config_seeds() -> Vec<Vec<u8>> {
    let models = [
        "char-lstm-songs",
        "gpt-songs",
        "seq2seq-de-en",
        "tagger-de-en",
        "transformer-de-en",
        "captioner-de-en",
    ];
    let own = models.map(|model| repository(&format!("www/models/{model}/config.json")));
    own.into_iter()
        .chain([fixture("gpt2-sharded/config.json"), repository("tests/fixtures/golden/bert/config.json")])
        .collect()
}

fn config(file: &[u8]) {
    let json = String::from_utf8_lossy(file);
    let _ = (ModelConfig::from_json(&json).is_ok(), CaptionerConfig::from_json(&json).is_ok());
    let _ = LatentDiffusionConfig::from_json(&json).is_ok();
}

fn prompt_seeds() -> Vec<Vec<u8>> {
    vec![
        b"zwei kleine rote Sterne \xc3\xbcber einem H\xc3\xa4uschen".to_vec(),
        b"a lila rose left of 3 fish, dark background".to_vec(),
    ]
}

fn prompt(file: &[u8]) {
    let text = String::from_utf8_lossy(file);
    let _ = Prompt::read(&text).map(|prompt| prompt.scene(1));
}

fn picture_seeds() -> Vec<Vec<u8>> {
    vec![[b"P6 # by hand\n3 5\n255\n", &[7; 45][..]].concat(), b"P6 1 1 255 abc".to_vec()]
}

fn picture(file: &[u8]) {
    let _ = Icon::of_ppm(file);
}

fn tokenizer_seeds() -> Vec<Vec<u8>> {
    let words = r#"{"type":"words","lowercase":false,"source":["<pad>","<start>","<end>","<unk>","das"],"target":["<pad>","<start>","<end>","<unk>","the"]}"#;
    let added = r#"{"id":274,"content":"Lied","lstrip":true,"rstrip":true,"single_word":true,"normalized":true,"special":false},"#;
    let bpe = fixture("gpt2-sharded/tokenizer.json");
    let with_added =
        String::from_utf8_lossy(&bpe).replace("\"added_tokens\": [", &format!("\"added_tokens\": [{added}"));
    let characters = repository("www/models/char-lstm-songs/tokenizer.json");
    let spelling =
        r#"{"type":"spelling","words":["<pad>","<unk>","das"],"characters":["<pad>","<unk>","d","a"]}"#;
    let pieces = repository("tests/fixtures/golden/bert/tokenizer.json");
    vec![bpe, characters, words.into(), with_added.into_bytes(), spelling.into(), pieces]
}

fn tokenizer(file: &[u8]) {
    let json = String::from_utf8_lossy(file);
    if let Ok(tokenizer) = TextTokenizer::from_json(&json) {
        let ids = tokenizer.encode("Ein Lied, ein Lied! hallo the wind 🌳");
        let _ = (tokenizer.decode(&ids), tokenizer.to_json().len());
    }
    if let Ok(tokenizer) = PairTokenizer::from_json(&json) {
        let _ = tokenizer.decode_target(&tokenizer.encode_target("das ist the wind"));
    }
    if let Ok(tokenizer) = MaskTokenizer::from_json(&json) {
        let ids = tokenizer.encode("Das Lied, ein 🌳 in Thé森");
        ids.iter().for_each(|&id| drop(tokenizer.token_text(id)));
        let _ = tokenizer.encode_behind(" das");
    }
    if let Ok(tokenizer) = SpellingTokenizer::from_json(&json) {
        let _ = tokenizer.encode("Das Lied 🌳");
    }
}

fn sentence_piece_seeds() -> Vec<Vec<u8>> {
    vec![fixture("marian/source.spm"), fixture("marian/target.spm")]
}

fn sentence_piece(file: &[u8]) {
    if let Ok(model) = SentencePiece::from_bytes(file.to_vec()) {
        let _ = model.encode("Über den Wäldern … ﬁnde ＡBC u\u{308} ﷺ 🌳 日本語").len();
        let _ = model.is_control("</s>");
    }
}

fn index_seeds() -> Vec<Vec<u8>> {
    let songs = String::from_utf8(repository("www/places/train/texts/verse-de.txt")).expect("our own text");
    let songs: String = songs.chars().take(1_500).collect();
    let mut lexicon = repository("www/models/en.lexicon");
    lexicon.truncate(4_000);
    vec![SongIndex::build(&songs).to_bytes(), lexicon]
}

fn index(file: &[u8]) {
    if let Ok(index) = SongIndex::from_bytes(file) {
        let _ = index.find("Am Brunnen vor dem Tore, da steht ein Lindenbaum");
    }
    if let Ok(lexicon) = Lexicon::from_bytes(file) {
        let _ = (lexicon.sounds("heart"), lexicon.syllables("my heart is"));
    }
}

fn manifest(file: &[u8]) {
    let _ = Manifest::from_json(&String::from_utf8_lossy(file));
}

fn link_seeds() -> Vec<Vec<u8>> {
    let all = String::from_utf8(repository("tests/fixtures/links/fragments.json")).expect("our own text");
    let fragments = all.split("\"fragment\": \"").skip(1).filter_map(|rest| rest.split('"').next());
    fragments.map(|fragment| fragment.as_bytes().to_vec()).collect()
}

fn link(file: &[u8]) {
    let text = String::from_utf8_lossy(file);
    let _ = (Link::parse(&text).is_ok(), Proof::parse(&text), packed::unpack(&text));
}

fn text_seeds() -> Vec<Vec<u8>> {
    let texts: [&[u8]; 8] = [
        b"[ti:Der Lindenbaum]\n[00:01.00]Am Brunnen vor dem Tore\n[00:02.50][01:02:03.5]<00:03.0>da steht\n",
        b"1\n00:00:01,000 --> 00:00:02,500\nAm Brunnen\n\n2\n00:00:03,000 --> 00:00:04,000\n<i>vor dem Tore</i>\n",
        b"WEBVTT\n\n00:01.000 --> 00:02.000\nAm Brunnen\n",
        b"Go.\tGeh.\tCC-BY 2.0 (France) Attribution: tatoeba.org #1 (CM)\nHi.\tHallo!\tCC-BY 2.0\n",
        b"1276\tdeu\tLass uns etwas versuchen!\t1277\teng\tLet's try something!\n",
        b"#separator:tab\n#html:true\nDas <b>Haus</b>\t\"the \"\"house\"\"\nis\"\tx\n",
        b"deutsch;english\n\"Das Haus; gross\";the house\n",
        b"2 ContributorsTitle Lyrics[Verse 1]\nF\xfcr dich\nYou might also like\n12Embed\n",
    ];
    texts.map(<[u8]>::to_vec).into()
}

fn texts(file: &[u8]) {
    let _ = reading::songs("a.txt", file).map(|reading| reading::without_page_remains(&reading.text));
    let _ = reading::pairs("a.tsv", file);
    let _ = (reading::labelled("a.tsv", file).is_ok(), reading::tagged("a.tsv", file).is_ok());
}

/// What opens is a model, has to hold up as one, and must not be refused by the ends of its files.
fn open(files: Vec<File<'_>>) {
    let early = formats::refuse_early(&files.iter().map(ends).collect::<Vec<_>>());
    if let Ok(model) = formats::open(files) {
        assert!(early.is_ok() || ModelConfig::from_json(&model.config).is_err(), "{early:?}");
        let _ = Generator::from_files(&model.config, &model.tokenizer, &model.weights);
        let _ = Translator::from_files(&model.config, &model.tokenizer, &model.weights);
        let _ = Classifier::from_files(&model.config, &model.tokenizer, &model.weights);
        let _ = TextTagger::from_files(&model.config, &model.tokenizer, &model.weights);
        let _ = model.into_file();
    }
}

fn ends(file: &File<'_>) -> Ends {
    const MOST: usize = 4096;
    let bytes = &file.bytes;
    Ends {
        name: file.name.clone(),
        size: bytes.len() as u64,
        first: bytes[..bytes.len().min(MOST)].to_vec(),
        last: bytes[bytes.len().saturating_sub(MOST)..].to_vec(),
    }
}

fn file<'a>(name: &str, bytes: &'a [u8]) -> File<'a> {
    File { name: name.to_owned(), bytes: Cow::Borrowed(bytes) }
}

/// Members of checkpoints, each a part of a file.
fn pytorch_seeds() -> Vec<Vec<u8>> {
    ["nanogpt/ckpt.pt", "lstm.pt", "one_hot.pth"].map(|name| members(&fixture(name))).into()
}

fn members(checkpoint: &[u8]) -> Vec<u8> {
    let archive = rawzip::ZipArchive::from_slice(checkpoint).expect("our own fixture");
    let mut entries = archive.entries();
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    while let Some(entry) = entries.next_entry().expect("our own fixture") {
        let name = String::from_utf8_lossy(entry.file_path().as_ref()).into_owned();
        let contents = archive.get_entry(entry.wayfinder()).expect("our own fixture").data().to_vec();
        parts.push((name, contents));
    }
    zip::joined(&parts.iter().map(|(name, bytes)| (name.as_str(), &bytes[..])).collect::<Vec<_>>())
}

fn pytorch(damaged: &[u8]) {
    let Some(checkpoint) = zip::packed(&zip::parts(damaged)) else { return };
    let meta = include_bytes!("../../tests/fixtures/formats/nanogpt/meta.pkl");
    open(vec![file("model.pt", &checkpoint), file("meta.pkl", meta)]);
    open(vec![file("model.pt", &checkpoint)]);
}

fn hdf5_seeds() -> Vec<Vec<u8>> {
    ["keras2.h5", "keras3.h5", "latest.h5", "packed.h5"].map(|name| fixture(&format!("keras/{name}"))).into()
}

/// A model of its own, or else the weights of the network that `packed.h5` holds.
fn hdf5(damaged: &[u8]) {
    const ARCHIVE: &[u8] = include_bytes!("../../tests/fixtures/formats/keras/keras3.keras");
    const CHARACTERS: &[u8] = br#"{"a":0,"b":1,"\u00fc":14}"#;
    let characters = file("chars.json", CHARACTERS);
    open(vec![file("model.h5", damaged), characters.clone()]);
    let archive = rawzip::ZipArchive::from_slice(ARCHIVE).expect("our own fixture");
    let mut entries = archive.entries();
    while let Some(entry) = entries.next_entry().expect("our own fixture") {
        if entry.file_path().as_ref() == b"config.json" {
            let config = archive.get_entry(entry.wayfinder()).expect("our own fixture").data();
            open(vec![file("model.h5", damaged), file("config.json", config), characters.clone()]);
        }
    }
}

fn zip_seeds() -> Vec<Vec<u8>> {
    let config = fixture("gpt2-sharded/config.json");
    let small = zip::packed(&[("a/config.json".to_owned(), &config), ("a/tokenizer.json".to_owned(), b"{}")]);
    vec![
        small.expect("names are names"),
        fixture("one_hot.pth"),
        fixture("lstm.pt"),
        fixture("nanogpt/meta.pkl"),
        fixture("keras/keras3.keras"),
    ]
}

/// A zip, or else a pickle beside a good checkpoint.
fn zipped(damaged: &[u8]) {
    open(vec![file("model.zip", damaged)]);
    let good = include_bytes!("../../tests/fixtures/formats/nanogpt/ckpt.pt");
    open(vec![file("model.pt", good), file("meta.pkl", damaged)]);
}

fn folder_seeds() -> Vec<Vec<u8>> {
    let names = [
        "config.json",
        "model.safetensors.index.json",
        "model-00001-of-00003.safetensors",
        "model-00002-of-00003.safetensors",
        "model-00003-of-00003.safetensors",
        "tokenizer.json",
    ];
    let files = names.map(|name| fixture(&format!("gpt2-sharded/{name}")));
    let parts: Vec<(&str, &[u8])> =
        names.iter().zip(&files).map(|(name, bytes)| (*name, &bytes[..])).collect();
    let vocab: &[u8] = br#"{"a":0,"b":1,"ab":2,"<|endoftext|>":3}"#;
    let merges: &[u8] = b"#version: 0.2\na b\n";
    let marian = [
        "config.json",
        "source.spm",
        "target.spm",
        "vocab.json",
        "generation_config.json",
        "model.safetensors",
    ];
    let marian = marian.map(|name| (name, fixture(&format!("marian/{name}"))));
    vec![
        zip::joined(&parts),
        zip::joined(&[&parts[..5], &[("vocab.json", vocab), ("merges.txt", merges)]].concat()),
        zip::joined(&marian.each_ref().map(|(name, bytes)| (*name, &bytes[..]))),
    ]
}

fn folder(damaged: &[u8]) {
    let parts = zip::parts(damaged);
    let head = |bytes: &[u8]| bytes[..bytes.len().min(HEAD_BYTES)].to_vec();
    let offered: Vec<Offered> =
        parts.iter().map(|(name, bytes)| Offered { name: name.clone(), head: head(bytes) }).collect();
    for group in formats::sort(&offered).models {
        open(group.files.iter().map(|&place| file(&parts[place].0, parts[place].1)).collect());
    }
}
