//! Files in the repository for visitors and trainers: models, recipes, the page.

use crate::tidy::{files, root};
use liedwerk::generate::{Generator, Options, TranslateOptions, Translator};
use liedwerk::io::manifest::{Manifest, WeightsFile};
use liedwerk::read::{Classifier, MaskFiller, TextTagger};
use liedwerk::train::Recipe;

#[test]
fn recipes_can_be_trained() {
    let recipes = files(&root().join("training/recipes"), &["toml"]);
    assert!(!recipes.is_empty());
    for path in recipes {
        let recipe = Recipe::from_toml(&std::fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(path.file_stem().unwrap().to_str(), Some(recipe.plan.name.as_str()));
    }
}

#[test]
fn models_are_those_of_the_manifest() {
    let models = root().join("www/models");
    let text = |path: &str| std::fs::read_to_string(models.join(path)).unwrap();
    for model in Manifest::from_json(&text("index.json")).unwrap().models {
        let files = &model.files;
        let weights = std::fs::read(models.join(&files.weights.path)).unwrap();
        assert_eq!(WeightsFile::describe(&files.weights.path, &weights), files.weights, "{}", model.id);
        for file in files.songs.iter().chain(&files.lexicon) {
            let content = std::fs::read(models.join(&file.path)).unwrap();
            assert_eq!(WeightsFile::describe(&file.path, &content), *file, "{}", model.id);
        }
        let (config, tokenizer) = (text(&files.config), text(&files.tokenizer));
        if ["char_lstm", "gpt2"].contains(&model.model_type.as_str()) {
            let mut generator = Generator::from_files(&config, &tokenizer, &weights).unwrap();
            generator.start("", Options::default()).unwrap();
            assert!(generator.next().unwrap().is_some());
        } else if model.model_type == "tagger" {
            TextTagger::from_files(&config, &tokenizer, &weights).unwrap();
        } else if model.model_type == "text_classifier" {
            Classifier::from_files(&config, &tokenizer, &weights).unwrap();
        } else if model.model_type == "bert" {
            let filler = MaskFiller::from_files(&config, &tokenizer, &weights).unwrap();
            let filled = filler.fill("Tom can speak [MASK] very well.", 1).unwrap();
            assert_eq!(filled.masks[0][0].text, "French");
        } else {
            let mut translator = Translator::from_files(&config, &tokenizer, &weights).unwrap();
            translator.start("Ich bin müde.", TranslateOptions::default()).unwrap();
            let piece = translator.next().unwrap().unwrap();
            assert!(piece.notes.is_empty() && piece.text.contains("tired"), "{}: {piece:?}", model.id);
        }
    }
}

#[test]
fn the_tagger_tells_word_classes_in_both_languages() {
    let folder = root().join("www/models/tagger-de-en");
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let weights = std::fs::read(folder.join("model.safetensors")).unwrap();
    let tagger = TextTagger::from_files(&text("config.json"), &text("tokenizer.json"), &weights).unwrap();
    for (sentence, expected) in [
        ("Das Kind singt ein schönes Lied.", "DET NOUN VERB DET ADJ NOUN PUNCT"),
        ("She sings and I don't listen.", "PRON VERB CCONJ PRON AUX PART VERB PUNCT"),
    ] {
        let words = tagger.tag(sentence).unwrap().words;
        let found: Vec<&str> = words.iter().map(|word| tagger.labels()[word.best.0].as_str()).collect();
        assert_eq!(found.join(" "), expected, "{sentence}");
    }
}

/// The page must work in any folder of any host, and send no requests to other hosts.
#[test]
fn the_page_loads_only_relative_addresses() {
    let loads = ["src=", "href=", "url(", "fetch(", "import(", "from ", "new URL(", "new Worker("];
    let quotes = ["", "\"", "'", "`"];
    let targets = ["/", "http:", "https:"];
    let mut wrong = Vec::new();
    for path in files(&root().join("www"), &["html", "css", "js"]) {
        let text = std::fs::read_to_string(&path).unwrap();
        // A link that a visitor may follow is not loaded.
        for line in text.lines().filter(|line| !line.contains("<a ")) {
            let hit = loads.iter().any(|load| {
                line.split(load).skip(1).any(|rest| {
                    quotes.iter().any(|quote| {
                        targets.iter().any(|target| rest.starts_with(&format!("{quote}{target}")))
                    })
                })
            });
            if hit {
                wrong.push(format!("{}: {}", path.display(), line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
