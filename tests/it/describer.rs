//! Pictures and their captions.

use crate::tidy::root;
use liedwerk::ErrorCode;
use liedwerk::pictures::{Icon, caption};
use liedwerk::read::Describer;
use liedwerk::text::Language;

/// The three files of the shipped model.
fn files() -> (String, String, Vec<u8>) {
    let folder = root().join("www/models/captioner-de-en");
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    (text("config.json"), text("tokenizer.json"), std::fs::read(folder.join("model.safetensors")).unwrap())
}

#[test]
fn icons_that_were_never_seen_are_described_word_for_word() {
    let (config, tokenizer, weights) = files();
    let describer = Describer::from_files(&config, &tokenizer, &weights).unwrap();
    let mut right = 0;
    for index in 0..50 {
        let (scene, icon) = Icon::numbered(2, index);
        for (language, expected) in [Language::German, Language::English].into_iter().zip(caption(&scene)) {
            let words = describer.describe(&icon, language).unwrap();
            for word in &words {
                assert!(word.probability > 0.0 && word.probability <= 1.0, "{word:?}");
                assert!((word.looked.iter().sum::<f32>() - 1.0).abs() < 1e-4, "{word:?}");
            }
            let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
            right += usize::from(texts.join(" ") == expected);
        }
    }
    assert!(right >= 85, "{right} of 100 captions have all words right");
}

#[test]
fn files_that_do_not_belong_together_are_refused() {
    let (config, tokenizer, weights) = files();
    let code = |config: &str, tokenizer: &str, weights: &[u8]| {
        Describer::from_files(config, tokenizer, weights).err().map(|error| error.code())
    };
    assert_eq!(code(&config, &tokenizer, &weights), None);
    let other = config.replace("captioner", "tagger");
    assert_eq!(code(&other, &tokenizer, &weights), Some(ErrorCode::BadConfig));
    let huge = config.replace("\"hidden_size\": 128", "\"hidden_size\": 99999999");
    assert_eq!(code(&huge, &tokenizer, &weights), Some(ErrorCode::BadConfig));
    let larger = config.replace("\"hidden_size\": 128", "\"hidden_size\": 256");
    assert_eq!(code(&larger, &tokenizer, &weights), Some(ErrorCode::ParameterShape));
    let endless = tokenizer.replace("<end>", "ende");
    assert_eq!(code(&config, &endless, &weights), Some(ErrorCode::BadTokenizer));
    assert_eq!(code(&config, "{\"words\": []}", &weights), Some(ErrorCode::BadTokenizer));
    assert_eq!(code(&config, &tokenizer, &weights[..1000]), Some(ErrorCode::BadWeights));
}
