//! `liedwerk generate`: continues a prompt, printing as it writes.

use std::path::PathBuf;
use std::time::Instant;

use liedwerk::generate::{Generator, Options, Sampling, Token};
use liedwerk::gpu::Gpu;
use liedwerk::link::Settings;
use liedwerk::self_test::Scope;
use liedwerk::{Error, ErrorCode};
use serde_json::json;

use crate::device::DeviceArg;
use crate::files::{print, say};
use crate::form_argument::FormArgs;
use crate::generate_form;
use crate::link_argument;
use crate::model_files::open_generator;
use crate::texts::{note, notes_json};

/// Number of tokens each device writes to decide `auto`.
const RACE_TOKENS: usize = 24;

/// Continue a prompt with a trained model
#[derive(clap::Args)]
pub struct Args {
    /// Folder with config.json, tokenizer.json and model.safetensors, or a single file with all three
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Text to continue; empty to start a new one
    #[arg(long, value_name = "TEXT", default_value = "")]
    prompt: String,
    /// Random seed; the same seed gives the same text
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    form: FormArgs,
    /// 0 always takes the likeliest token, 1 is the model's own distribution [default: 0.6, with a form 0.8]
    #[arg(long)]
    temperature: Option<f32>,
    /// Keep only the K likeliest tokens; 0 is off
    #[arg(long, default_value_t = 0)]
    top_k: usize,
    /// Keep only the likeliest tokens with this total probability; 1 is off [default: 0.9, with a form 1]
    #[arg(long)]
    top_p: Option<f32>,
    /// Keep only tokens at least this many times as likely as the likeliest; 0 is off [default: 0, with a
    /// form 0.03]
    #[arg(long)]
    min_p: Option<f32>,
    /// Keep only the tokens closest to the expected surprisal with this total probability; 1 is off
    #[arg(long, default_value_t = 1.0)]
    typical_p: f32,
    /// Values above 1 make recently used tokens less likely; 1 is off
    #[arg(long, default_value_t = 1.0)]
    repetition_penalty: f32,
    /// No N-gram occurs twice in the text; 0 is off
    #[arg(long, value_name = "N", default_value_t = 0)]
    no_repeat_ngram: usize,
    /// Add BIAS to the logit of token ID, -inf bans it; may be repeated
    #[arg(long, value_name = "ID=BIAS", value_parser = bias, allow_hyphen_values = true)]
    logit_bias: Vec<(u32, f32)>,
    /// Maximum number of tokens to write (for the song LSTM: characters)
    #[arg(long, default_value_t = 600)]
    max_new_tokens: usize,
    /// End before this text; may be repeated
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    stop: Vec<String>,
    /// If above 1, search for the likeliest text with a beam of this width instead of sampling
    #[arg(long, value_name = "N", default_value_t = 1)]
    beam: usize,
    /// With a beam: values above 1 favour longer texts, below 1 shorter ones
    #[arg(long, value_name = "A", default_value_t = 1.0)]
    length_penalty: f32,
    /// With --json: list the N likeliest tokens at each step, or with a form the N best candidates for each
    /// line, at most ten
    #[arg(long, value_name = "N", default_value_t = 0, requires = "json")]
    candidates: usize,
    /// Device to use; only cpu writes exactly the text of a link of the page
    #[arg(long, value_enum, default_value_t = DeviceArg::Cpu)]
    device: DeviceArg,
    /// Print the page's link that reproduces and proves this text; like the page, ends the text before ===
    #[arg(long)]
    link: bool,
    /// With --link: address of the page
    #[arg(long, value_name = "URL", default_value = "", requires = "link")]
    base: String,
    /// Print one JSON object at the end instead of the text as it is written
    #[arg(long)]
    json: bool,
}

/// The page's default for a setting.
fn usual(key: &str) -> f32 {
    Settings::default().number(key) as f32
}

/// Parses `ID=BIAS`.
fn bias(argument: &str) -> Result<(u32, f32), String> {
    let parsed = argument.split_once('=').and_then(|(id, bias)| Some((id.parse().ok()?, bias.parse().ok()?)));
    parsed.ok_or_else(|| "expected a token's number, =, and a number".to_owned())
}

/// Prints the prompt as the model read it, and its continuation.
pub fn run(args: Args) -> anyhow::Result<()> {
    let mut generator = open_generator(&args.model)?;
    if args.form.asked() {
        return in_form(&args, &generator);
    }
    choose_device(&mut generator, args.device)?;
    let header = generator.header().line(&args.form.title, &args.form.style, "");
    let (mut prompt, mut options) = (header + &args.prompt, args.options());
    let mut linked = None;
    if args.link {
        if args.device != DeviceArg::Cpu {
            let message = "a link is replayed on the CPU, so --link writes there: leave out --device";
            return Err(Error::new(ErrorCode::BadLink, message).into());
        }
        let settings = link_argument::settings(&args.model, &prompt, &options)?;
        prompt = link_argument::beginning(&settings, &generator, &mut options);
        linked = Some(settings);
    }
    let link = |text: &str| -> anyhow::Result<Option<String>> {
        let spell = |settings| link_argument::spell(&args.base, settings, &args.model, text);
        linked.as_ref().map(spell).transpose()
    };
    let started = generator.start(&prompt, options)?;
    if args.json {
        let mut tokens = Vec::new();
        while let Some(token) = generator.next()? {
            tokens.push(token);
        }
        let continuation: String = tokens.iter().map(|token| token.text.as_str()).collect();
        let notes = notes_json(&started.notes);
        let mut report = json!({
            "prompt": started.prompt,
            "continuation": continuation,
            "tokens": tokens.len(),
            "end": generator.end().map(|end| end.as_str()),
            "notes": notes,
        });
        if let Some(link) = link(&(started.prompt.clone() + &continuation))? {
            report["link"] = link.into();
        }
        if args.candidates > 0 {
            report["steps"] = tokens.iter().map(step).collect();
        }
        say!("{report}");
        return Ok(());
    }
    note(&started.notes);
    if let Some(link) = link(&stream(&started.prompt, &mut generator)?)? {
        say!("{link}");
    }
    Ok(())
}

