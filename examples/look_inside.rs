//! Shows what each layer of a GPT would write next, at every token of a line (the logit lens, nostalgebraist
//! 2020): `cargo run --release --example look_inside "The rain is falling on the"`.

use liedwerk::generate::{Generator, Options};
use std::fs::{read, read_to_string};

fn main() -> anyhow::Result<()> {
    let line = std::env::args().nth(1).unwrap_or_else(|| "The rain is falling on the".to_owned());
    let mut generator = Generator::from_files(
        &read_to_string("www/models/gpt-songs/config.json")?,
        &read_to_string("www/models/gpt-songs/tokenizer.json")?,
        &read("www/models/gpt-songs/model.safetensors")?,
    )?;
    generator.start(&line, Options { recording: true, max_new_tokens: 1, ..Options::default() })?;
    generator.next()?;
    let recorded = generator.take_recorded().expect("the options ask for it");
    let residual = (recorded.shape.layers + 1) * recorded.shape.channels;
    for (at, (_, token)) in recorded.tokens.iter().enumerate() {
        // The residual stream is the last part of a frame: (layers + 1, channels).
        let frame = recorded.frames.frame(at);
        let guesses = generator.lens(&frame[frame.len() - residual..], 1)?;
        let guesses: Vec<&str> = guesses.iter().map(|layer| layer[0].text.as_str()).collect();
        println!("{token:>12} -> {}", guesses.join(" | "));
    }
    Ok(())
}
