//! Writes a song with a form: `cargo run --release --example write_a_song "First Snow"`.

use liedwerk::generate::Generator;
use liedwerk::generate::form::{Form, FormWriter};
use liedwerk::text::rhyme::Lexicon;
use std::fs::{read, read_to_string};

fn main() -> anyhow::Result<()> {
    let title = std::env::args().nth(1).unwrap_or_else(|| "The Last Train".to_owned());
    let generator = Generator::from_files(
        &read_to_string("www/models/gpt-songs/config.json")?,
        &read_to_string("www/models/gpt-songs/tokenizer.json")?,
        &read("www/models/gpt-songs/model.safetensors")?,
    )?;
    let lexicon = Lexicon::from_bytes(&read("www/models/en.lexicon")?)?;
    let form = Form {
        title,
        style: "modern".to_owned(),
        scheme: "XAXA".to_owned(),
        stanzas: 3,
        syllables: Some((6, 9)),
        seed: 25,
        ..Form::default()
    };
    let mut song = FormWriter::new(&generator, form)?;
    while let Some(line) = song.next_line(&generator, &lexicon)? {
        print!("{}{}", line.before, line.text);
    }
    println!();
    Ok(())
}
