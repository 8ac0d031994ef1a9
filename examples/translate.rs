//! Translates a German text: `cargo run --release --example translate "Die Sonne scheint."`.

use liedwerk::generate::{TranslateOptions, Translator};
use std::fs::{read, read_to_string};

fn main() -> anyhow::Result<()> {
    let german =
        std::env::args().nth(1).unwrap_or_else(|| "Die Sonne scheint. Ich singe ein Lied.".to_owned());
    let mut translator = Translator::from_files(
        &read_to_string("www/models/transformer-de-en/config.json")?,
        &read_to_string("www/models/transformer-de-en/tokenizer.json")?,
        &read("www/models/transformer-de-en/model.safetensors")?,
    )?;
    translator.start(&german, TranslateOptions::default())?;
    while let Some(piece) = translator.next()? {
        println!("{}", piece.text);
        for note in &piece.notes {
            println!("  ({})", note.message);
        }
    }
    Ok(())
}
