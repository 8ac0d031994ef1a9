//! `liedwerk compare`: checks that the GPU writes the same as the CPU.

use std::path::PathBuf;

use liedwerk::generate::{Agreement, Difference};
use liedwerk::gpu::Gpu;
use liedwerk::models::ModelConfig;
use liedwerk::self_test::Scope;
use liedwerk::{Error, ErrorCode};
use pollster::block_on;
use serde_json::{Value, json};

use crate::device::DeviceArg;
use crate::files::say;
use crate::model_files::{open_generator, open_translator, read_model};
use crate::progress::progress_bar;
use crate::texts::read_input;

/// Tokens whose logits differ by no more than this count as equally likely, since rounding decides their
/// order.
const TIE: f32 = 1e-5;

/// Continue or translate each line of standard input on the CPU and on the GPU, and report differences
#[derive(clap::Args)]
pub struct Args {
    /// Folder with config.json, tokenizer.json and model.safetensors, or a single file with all three
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Number of tokens by which each line is continued; a translation ends by itself
    #[arg(long, value_name = "N", default_value_t = 1000)]
    tokens: usize,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Decodes greedily on both devices; after a difference both continue with the CPU's token.
///
/// # Errors
/// `gpu-wrong` if the GPU chose a token that is less likely on the CPU.
pub fn run(args: Args) -> anyhow::Result<()> {
    let input = read_input()?;
    let lines: Vec<&str> = input.lines().filter(|line| !line.trim().is_empty()).collect();
    let gpu = DeviceArg::Gpu.gpu(Scope::Inference)?.expect("`gpu` is a GPU or an error");
    let bar = progress_bar(lines.len(), "texts", args.json);
    let (texts, spell) = texts(&args, &gpu, &lines, |count| bar.inc(count as u64))?;
    bar.finish_and_clear();
    let differences =
        || texts.iter().zip(1..).flat_map(|(text, line)| text.differences.iter().map(move |it| (line, it)));
    let tokens: usize = texts.iter().map(|text| text.tokens.len()).sum();
    let gap = differences().map(|(_, it)| it.gap).fold(0.0, f32::max);
    let error = texts.iter().map(|text| text.largest_error).fold(0.0, f64::max);
    if args.json {
        let listed = differences().map(|(line, it)| listed(line, it, &*spell));
        let report = json!({
            "gpu": gpu.name(),
            "texts": texts.len(),
            "tokens": tokens,
            "differences": listed.collect::<Vec<_>>(),
            "largest_gap": gap,
            "largest_error": error,
        });
        say!("{report}");
    } else {
        for (line, Difference { at, cpu, gpu, gap }) in differences() {
            let [cpu, gpu] = [*cpu, *gpu].map(&*spell);
            say!("line {line}, token {}: CPU {cpu:?}, GPU {gpu:?}; {gap:.1e} apart", at + 1);
        }
        let count = differences().count();
        say!("{} texts, {tokens} tokens, {count} differences; logits within {error:.1e}", texts.len());
    }
    if gap < TIE {
        return Ok(());
    }
    let message = format!("the GPU ({}) chose a token that is less likely by {gap:.1e}", gpu.name());
    Err(Error::new(ErrorCode::GpuWrong, message).into())
}

/// Converts a token id to text.
type Spell = Box<dyn Fn(u32) -> String>;

/// Compares with the method for this kind of model.
fn texts(
    args: &Args,
    gpu: &Gpu,
    lines: &[&str],
    mut progress: impl FnMut(usize),
) -> anyhow::Result<(Vec<Agreement>, Spell)> {
    let config = ModelConfig::from_json(&read_model(&args.model)?.config)?;
    if config.language_vocab_size().is_ok() {
        let generator = open_generator(&args.model)?;
        let texts = block_on(generator.compare(gpu, lines, args.tokens, || progress(1)))?;
        return Ok((texts, Box::new(move |id| generator.tokenizer().token_text(id))));
    }
    let translator = open_translator(&args.model)?;
    let texts = block_on(translator.compare(gpu, lines, progress))?;
    Ok((texts, Box::new(move |id| translator.tokenizer().target_pieces(&[id]).concat())))
}

fn listed(line: usize, difference: &Difference, spell: &dyn Fn(u32) -> String) -> Value {
    let Difference { at, cpu, gpu, gap } = *difference;
    json!({"line": line, "token": at + 1, "cpu": spell(cpu), "gpu": spell(gpu), "gap": gap})
}