/// Writes a song with a form, and the link that proves it.
fn in_form(args: &Args, generator: &Generator) -> anyhow::Result<()> {
    let without = [
        ("--prompt", !args.prompt.is_empty()),
        ("--beam", args.beam > 1),
        ("--logit-bias", !args.logit_bias.is_empty()),
        ("--stop", !args.stop.is_empty()),
        ("--device", args.device != DeviceArg::Cpu),
    ];
    if let Some((name, _)) = without.iter().find(|(_, used)| *used) {
        let message = format!("{name} has no part in a song with a form; leave it out");
        return Err(Error::new(ErrorCode::BadOption, message).into());
    }
    let lexicon = args.form.open_lexicon(&args.model)?;
    let form = args.form.form(args.seed, |usual| args.sampling(usual));
    let settings = args.link.then(|| link_argument::form_settings(&args.model, &form)).transpose()?;
    let link = |text: &str| -> anyhow::Result<Option<String>> {
        let spell = |settings| link_argument::spell(&args.base, settings, &args.model, text);
        settings.as_ref().map(spell).transpose()
    };
    if args.json {
        let mut report = generate_form::report(generator, &lexicon, form, args.candidates)?;
        if let Some(link) = link(report["text"].as_str().unwrap_or_default())? {
            report["link"] = link.into();
        }
        say!("{report}");
        return Ok(());
    }
    let text = generate_form::stream(generator, &lexicon, form)?;
    if let Some(link) = link(&text)? {
        say!("{link}");
    }
    Ok(())
}

impl Args {
    /// The given settings, with the others from `usual`.
    fn sampling(&self, usual: Sampling) -> Sampling {
        Sampling {
            temperature: self.temperature.unwrap_or(usual.temperature),
            top_k: self.top_k,
            top_p: self.top_p.unwrap_or(usual.top_p),
            min_p: self.min_p.unwrap_or(usual.min_p),
            typical_p: self.typical_p,
            repetition_penalty: self.repetition_penalty,
            no_repeat_ngram: self.no_repeat_ngram,
        }
    }

    fn options(&self) -> Options {
        Options {
            sampling: self.sampling(Sampling {
                temperature: usual("temperature"),
                top_p: usual("top-p"),
                ..Sampling::default()
            }),
            logit_bias: self.logit_bias.clone(),
            seed: self.seed,
            max_new_tokens: self.max_new_tokens,
            stop: self.stop.clone(),
            candidates: self.candidates,
            recording: false,
            beam_width: self.beam,
            length_penalty: self.length_penalty,
        }
    }
}

fn step(token: &Token) -> serde_json::Value {
    let rows = token.candidates.iter().map(|row| {
        let candidate = &row.candidate;
        json!({
            "id": candidate.id,
            "text": row.text,
            "rank": candidate.rank,
            "logit": candidate.logit,
            "before": candidate.before,
            "after": candidate.after,
            "cut": candidate.cut.map(|cut| cut.as_str()),
        })
    });
    json!({"id": token.id, "text": token.text, "rows": rows.collect::<Vec<_>>()})
}

/// Prints the text as it is written, and returns all of it.
fn stream(prompt: &str, generator: &mut Generator) -> anyhow::Result<String> {
    print(format_args!("{prompt}"))?;
    let mut text = prompt.to_owned();
    while let Some(token) = generator.next()? {
        print(format_args!("{}", token.text))?;
        text.push_str(&token.text);
    }
    say!("");
    Ok(text)
}

/// Selects the device; `auto` first writes a few tokens on both.
fn choose_device(generator: &mut Generator, device: DeviceArg) -> anyhow::Result<()> {
    let Some(gpu) = device.gpu(Scope::Inference)? else { return Ok(()) };
    let mut seconds = |gpu: Option<&Gpu>| -> anyhow::Result<f64> {
        generator.use_gpu(gpu);
        generator.start("", Options { max_new_tokens: RACE_TOKENS + 1, ..Options::default() })?;
        // The first step compiles shaders.
        generator.next()?;
        let start = Instant::now();
        while generator.next()?.is_some() {}
        Ok(start.elapsed().as_secs_f64())
    };
    if device == DeviceArg::Auto && seconds(None)? <= seconds(Some(&gpu))? {
        generator.use_gpu(None);
        eprintln!("auto: the CPU is faster for this model");
    } else {
        generator.use_gpu(Some(&gpu));
    }
    Ok(())
}
