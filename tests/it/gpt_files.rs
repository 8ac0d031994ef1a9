//! Files of GPT-2: both layouts, every number format, Hugging Face's configurations, and hostile files.

use crate::expected::{TRANSFORMER, translator_files};
use crate::gpt::{bits, config, model, words};
use liedwerk::generate::Generator;
use liedwerk::io::{Precision, Weights, to_safetensors};
use liedwerk::models::{Gpt, GptConfig, ModelConfig, TranslationModel, stored_layout};
use liedwerk::nn::Module;
use liedwerk::rng::Rng;
use liedwerk::{ErrorCode, Tensor};

fn load(bytes: &[u8]) -> Result<Gpt, liedwerk::Error> {
    let mut weights = Weights::from_safetensors(bytes)?;
    let model = Gpt::from_weights(config(), &mut weights)?;
    weights.finish()?;
    Ok(model)
}

/// A model's file in our layout.
fn file(model: &Gpt, precision: Precision) -> Vec<u8> {
    to_safetensors(&stored_layout(model.parameters(), precision), precision).unwrap()
}

fn names(bytes: &[u8]) -> Vec<String> {
    let parameters = Weights::from_safetensors(bytes).unwrap().into_parameters().unwrap();
    parameters.into_iter().map(|(name, _)| name).collect()
}

fn text_bits(model: &Gpt) -> Vec<u32> {
    let mut logits = Vec::new();
    model.decoder(1).prefill(0, &words(60, 4), &mut logits);
    bits(&logits)
}

#[test]
fn files_keep_the_model_in_every_format() {
    let original = model(config());
    let f32_file = file(&original, Precision::F32);
    assert_eq!(text_bits(&load(&f32_file).unwrap()), text_bits(&original));
    assert!(names(&f32_file).contains(&"h.1.attn.c_attn.weight".to_owned()));

    // The values of an 8-bit file do not change when it is written in another format.
    let int8_file = file(&original, Precision::Int8);
    assert!(names(&int8_file).contains(&"h.1.attn.in_proj_weight".to_owned()));
    assert!(names(&int8_file).iter().all(|name| !name.contains(".c_")), "{:?}", names(&int8_file));
    let int8 = load(&int8_file).unwrap();
    for ((name, found), (_, said)) in
        load(&file(&int8, Precision::F32)).unwrap().parameters().iter().zip(int8.parameters())
    {
        assert_eq!(found.data(), said.data(), "{name}");
    }

    // Names determine the layout in any number format: here 8 bits with Hugging Face's names.
    let odd = to_safetensors(&stored_layout(original.parameters(), Precision::F32), Precision::Int8).unwrap();
    for found in [int8, load(&odd).unwrap(), load(&file(&original, Precision::F16)).unwrap()] {
        for ((name, found), (_, exact)) in found.parameters().iter().zip(original.parameters()) {
            let largest = exact.data().iter().fold(0.0f32, |max, value| max.max(value.abs()));
            let step = largest / 127.0 * 0.501;
            assert!(found.data().iter().zip(exact.data()).all(|(a, b)| (a - b).abs() <= step), "{name}");
        }
    }
}

#[test]
fn the_command_converts_between_the_layouts() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let model = model(config());
    std::fs::write(path("f32"), file(&model, Precision::F32)).unwrap();
    for (precision, to, name) in [("int8", "f32", "int8"), ("f32", "int8", "again")] {
        let args = ["convert", "--precision", precision];
        let command = env!("CARGO_BIN_EXE_liedwerk");
        let output = std::process::Command::new(command).args(args).args([path(to), path(name)]).output();
        assert!(output.unwrap().status.success());
    }
    let int8 = std::fs::read(path("int8")).unwrap();
    assert_eq!(int8, file(&model, Precision::Int8));
    assert_eq!(std::fs::read(path("again")).unwrap(), file(&load(&int8).unwrap(), Precision::F32));
}

