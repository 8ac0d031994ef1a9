//! Measures how much a title changes the lines below it.

use super::reader::Reader;
use super::walk::read_all;
use crate::error::Result;
use crate::generate::Generator;
use crate::now::now;

/// For each line, the mean log-probability of its tokens under the song's header minus that under a header
/// without the title: its pointwise mutual information with the title, in nats per token. `None` if the model
/// does not read titles or the song has none.
///
/// # Errors
/// `not-finite`.
pub fn title_gains(
    generator: &Generator,
    (title, style, scheme): (&str, &str, &str),
    stanzas: &[Vec<String>],
) -> Result<Option<Vec<f32>>> {
    let header = generator.header();
    let (line, untitled) = (header.line(title, style, scheme), header.line("", style, scheme));
    if line == untitled {
        return Ok(None);
    }
    let with_title = now(means(generator, &line, stanzas))?;
    let without = now(means(generator, &untitled, stanzas))?;
    Ok(Some(with_title.into_iter().zip(without).map(|(with_title, without)| with_title - without).collect()))
}

/// The mean log-probability of each line's tokens, including its line break.
async fn means(generator: &Generator, header: &str, stanzas: &[Vec<String>]) -> Result<Vec<f32>> {
    let (model, tokenizer) = (generator.model(), generator.tokenizer());
    let tokens = if header.is_empty() { vec![tokenizer.start_id()] } else { tokenizer.encode(header) };
    let mut reader = Reader::new(model, tokens).await?;
    let mut means = Vec::new();
    for stanza in stanzas {
        for (at, line) in stanza.iter().enumerate() {
            let tokens = tokenizer.encode(&format!("{line}\n"));
            let (mut decoder, logits) = reader.decoder(model);
            let path = read_all(&mut *decoder, logits, &[&tokens]).await?.remove(0);
            drop(decoder);
            means.push(path.log_p.iter().sum::<f32>() / path.log_p.len().max(1) as f32);
            let end = if at + 1 == stanza.len() { "\n\n" } else { "\n" };
            reader.read(model, tokenizer.encode(&format!("{line}{end}"))).await?;
        }
    }
    Ok(means)
}
