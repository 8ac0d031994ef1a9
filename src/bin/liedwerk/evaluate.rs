//! `liedwerk evaluate`: bits per character of a text, and the quality of translations, labels and masked
//! words.

use std::path::PathBuf;

use liedwerk::gpu::Gpu;
use liedwerk::self_test::Scope;

use crate::arithmetic::ArithmeticArg;
use crate::device::DeviceArg;
use crate::evaluate_text::NormalizeArg;
use crate::translate::SearchArgs;
use crate::{evaluate_labels, evaluate_masked, evaluate_pairs, evaluate_text};

/// Evaluate a language model on a text, a translator on sentence pairs, or a model that reads on labels or
/// masked words
#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["text", "pairs", "labels", "masked"]))]
pub struct Args {
    /// Folder with config.json, tokenizer.json and model.safetensors, or a single file with all three
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Text for a language model; it is cleaned like the model's training text
    #[arg(long, value_name = "FILE")]
    text: Option<PathBuf>,
    /// Cleaning of the text for a subword model, whose tokenizer does not specify it
    #[arg(long, value_enum, requires = "text")]
    normalize: Option<NormalizeArg>,
    /// Sentence pairs for a translator: German and English in columns, tab-separated, CSV or an Anki export
    #[arg(long, value_name = "FILE")]
    pairs: Option<PathBuf>,
    /// Labelled texts: lines `label TAB text`, or for a tagger `word TAB label` with an empty line between
    /// sentences
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
    /// Texts for a masked language model, with one word of each masked: sentence pairs in columns (`.tsv`),
    /// or stanzas and paragraphs
    #[arg(long, value_name = "FILE")]
    masked: Option<PathBuf>,
    /// The translator reads English and writes German
    #[arg(long, requires = "pairs")]
    reverse: bool,
    #[command(flatten)]
    search: SearchArgs,
    /// Write the translations of the pairs' sources to this file, one per line
    #[arg(long, value_name = "FILE", requires = "pairs")]
    out: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// portable computes the same bits as the page, fast uses all of this processor
    #[arg(long, value_enum, default_value_t = ArithmeticArg::Portable)]
    arithmetic: ArithmeticArg,
    /// Device to use; auto uses a GPU unless it is emulated in software, which is slower than the CPU
    #[arg(long, value_enum, default_value_t = DeviceArg::Cpu)]
    device: DeviceArg,
}

/// Runs the requested evaluation.
pub fn run(args: Args) -> anyhow::Result<()> {
    args.arithmetic.apply();
    if let Some(labels) = &args.labels {
        return evaluate_labels::run(&args.model, labels, args.json);
    }
    if let Some(texts) = &args.masked {
        return evaluate_masked::run(&args.model, texts, args.json);
    }
    let wanted = |gpu: &Gpu| args.device == DeviceArg::Gpu || !gpu.is_software();
    // The loss is an op checked for training only.
    let gpu = args.device.gpu(Scope::Training)?.filter(wanted);
    match (&args.text, &args.pairs) {
        (Some(text), _) => evaluate_text::run(&args.model, text, args.normalize, args.json, gpu.as_ref()),
        (None, Some(pairs)) => {
            let (options, out) = (args.search.options(), args.out.as_deref());
            evaluate_pairs::run(&args.model, pairs, args.reverse, options, out, args.json, gpu.as_ref())
        }
        (None, None) => unreachable!("the group of arguments demands one of them"),
    }
}
