//! Models in other people's formats: those that `tests/golden/formats.py` saved with PyTorch and
//! transformers, the same in other packages, and formats that are refused.

use crate::tidy::root;
use half::bf16;
use liedwerk::generate::Generator;
use liedwerk::io::formats::{File, HEAD_BYTES, Offered, OpenedModel, open, sort};
use liedwerk::io::{ModelFile, Precision, Weights, to_safetensors};
use liedwerk::models::{LanguageModel, TextState};
use liedwerk::text::TextTokenizer;
use liedwerk::{Error, ErrorCode, Tensor};
use pollster::block_on;
use rawzip::{CompressionMethod, ZipArchiveWriter};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::io::Write;
use std::process::Command;

/// A file as provided by a user: name and content.
pub type Brought = (String, Vec<u8>);

pub fn fixture(name: &str) -> Brought {
    let path = root().join("tests/fixtures/formats").join(name);
    let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    (name.rsplit('/').next().unwrap().to_owned(), bytes)
}

pub fn expected(name: &str) -> Value {
    let all: Value = serde_json::from_slice(&fixture("expected.json").1).unwrap();
    all[name].clone()
}

/// Opens files that belong together, like the page and the command.
pub fn opened(files: &[Brought]) -> Result<OpenedModel, Error> {
    let head = |bytes: &[u8]| bytes[..bytes.len().min(HEAD_BYTES)].to_vec();
    let offered: Vec<Offered> =
        files.iter().map(|(name, bytes)| Offered { name: name.clone(), head: head(bytes) }).collect();
    let sorted = sort(&offered);
    let Some(group) = sorted.models.first() else { return Err(sorted.refused[0].clone()) };
    let file =
        |&place: &usize| File { name: files[place].0.clone(), bytes: Cow::Borrowed(&files[place].1[..]) };
    open(group.files.iter().map(file).collect())
}

pub fn generator(model: &OpenedModel) -> Result<Generator, Error> {
    Generator::from_files(&model.config, &model.tokenizer, &model.weights)
}

/// The logits after the last token of a text, in portable arithmetic.
pub fn logits(generator: &Generator, text: &str) -> Vec<f32> {
    let (model, tokenizer): (&LanguageModel, &TextTokenizer) = (generator.model(), generator.tokenizer());
    let (mut state, mut logits): (TextState, _) = (model.begin(), Vec::new());
    block_on(model.feed(&mut state, &tokenizer.encode(text), &mut logits)).unwrap();
    logits
}

fn numbers(value: &Value) -> Vec<f32> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap() as f32).collect()
}

#[track_caller]
pub fn assert_close(found: &[f32], expected: &[f32], most: f32) {
    assert_eq!(found.len(), expected.len());
    let worst = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst <= most, "{worst}: {found:?} and {expected:?}");
}

pub fn sharded() -> Vec<Brought> {
    let names = ["config.json", "tokenizer.json", "model.safetensors.index.json"].map(str::to_owned);
    let shards = (1..=3).map(|i| format!("model-{i:05}-of-00003.safetensors"));
    names.into_iter().chain(shards).map(|name| fixture(&format!("gpt2-sharded/{name}"))).collect()
}

/// All tensors of the folder in one file, with new names.
pub fn renamed(new_name: impl Fn(&str) -> Option<String>) -> Vec<Brought> {
    let mut files = sharded();
    let mut parameters: Vec<(String, Tensor)> = Vec::new();
    for (name, bytes) in files.iter().filter(|(name, _)| name.ends_with(".safetensors")) {
        assert!(bytes.len() > 100, "{name}");
        parameters.extend(Weights::from_safetensors(bytes).unwrap().into_parameters().unwrap());
    }
    let named = parameters.into_iter().filter_map(|(name, tensor)| Some((new_name(&name)?, tensor)));
    let weights = to_safetensors(&named.collect::<Vec<_>>(), Precision::F32).unwrap();
    files.retain(|(name, _)| name == "config.json" || name == "tokenizer.json");
    files.push(("model.safetensors".to_owned(), weights));
    files
}