#[test]
fn weights_that_do_not_fit_are_refused() {
    let model = model(config());
    let good = || stored_layout(model.parameters(), Precision::F32);
    let wte = || model.parameters()[0].1.clone();
    let refused = |parameters: Vec<(String, Tensor)>, expected: ErrorCode, named: &str| {
        let bytes = to_safetensors(&parameters, Precision::F32).unwrap();
        let error = load(&bytes).map(|_| ()).unwrap_err();
        assert_eq!(error.code(), expected, "{error}");
        assert!(error.to_string().contains(named), "{error}");
    };
    let with = |name: &str, tensor: Tensor| {
        let mut parameters: Vec<_> = good().into_iter().filter(|(other, _)| other != name).collect();
        parameters.push((name.to_owned(), tensor));
        parameters
    };
    let zeros = Tensor::zeros;

    // Extra tensors: an output layer, equal and different, and masks of any kind.
    let allowed =
        |parameters: Vec<_>| load(&to_safetensors(&parameters, Precision::F32).unwrap()).map(|_| ());
    assert!(allowed(with("lm_head.weight", wte())).is_ok());
    assert!(allowed(with("h.1.attn.masked_bias", zeros(&[]))).is_ok());
    refused(with("lm_head.weight", zeros(&[61, 32])), ErrorCode::UnexpectedParameter, "lm_head.weight");
    refused(with("lm_head.weight", zeros(&[61, 31])), ErrorCode::ParameterShape, "lm_head.weight");
    refused(with("score.weight", zeros(&[2, 32])), ErrorCode::UnexpectedParameter, "score.weight");
    refused(with("h.2.ln_1.weight", zeros(&[32])), ErrorCode::UnexpectedParameter, "h.2.ln_1.weight");

    // The same parameter twice: by prefix, and by layout.
    refused(with("transformer.wte.weight", wte()), ErrorCode::BadWeights, "wte.weight");
    let twice = with("h.0.attn.out_proj.weight", zeros(&[32, 32]));
    refused(twice, ErrorCode::UnexpectedParameter, "h.0.attn.c_proj.weight");

    // A matrix of the other layout under this layout's name, a missing one, a longer table of positions.
    let wrong = with("h.0.attn.c_attn.weight", zeros(&[96, 32]));
    refused(wrong, ErrorCode::ParameterShape, "h.0.attn.c_attn.weight");
    let mut missing = good();
    missing.retain(|(name, _)| name != "h.1.mlp.c_fc.weight");
    refused(missing, ErrorCode::MissingParameter, "h.1.mlp.c_fc.weight");
    refused(with("wpe.weight", zeros(&[48, 32])), ErrorCode::ParameterShape, "wpe.weight");
}

/// The beginning of the `config.json` published by OpenAI.
const PUBLISHED: &str = r#"{"activation_function": "gelu_new", "architectures": ["GPT2LMHeadModel"],
    "attn_pdrop": 0.1, "bos_token_id": 50256, "embd_pdrop": 0.1, "eos_token_id": 50256,
    "initializer_range": 0.02, "layer_norm_epsilon": 1e-05, "model_type": "gpt2", "n_ctx": 1024,
    "n_embd": 768, "n_head": 12, "n_layer": 12, "n_positions": 1024, "resid_pdrop": 0.1,
    "summary_activation": null, "summary_first_dropout": 0.1, "summary_proj_to_labels": true,
    "summary_type": "cls_index", "summary_use_proj": true, "vocab_size": 50257,
    "task_specific_params": {"text-generation": {"do_sample": true, "max_length": 50}}"#;

