//! `liedwerk generate`: continue a prompt, streaming.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use liedwerk::generate::{Generator, Options, Sampling, Token};
use liedwerk::gpu::Gpu;
use liedwerk::self_test::Scope;
use liedwerk::{Error, ErrorCode};
use serde_json::json;

use crate::device::DeviceArg;
use crate::link_argument;
use crate::model_files::read_model;
use crate::texts::say;
use liedwerk::workshop::Base;

/// Tokens that each device writes for `auto`.
const RACE_TOKENS: usize = 24;

/// Continue a prompt with a trained model.
#[derive(clap::Args)]
pub struct Args {
    /// Folder with config.json, tokenizer.json and model.safetensors, or one file that holds all three.
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// The text to continue; empty begins a new one.
    #[arg(long, value_name = "TEXT", default_value = "")]
    prompt: String,
    /// The same seed gives the same text.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// 0 always takes the likeliest token, 1 is the model's own distribution.
    #[arg(long, default_value_t = 0.6)]
    temperature: f32,
    /// Only the K likeliest tokens; 0 is off.
    #[arg(long, default_value_t = 0)]
    top_k: usize,
    /// Only the likeliest tokens that together have this probability; 1 is off.
    #[arg(long, default_value_t = 0.9)]
    top_p: f32,
    /// Only tokens at least this many times as likely as the likeliest; 0 is off.
    #[arg(long, default_value_t = 0.0)]
    min_p: f32,
    /// Only the tokens nearest to the expected surprise that together have this probability; 1 is off.
    #[arg(long, default_value_t = 1.0)]
    typical_p: f32,
    /// Above 1, tokens used lately become less likely; 1 is off.
    #[arg(long, default_value_t = 1.0)]
    repetition_penalty: f32,
    /// No N tokens come twice in the text; 0 is off.
    #[arg(long, value_name = "N", default_value_t = 0)]
    no_repeat_ngram: usize,
    /// Adds BIAS to the logit of the token ID, -inf rules it out; may be given several times.
    #[arg(long, value_name = "ID=BIAS", value_parser = bias, allow_hyphen_values = true)]
    logit_bias: Vec<(u32, f32)>,
    /// How many tokens to write (of the song model: characters).
    #[arg(long, default_value_t = 600)]
    max_new_tokens: usize,
    /// End before this text; may be given several times.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    stop: Vec<String>,
    /// Above 1, draw nothing but search for the likeliest text with a beam of this width.
    #[arg(long, value_name = "N", default_value_t = 1)]
    beam: usize,
    /// With a beam: above 1 favours longer texts, below 1 shorter ones.
    #[arg(long, value_name = "A", default_value_t = 1.0)]
    length_penalty: f32,
    /// With --json: for every token the N likeliest of its step.
    #[arg(long, value_name = "N", default_value_t = 0, requires = "json")]
    candidates: usize,
    /// Where to compute; only the cpu writes the very text that a link of the page gives.
    #[arg(long, value_enum, default_value_t = DeviceArg::Cpu)]
    device: DeviceArg,
    /// Print the link of the page that writes this text and proves it. It ends the text before === like the page.
    #[arg(long)]
    link: bool,
    /// With --link: the page's address.
    #[arg(long, value_name = "URL", default_value = "", requires = "link")]
    base: String,
    /// Print one JSON object at the end instead of the text as it grows.
    #[arg(long)]
    json: bool,
}

/// `ID=BIAS`.
fn bias(argument: &str) -> Result<(u32, f32), String> {
    let parsed = argument.split_once('=').and_then(|(id, bias)| Some((id.parse().ok()?, bias.parse().ok()?)));
    parsed.ok_or_else(|| "expected a token's number, =, and a number".to_owned())
}

/// Prints the prompt as the model read it, and its continuation.
pub fn run(args: Args) -> anyhow::Result<()> {
    let mut generator = open(&args.model)?;
    choose_device(&mut generator, args.device)?;
    let (mut prompt, mut options) = (args.prompt.clone(), args.options());
    let mut linked = None;
    if args.link {
        if args.device != DeviceArg::Cpu {
            let message = "a link is replayed on the CPU, so --link writes there: leave out --device";
            return Err(Error::new(ErrorCode::BadLink, message).into());
        }
        let settings = link_argument::settings(&args.model, &prompt, &options)?;
        prompt = link_argument::prepare(&settings, &generator, &mut options);
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
        let notes: Vec<_> =
            started.notes.iter().map(|note| json!({"code": note.code, "message": note.message})).collect();
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
        return printed(writeln!(io::stdout(), "{report}"));
    }
    say(&started.notes);
    match stream(&started.prompt, &mut generator)? {
        Some(text) => link(&text)?.map_or(Ok(()), |link| printed(writeln!(io::stdout(), "{link}"))),
        None => Ok(()),
    }
}

impl Args {
    fn options(&self) -> Options {
        Options {
            sampling: Sampling {
                temperature: self.temperature,
                top_k: self.top_k,
                top_p: self.top_p,
                min_p: self.min_p,
                typical_p: self.typical_p,
                repetition_penalty: self.repetition_penalty,
                no_repeat_ngram: self.no_repeat_ngram,
            },
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

/// All of the text, unless its reader has seen enough.
fn stream(prompt: &str, generator: &mut Generator) -> anyhow::Result<Option<String>> {
    let mut out = io::stdout().lock();
    printed(write!(out, "{prompt}"))?;
    let mut text = prompt.to_owned();
    while let Some(token) = generator.next()? {
        if let Err(e) = write!(out, "{}", token.text).and_then(|()| out.flush()) {
            return printed(Err(e)).map(|()| None);
        }
        text.push_str(&token.text);
    }
    printed(writeln!(out))?;
    Ok(Some(text))
}

/// A reader that has seen enough (`| head`) is no error.
pub fn printed(result: io::Result<()>) -> anyhow::Result<()> {
    match result {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(()),
    }
}

/// Lets the generator write where it is asked to; `auto` writes a few tokens on either device first.
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

/// Opens a model folder, or a model in one file.
pub fn open(path: &Path) -> anyhow::Result<Generator> {
    let Base { config, tokenizer, weights } = read_model(path)?;
    Ok(Generator::from_files(&config, &tokenizer, &weights)?)
}

/// The error for a file that cannot be read.
pub fn unreadable(path: &Path, e: &io::Error) -> Error {
    Error::new(ErrorCode::File, format!("{} cannot be read: {e}", path.display()))
}
