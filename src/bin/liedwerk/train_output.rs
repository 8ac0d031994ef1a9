//! What the trainings have in common of what they write and show.

use crate::train::write;
use liedwerk::generate::{Generator, Options, Sampling};
use liedwerk::io::{Precision, to_safetensors};
use liedwerk::models::{ModelConfig, stored_layout};
use liedwerk::nn::Module;
use pollster::block_on;
use std::path::Path;

/// Writes configuration, tokenizer and weights, each file as a whole.
pub fn write_model(
    out: &Path,
    config: &ModelConfig,
    tokenizer_json: &str,
    model: &impl Module,
    precision: Precision,
) -> anyhow::Result<()> {
    write(out, "config.json", serde_json::to_string_pretty(config)?.as_bytes())?;
    write(out, "tokenizer.json", tokenizer_json.as_bytes())?;
    let parameters = stored_layout(model.parameters(), precision);
    write(out, "model.safetensors", &to_safetensors(&parameters, precision)?)
}

/// The model in main memory, where it is written, scored and shown, wherever it is trained.
pub fn fetched<M: Module>(model: &M) -> anyhow::Result<M> {
    Ok(block_on(model.to_cpu())?)
}

/// The weights to publish, what they are called, and their score, of which more is better. After the rate has
/// fallen the last weights are mostly the best, but sometimes the average is; before, the average always is,
/// and there is no `last`.
pub fn better<'a, M>(
    average: &'a M,
    last: Option<&'a M>,
    score: impl Fn(&M) -> anyhow::Result<f64>,
) -> anyhow::Result<(&'a M, &'static str, f64)> {
    let of_average = score(average)?;
    if let Some(last) = last {
        let of_last = score(last)?;
        if of_last > of_average {
            return Ok((last, "last", of_last));
        }
    }
    Ok((average, "average", of_average))
}

/// What the model writes of itself in so many tokens.
pub fn sample(generator: &mut Generator, seed: u64, max_new_tokens: usize) -> anyhow::Result<String> {
    let sampling = Sampling { temperature: 0.8, ..Sampling::default() };
    generator.start("", Options { sampling, seed, max_new_tokens, ..Options::default() })?;
    let mut text = String::new();
    while let Some(token) = generator.next()? {
        text.push_str(&token.text);
    }
    Ok(text)
}
