//! `liedwerk convert`: converts weights to another number format.

use std::path::PathBuf;

use crate::files::{read, say};
use crate::model_files::{is_safetensors, read_files};
use clap::ValueEnum;
use liedwerk::io::formats::OpenedModel;
use liedwerk::io::{ModelFile, Precision, Weights, to_safetensors, write_atomically};
use liedwerk::models::{is_stored_mask, stored_layout};

/// Arguments of `convert`.
#[derive(clap::Args)]
pub struct Args {
    /// f32 as trained, f16 half the size, int8 a quarter (matrices in 8 bits with a scale for each row)
    #[arg(long, value_enum)]
    precision: PrecisionArg,
    /// Safetensors file to read; or a model folder, a zip of one or a PyTorch checkpoint, which becomes a
    /// single model file for the page
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// Safetensors file to write; may be the same
    #[arg(value_name = "OUT")]
    output: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PrecisionArg {
    F32,
    F16,
    Int8,
}

/// Reads weights in any format and writes them in the requested one.
pub fn run(args: Args) -> anyhow::Result<()> {
    let precision = match args.precision {
        PrecisionArg::F32 => Precision::F32,
        PrecisionArg::F16 => Precision::F16,
        PrecisionArg::Int8 => Precision::Int8,
    };
    // Weights alone are not a model, but they can be converted.
    let (bytes, parts) = if is_safetensors(&args.input)? {
        let bytes = read(&args.input)?;
        let parts = ModelFile::read(&bytes).ok();
        (bytes, parts)
    } else {
        let OpenedModel { config, tokenizer, card, weights } = read_files(&args.input)?;
        (weights, Some(ModelFile { config, tokenizer, card }))
    };
    let mut weights = Weights::from_safetensors(&bytes)?;
    weights.retain(|name| !is_stored_mask(name));
    let parameters = stored_layout(weights.into_parameters()?, precision);
    let mut converted = to_safetensors(&parameters, precision)?;
    if let Some(parts) = parts {
        converted = parts.join(&converted)?;
    }
    write_atomically(&args.output, &converted)?;
    say!(
        "{}: {} parameters in {} bytes (before: {})",
        args.output.display(),
        parameters.iter().map(|(_, tensor)| tensor.numel()).sum::<usize>(),
        converted.len(),
        bytes.len()
    );
    Ok(())
}
