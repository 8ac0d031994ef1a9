//! `liedwerk translate`: translates line by line from standard input to standard output.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Instant;

use liedwerk::generate::{Search, TranslateOptions, Translator};
use liedwerk::gpu::Gpu;
use liedwerk::self_test::Scope;
use liedwerk::text::Note;

use crate::arithmetic::ArithmeticArg;
use crate::device::DeviceArg;
use crate::model_files::open_translator;
use crate::texts::{next_lines, note};

/// Number of lines read and translated together: enough to group sentences of similar length.
const LINES: usize = 1000;

/// What each device translates to decide `auto`.
const RACE_SENTENCE: &str = "Am Abend sitzen wir am Fluss und singen.";

/// Search settings for translations.
#[derive(clap::Args)]
pub struct SearchArgs {
    /// Number of hypotheses kept per sentence; 1 is greedy search
    #[arg(long, value_name = "N", default_value_t = Search::default().beam_width)]
    beam: usize,
    /// Values above 1 favour longer sentences, below 1 shorter ones
    #[arg(long, value_name = "A", default_value_t = Search::default().length_penalty)]
    length_penalty: f32,
    /// No N-gram occurs twice in a sentence unless one does in its source; 0 is off
    #[arg(long, value_name = "N", default_value_t = Search::default().no_repeat_ngram)]
    no_repeat_ngram: usize,
}

/// Translate standard input line by line
#[derive(clap::Args)]
pub struct Args {
    /// Folder with config.json, tokenizer.json and model.safetensors, or a single file with all three
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    #[command(flatten)]
    search: SearchArgs,
    /// portable computes the same bits as the page, fast uses all of this processor
    #[arg(long, value_enum, default_value_t = ArithmeticArg::Portable)]
    arithmetic: ArithmeticArg,
    /// Device to use; auto first translates a sentence on both
    #[arg(long, value_enum, default_value_t = DeviceArg::Cpu)]
    device: DeviceArg,
}

/// Prints one line for each line read.
pub fn run(args: Args) -> anyhow::Result<()> {
    args.arithmetic.apply();
    let mut translator = open_translator(&args.model)?;
    let options = args.search.options();
    options.check()?;
    choose_device(&mut translator, args.device, options)?;
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let mut done = 0;
    loop {
        let lines = next_lines(&mut input, LINES)?;
        if lines.is_empty() {
            return Ok(());
        }
        for translated in translator.translate_noting(&lines, options, |_| {})? {
            done += 1;
            let at_line = |found: &Note| found.clone().at(&format!("line {done}"));
            note(&translated.notes.iter().map(at_line).collect::<Vec<Note>>());
            writeln!(output, "{}", translated.text)?;
        }
        output.flush()?;
    }
}

impl SearchArgs {
    /// Converts the arguments to options.
    pub fn options(&self) -> TranslateOptions {
        let Self { beam, length_penalty, no_repeat_ngram } = *self;
        let search = Search { beam_width: beam, length_penalty, no_repeat_ngram };
        TranslateOptions { search, ..TranslateOptions::default() }
    }
}

/// Selects the device; `auto` first translates a sentence on both.
fn choose_device(
    translator: &mut Translator,
    device: DeviceArg,
    options: TranslateOptions,
) -> anyhow::Result<()> {
    let Some(gpu) = device.gpu(Scope::Inference)? else { return Ok(()) };
    let mut seconds = |gpu: Option<&Gpu>| -> anyhow::Result<f64> {
        translator.use_gpu(gpu);
        let run = || translator.translate_all(&[RACE_SENTENCE], options, |_| {});
        // The first run compiles shaders.
        run()?;
        let start = Instant::now();
        run()?;
        Ok(start.elapsed().as_secs_f64())
    };
    if device == DeviceArg::Auto && seconds(None)? <= seconds(Some(&gpu))? {
        translator.use_gpu(None);
        eprintln!("auto: the CPU is faster for this model");
    } else {
        translator.use_gpu(Some(&gpu));
    }
    Ok(())
}