/// A zip with stored or deflated files.
pub fn zip(files: &[Brought], deflated: bool) -> Vec<u8> {
    let mut archive = ZipArchiveWriter::new(Vec::new());
    for (name, bytes) in files {
        let method = if deflated { CompressionMethod::DEFLATE } else { CompressionMethod::STORE };
        let (mut entry, config) = archive.new_file(name).compression_method(method).start().unwrap();
        let mut writer = config.wrap(Vec::new());
        writer.write_all(bytes).unwrap();
        let (plain, descriptor) = writer.finish().unwrap();
        let packed = if deflated { miniz_oxide::deflate::compress_to_vec(&plain, 6) } else { plain };
        entry.write_all(&packed).unwrap();
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap()
}

#[test]
fn a_sharded_folder_in_bf16_with_a_padded_vocabulary_computes_what_transformers_does() {
    let expected = expected("gpt2_sharded");
    let text = expected["text"].as_str().unwrap();
    let generator = generator(&opened(&sharded()).unwrap()).unwrap();
    let tokens = generator.tokenizer().vocab_size();
    assert_eq!(json!(generator.tokenizer().encode(text)), expected["ids"]);
    // Ids beyond the tokenizer can neither be read nor written.
    let all = numbers(&expected["logits"]);
    assert_eq!((generator.model().vocab_size(), all.len()), (tokens, tokens + 31));
    assert_close(&logits(&generator, text), &all[..tokens], 1e-4);
    // The same weights with exact GELU.
    let mut files = sharded();
    let (_, config) = files.iter_mut().find(|(name, _)| name == "config.json").unwrap();
    *config = String::from_utf8_lossy(config).replace("\"gelu_new\"", "\"gelu\"").into_bytes();
    let exact = self::generator(&opened(&files).unwrap()).unwrap();
    assert_close(&logits(&exact, text), &numbers(&expected["exact_gelu"])[..tokens], 1e-4);

    // The index names the shard that is missing.
    let mut files = sharded();
    files.retain(|(name, _)| !name.starts_with("model-00002"));
    let error = opened(&files).unwrap_err();
    assert_eq!(error.code(), ErrorCode::BadWeights);
    assert!(error.to_string().contains("model-00002-of-00003.safetensors"), "{error}");
}

#[test]
fn every_packing_of_a_model_is_the_same_model() {
    let text = "hallo the wind";
    let bits = |files: &[Brought]| logits(&generator(&opened(files).unwrap()).unwrap(), text);
    let expected = bits(&sharded());
    let bare = |name: &str| name.strip_prefix("transformer.").unwrap_or(name).to_owned();
    let head =
        |name: &str| if bare(name) == "wte.weight" { "lm_head.weight".to_owned() } else { name.to_owned() };
    for prefix in
        ["", "transformer.", "module.", "_orig_mod.", "_orig_mod.module.transformer.", "model.gpt.body."]
    {
        assert_eq!(bits(&renamed(|name| Some(format!("{prefix}{}", bare(name))))), expected, "{prefix}");
    }
    // 1: only the output layer holds the table.
    assert_eq!(bits(&renamed(|name| Some(head(name)))), expected);
    assert_eq!(bits(&renamed(|name| Some(format!("module.{}", head(name))))), expected);

    let folder: Vec<Brought> =
        sharded().into_iter().map(|(name, bytes)| (format!("Für dich/{name}"), bytes)).collect();
    for deflated in [false, true] {
        let packed = ("model.zip".to_owned(), zip(&folder, deflated));
        assert_eq!(bits(&[packed]), expected, "a zip");
    }
    assert_eq!(bits(&folder), expected, "a folder that is dropped");
    // Other files in the folder do not matter.
    let more = [("README.md", &b"# Model"[..]), ("tf_model.h5", b"\x89HDF\r\n\x1a\n"), (".DS_Store", b"\0")];
    let more = more.map(|(name, bytes)| (name.to_owned(), bytes.to_vec()));
    assert_eq!(bits(&[sharded(), more.to_vec()].concat()), expected);

    // 18: byte order marks, and Windows line endings; UTF-16 as written by PowerShell.
    let marked = |(name, bytes): Brought| {
        let json =
            serde_json::from_slice(&bytes).map(|json: Value| format!("{json:#}").replace('\n', "\r\n"));
        let json = json.unwrap_or_default();
        match name.as_str() {
            "config.json" => {
                let units = json.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
                (name, [&b"\xff\xfe"[..], &units].concat())
            }
            _ if name.ends_with(".json") => (name, [b"\xef\xbb\xbf", json.as_bytes()].concat()),
            _ => (name, bytes),
        }
    };
    assert_eq!(bits(&sharded().into_iter().map(marked).collect::<Vec<_>>()), expected);

    // The tokenizer in GPT-2's original files.
    let mut files = renamed(|name| Some(name.to_owned()));
    let tokenizer: Value = serde_json::from_slice(&fixture("gpt2-sharded/tokenizer.json").1).unwrap();
    let merges = tokenizer["model"]["merges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|merge| format!("{} {}\r\n", merge[0].as_str().unwrap(), merge[1].as_str().unwrap()));
    let merges = format!("#version: 0.2\r\n{}", merges.collect::<String>());
    let mut vocab = tokenizer["model"]["vocab"].clone();
    vocab["<|endoftext|>"] = tokenizer["added_tokens"][0]["id"].clone();
    files.retain(|(name, _)| name != "tokenizer.json");
    files.push(("vocab.json".to_owned(), vocab.to_string().into_bytes()));
    files.push(("merges.txt".to_owned(), merges.into_bytes()));
    assert_eq!(bits(&files), expected);

    // As a single file, which is then opened unchanged.
    let one = opened(&sharded()).unwrap().into_file().unwrap();
    assert_eq!(bits(&[("mine.safetensors".to_owned(), one.clone())]), expected);
    assert_eq!(opened(&[("mine.safetensors".to_owned(), one.clone())]).unwrap().into_file().unwrap(), one);
}

#[test]
fn several_models_at_once_are_several_models() {
    let one = opened(&sharded()).unwrap().into_file().unwrap();
    let offer = |name: &str, bytes: &[u8]| Offered {
        name: name.into(),
        head: bytes[..bytes.len().min(HEAD_BYTES)].to_vec(),
    };
    let offered = [
        offer("a.safetensors", &one),
        offer("b.safetensors", &one),
        offer("folder/config.json", b"{}"),
        offer("folder/model.safetensors", &one),
        offer("folder/adapter.safetensors", &one),
        offer("c.gguf", b"GGUF\x03\0\0\0"),
    ];
    let sorted = sort(&offered);
    let found: Vec<(&str, &[usize])> =
        sorted.models.iter().map(|m| (m.name.as_str(), &m.files[..])).collect();
    assert_eq!(found, [("a", &[0][..]), ("b", &[1]), ("folder", &[3, 2])]);
    assert_eq!(sorted.refused.len(), 1);
    assert!(sorted.refused[0].to_string().contains("GGUF"));
}

#[test]
fn nanogpt_is_read_the_right_way_round() {
    let expected = expected("nanogpt");
    let text = expected["text"].as_str().unwrap();
    let files = [fixture("nanogpt/ckpt.pt"), fixture("nanogpt/meta.pkl")];
    let model = opened(&files).unwrap();
    let generator = generator(&model).unwrap();
    let characters = "\n abdhilmnorsüw";
    let TextTokenizer::Chars(tokenizer) = generator.tokenizer() else { panic!("an alphabet") };
    // nanoGPT puts "ü" before "w"; our alphabets are sorted.
    let reordered = |logits: &Value| -> Vec<f32> {
        let mut pairs: Vec<(u32, f32)> = characters
            .chars()
            .zip(numbers(logits))
            .map(|(c, logit)| (tokenizer.id(c).unwrap(), logit))
            .collect();
        pairs.sort_unstable_by_key(|pair| pair.0);
        pairs.into_iter().map(|pair| pair.1).collect()
    };
    let found = logits(&generator, text);
    assert_close(&found, &reordered(&expected["logits"]), 1e-5);

    // The same weights as safetensors, with the settings as JSON.
    let mut weights = Weights::from_safetensors(&model.weights).unwrap();
    weights.retain(|_| true);
    let theirs = |name: &str| {
        name.replace("attn.in_proj_", "attn.c_attn.")
            .replace("attn.out_proj", "attn.c_proj")
            .replace("mlp.linear1", "mlp.c_fc")
            .replace("mlp.linear2", "mlp.c_proj")
    };
    let parameters =
        weights.into_parameters().unwrap().into_iter().map(|(name, tensor)| (theirs(&name), tensor));
    let file = to_safetensors(&parameters.collect::<Vec<_>>(), Precision::F32).unwrap();
    let with = |args: Value| {
        let config = ("config.json".to_owned(), args.to_string().into_bytes());
        let tokenizer = ("tokenizer.json".to_owned(), model.tokenizer.clone().into_bytes());
        opened(&[("nano.safetensors".to_owned(), file.clone()), config, tokenizer])
    };
    let again =
        with(json!({"n_layer": 2, "n_head": 2, "n_embd": 8, "block_size": 12, "bias": true})).unwrap();
    assert_eq!(logits(&self::generator(&again).unwrap(), text), found);
    assert_eq!(with(json!({"block_size": 12})).unwrap_err().code(), ErrorCode::BadConfig);
}

#[test]
fn lstms_of_pytorch_are_the_lstm_of_the_lecture() {
    let lstm = expected("lstm");
    let generator_of = |files: &[Brought]| generator(&opened(files).unwrap()).unwrap();
    let found = generator_of(&[fixture("lstm.pt")]);
    let TextTokenizer::Chars(tokenizer) = found.tokenizer() else { panic!("an alphabet") };
    let logits_found = logits(&found, lstm["text"].as_str().unwrap());
    for (c, logit) in lstm["logits"].as_object().unwrap() {
        let id = tokenizer.id(c.chars().next().unwrap()).unwrap() as usize;
        assert_close(&logits_found[id..=id], &[logit.as_f64().unwrap() as f32], 1e-5);
    }

    // A state dict alone contains no characters.
    let one_hot = expected("one_hot");
    let characters: Vec<char> = "\n abdhilmnorsüw".chars().collect();
    let error = opened(&[fixture("one_hot.pth")]).unwrap_err();
    assert_eq!(error.code(), ErrorCode::BadTokenizer);
    let mut ordered = characters.clone();
    ordered.sort_unstable();
    assert_ne!(ordered, characters);
    // In the order of the model's ids: the last two are not sorted, which does not matter to the text.
    let tokenizer = json!({"type": "chars", "normalize": "none", "characters": ordered});
    let found = generator_of(&[
        fixture("one_hot.pth"),
        ("tokenizer.json".into(), tokenizer.to_string().into_bytes()),
    ]);
    let (mut state, mut scores) = (found.model().begin(), Vec::new());
    let ids = one_hot["text"]
        .as_str()
        .unwrap()
        .chars()
        .map(|c| characters.iter().position(|&d| d == c).unwrap() as u32);
    block_on(found.model().feed(&mut state, &ids.collect::<Vec<_>>(), &mut scores)).unwrap();
    assert_close(&scores, &numbers(&one_hot["logits"]), 1e-5);
}

#[test]
fn bf16_is_not_read_as_f16() {
    let value = bf16::from_f32(1e30);
    let header = r#"{"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}"#;
    let file = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &value.to_le_bytes()].concat();
    let read = Weights::from_safetensors(&file).unwrap().into_parameters().unwrap();
    assert_eq!(read[0].1.to_vec(), [value.to_f32()]);
}

#[test]
fn the_command_opens_checkpoints_and_names_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let run = |arguments: &[&std::ffi::OsStr]| {
        Command::new(env!("CARGO_BIN_EXE_liedwerk")).args(arguments).output().unwrap()
    };
    let write = |model: &std::path::Path| {
        run(&[
            "generate".as_ref(),
            "--model".as_ref(),
            model.as_os_str(),
            "--prompt".as_ref(),
            "hallo".as_ref(),
            "--max-new-tokens".as_ref(),
            "5".as_ref(),
        ])
    };
    let lstm = root().join("tests/fixtures/formats/lstm.pt");
    let written = write(&lstm);
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    // As a single file, like the page saves it.
    let args = ["convert".as_ref(), "--precision".as_ref(), "f32".as_ref(), lstm.as_os_str()];
    let one = path("one.safetensors");
    assert!(run(&[&args[..], &[one.as_os_str()]].concat()).status.success());
    assert!(ModelFile::read(&std::fs::read(&one).unwrap()).is_ok());
    assert_eq!(write(&one).stdout, written.stdout);

    // 17: three gigabytes, of which only the beginning is read.
    let gguf = std::fs::File::create(path("model.gguf")).unwrap();
    (&gguf).write_all(b"GGUF\x03\0\0\0").unwrap();
    gguf.set_len(3 << 30).unwrap();
    let begin = std::time::Instant::now();
    let refused = write(&path("model.gguf"));
    assert!(begin.elapsed().as_secs_f32() < 1.0, "{:?}", begin.elapsed());
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("GGUF") && said.contains("safetensors"), "{said}");
}
