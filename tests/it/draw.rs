//! Draws prompts with a small model of synthetic parameters.

use crate::golden_diffusion::{config, filled};
use crate::tidy::root;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use liedwerk::ErrorCode;
use liedwerk::draw::{DrawSettings, DrawnStep, Order, TextToImage};
use liedwerk::io::{Precision, to_safetensors};
use liedwerk::nn::Module;
use liedwerk::pictures::{Likeness, Prompt, Scene, caption, words};
use liedwerk::read::Describer;
use liedwerk::rng::Rng;
use liedwerk::text::Language;

/// The three files of a model that knows all caption words.
fn files() -> (String, String, Vec<u8>) {
    let mut known: Vec<String> = ["<end>", "<de>", "<en>"].map(str::to_owned).into();
    known.extend(words().concat());
    let weights = to_safetensors(&filled(known.len()).parameters(), Precision::Int8).unwrap();
    let tokenizer = serde_json::json!({"type": "captions", "words": known}).to_string();
    (config(known.len()), tokenizer, weights)
}

fn drawn(model: &TextToImage, prompt: &str, settings: DrawSettings) -> Vec<DrawnStep> {
    let order = Order::new(&Prompt::read(prompt).unwrap(), settings.seed);
    let mut drawing = model.begin(&order, settings).unwrap();
    std::iter::from_fn(|| drawing.step().unwrap()).collect()
}

#[test]
fn a_seed_draws_the_same_picture_again() {
    let (config, tokenizer, weights) = files();
    let model = TextToImage::from_files(&config, &tokenizer, &weights).unwrap();
    let settings = DrawSettings { steps: 4, guidance: 3.0, seed: 8 };
    let prompt = "ein roter Stern über einem blauen Haus auf grauem Grund";
    let steps = drawn(&model, prompt, settings);
    assert_eq!(steps, drawn(&model, prompt, settings));
    assert_eq!(steps.len(), 4);
    for step in &steps {
        // The language and ten words; the attention of each place sums to 1.
        assert_eq!((step.words.len(), step.latent.len()), (11, 256));
        for place in 0..64 {
            let looked: f32 = step.words.iter().map(|word| word.fine[place]).sum();
            assert!((looked - 1.0).abs() < 1e-4, "{looked}");
        }
        assert!(step.words.iter().all(|word| word.coarse.len() == 16));
        assert!(step.after.sigma < step.before.sigma);
    }
    assert_eq!((steps[3].after.alpha, steps[3].after.sigma), (1.0, 0.0));
    let fingerprint = steps[3].picture.fingerprint();
    assert_eq!(fingerprint, 0x0286_4a22_8f13_bc1b, "{fingerprint:#x}: the picture of a seed has changed");
    let others = [
        drawn(&model, prompt, DrawSettings { seed: 9, ..settings }),
        drawn(&model, prompt, DrawSettings { guidance: 1.0, ..settings }),
        drawn(&model, "a red star above a blue house on a grey background", settings),
    ];
    assert!(others.iter().all(|other| other[3].picture != steps[3].picture));
}

#[test]
fn settings_and_files_that_do_not_fit_are_refused() {
    let (config, tokenizer, weights) = files();
    let code = |config: &str, tokenizer: &str, weights: &[u8]| {
        TextToImage::from_files(config, tokenizer, weights).err().map(|error| error.code())
    };
    assert_eq!(
        code(&config.replace("diffusion", "disorder"), &tokenizer, &weights),
        Some(ErrorCode::BadConfig)
    );
    for (size, other) in
        [("\"channels\": 16", "\"channels\": 12"), ("1.5", "0"), ("\"heads\": 2", "\"heads\": 3")]
    {
        assert_eq!(
            code(&config.replace(size, other), &tokenizer, &weights),
            Some(ErrorCode::BadConfig),
            "{other}"
        );
    }
    let wider = config.replace("\"channels\": 16", "\"channels\": 32");
    assert_eq!(code(&wider, &tokenizer, &weights), Some(ErrorCode::ParameterShape));
    assert_eq!(code(&config, &tokenizer.replace("Stern", "Sturm"), &weights), Some(ErrorCode::BadTokenizer));
    assert_eq!(code(&config, &tokenizer, &weights[..5000]), Some(ErrorCode::BadWeights));
    let model = TextToImage::from_files(&config, &tokenizer, &weights).unwrap();
    let order = Order::new(&Prompt::read("a star").unwrap(), 1);
    let usual = DrawSettings::default();
    let wrong = [
        DrawSettings { steps: 0, ..usual },
        DrawSettings { steps: 101, ..usual },
        DrawSettings { guidance: f32::NAN, ..usual },
        DrawSettings { guidance: -1.0, ..usual },
    ];
    for settings in wrong {
        let error = model.begin(&order, settings).err().map(|error| error.code());
        assert_eq!(error, Some(ErrorCode::BadOption), "{settings:?}");
    }
}

/// The contents of a file of the page.
fn page_file(name: &str) -> Vec<u8> {
    std::fs::read(root().join("www").join(name)).unwrap()
}

fn shipped(model: &str) -> (String, String, Vec<u8>) {
    let file = |name: &str| page_file(&format!("models/{model}/{name}"));
    let text = |name: &str| String::from_utf8(file(name)).unwrap();
    (text("config.json"), text("tokenizer.json"), file("model.safetensors"))
}

#[test]
fn the_shipped_model_draws_the_examples_of_the_page_and_what_it_is_asked_for() {
    let (config, tokenizer, weights) = shipped("diffusion-de-en");
    let model = TextToImage::from_files(&config, &tokenizer, &weights).unwrap();
    for language in ["de", "en"] {
        let film = page_file(&format!("examples/drawing.{language}.json"));
        let film: serde_json::Value = serde_json::from_slice(&film).unwrap();
        let settings = DrawSettings { seed: film["seed"].as_u64().unwrap(), ..DrawSettings::default() };
        let steps = drawn(&model, film["prompt"].as_str().unwrap(), settings);
        let last = &steps.last().unwrap().picture;
        assert_eq!(film["fingerprint"].as_str().unwrap(), format!("{:016x}", last.fingerprint()));
        let frames = film["frames"].as_array().unwrap();
        assert_eq!(frames.len(), steps.len());
        assert_eq!(frames.last().unwrap()["pixels"].as_str().unwrap(), STANDARD.encode(&last.pixels));
    }

    let (config, tokenizer, weights) = shipped("captioner-de-en");
    let judge = Describer::from_files(&config, &tokenizer, &weights).unwrap();
    let mut rng = Rng::new(5);
    let scenes = std::iter::repeat_with(|| Scene::drawn(&mut rng));
    let alone: Vec<Scene> = scenes.filter(|scene| matches!(scene, Scene::One(..))).take(6).collect();
    let right = alone.iter().filter(|scene| {
        let [_, english] = caption(scene);
        let picture = drawn(&model, &english, DrawSettings::default()).pop().unwrap().picture;
        let words = judge.describe(&picture, Language::English).unwrap();
        let told: Vec<String> = words.into_iter().map(|word| word.text).collect();
        Likeness::of(&Prompt::read(&told.join(" ")).unwrap().scene(0), scene).things
    });
    assert_eq!(right.count(), alone.len(), "every drawing shows the thing in its colour");
}