#[test]
fn published_configurations_are_read() {
    let expected =
        GptConfig { vocab_size: 50257, n_positions: 1024, n_embd: 768, n_layer: 12, n_head: 12, ..config() };
    assert_eq!(expected.inner(), 3072);
    let read = ModelConfig::from_json(&format!("{PUBLISHED}}}")).unwrap();
    assert_eq!(read, ModelConfig::Gpt2(expected.clone()));
    let written = serde_json::to_string(&read).unwrap();
    assert!(written.starts_with(r#"{"model_type":"gpt2","vocab_size":50257,"#), "{written}");
    assert_eq!(ModelConfig::from_json(&written).unwrap(), read);

    let least = r#"{"model_type":"gpt2","vocab_size":50257,"n_positions":1024,"n_embd":768,"n_layer":12,"n_head":12}"#;
    assert_eq!(ModelConfig::from_json(least).unwrap(), read);
    let inner = ModelConfig::from_json(&format!(r#"{PUBLISHED}, "n_inner": 100}}"#)).unwrap();
    assert_eq!(inner, ModelConfig::Gpt2(GptConfig { n_inner: Some(100), ..expected }));
}

#[test]
fn configurations_of_other_models_are_refused() {
    let code = |json: &str, named: &str| {
        let error = ModelConfig::from_json(json).unwrap_err();
        assert!(error.to_string().contains(named), "{json}: {error}");
        error.code()
    };
    for (key, value) in [
        ("add_cross_attention", "true"),
        ("reorder_and_upcast_attn", "true"),
        ("scale_attn_by_inverse_layer_idx", "true"),
        ("scale_attn_weights", "false"),
        ("tie_word_embeddings", "false"),
        ("n_inner", "0"),
        ("n_inner", "16385"),
    ] {
        let json = format!(r#"{PUBLISHED}, "{key}": {value}}}"#);
        assert_eq!(code(&json, key), ErrorCode::BadConfig, "{json}");
    }
    for (from, to, named) in [
        (r#""n_head": 12"#, r#""n_head": 0"#, "n_head"),
        (r#""n_head": 12"#, r#""n_head": 13"#, "n_head"),
        (r#""n_head": 12"#, r#""n_head": 1000"#, "n_head"),
        (r#""n_embd": 768"#, r#""n_embd": 0"#, "n_embd"),
        (r#""n_embd": 768"#, r#""n_embd": 16385"#, "n_embd"),
        (r#""n_embd": 768"#, r#""n_embd": 18446744073709551615"#, "n_embd"),
        // Its feed-forward layer would be four times as wide.
        (r#""n_embd": 768"#, r#""n_embd": 6144"#, "n_inner"),
        (r#""n_embd": 768"#, r#""n_embd": -1"#, "invalid value"),
        (r#""n_embd": 768,"#, "", "n_embd"),
        (r#""n_layer": 12"#, r#""n_layer": 65"#, "n_layer"),
        (r#""n_positions": 1024"#, r#""n_positions": 0"#, "n_positions"),
        (r#""n_positions": 1024"#, r#""n_positions": 1000000"#, "n_positions"),
        (r#""vocab_size": 50257"#, r#""vocab_size": 2000000"#, "vocab_size"),
        (r#""vocab_size": 50257"#, r#""vocab_size": "50257""#, "invalid type"),
        (r#""gelu_new""#, r#""relu""#, "unknown variant `relu`"),
        (r#""attn_pdrop": 0.1"#, r#""attn_pdrop": 1.0"#, "attn_pdrop"),
        (r#""embd_pdrop": 0.1"#, r#""embd_pdrop": -0.1"#, "embd_pdrop"),
        (r#""resid_pdrop": 0.1"#, r#""resid_pdrop": 7"#, "resid_pdrop"),
        ("1e-05", "0.0", "layer_norm_epsilon"),
        ("1e-05", "1e-60", "layer_norm_epsilon"),
        ("1e-05", "-1.0", "layer_norm_epsilon"),
        ("1e-05", "1e30", "layer_norm_epsilon"),
    ] {
        let json = format!("{}}}", PUBLISHED.replace(from, to));
        assert!(json.len() != PUBLISHED.len() + 1 || from.len() == to.len(), "{from} is not in the text");
        assert_eq!(code(&json, named), ErrorCode::BadConfig, "{json}");
    }
}

#[test]
fn sessions_refuse_other_models() {
    let json = format!("{PUBLISHED}}}");
    // Fails only at the tokenizer: the configuration is that of a language model.
    let error = Generator::from_files(&json, "{}", &[]).map(|_| ()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::BadTokenizer, "{error}");
    let (config, tokenizer, weights) = translator_files(TRANSFORMER);
    let error = Generator::from_files(&config, &tokenizer, &weights).map(|_| ()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::BadConfig, "{error}");
    let translator = TranslationModel::init(ModelConfig::from_json(&json).unwrap(), &mut Rng::new(1));
    assert_eq!(translator.map(|_| ()).unwrap_err().code(), ErrorCode::BadConfig);
}
