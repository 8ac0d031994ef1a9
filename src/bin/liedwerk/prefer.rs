//! `liedwerk prefer`: tunes a language model towards what someone prefers.

use crate::arithmetic::ArithmeticArg;
use crate::files::{print, read_text, say};
use crate::form_argument::lexicon_of;
use crate::lexicon;
use crate::model_files::{models_beside, open_classifier, open_generator};
use crate::progress::progress_bar;
use crate::train::{Folder, Use};
use anyhow::Context;
use liedwerk::generate::Generator;
use liedwerk::io::ModelFile;
use liedwerk::judge::Share;
use liedwerk::prefer::{
    Choices, Judge, Learnable, Measurement, Method, PairDrawing, RewardPlan, Session, ShowPlan, TuningPlan,
    beats_chance,
};
use liedwerk::text::rhyme::Lexicon;
use liedwerk::train::Layers;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Tune a language model towards the preferences of a judge, or of a file of choices
#[derive(clap::Args)]
pub struct Args {
    /// Folder of the model
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Judge that compares and measures: rhyme, short-lines, no-old-words or cheerful
    #[arg(long, value_name = "NAME", default_value = "rhyme", value_parser = judge)]
    judge: Judge,
    /// Rhyme lexicon; by default the model's own
    #[arg(long, value_name = "FILE")]
    lexicon: Option<PathBuf>,
    /// Classifier of moods for the judge cheerful; by default the one in the list of models next to the model
    #[arg(long, value_name = "DIR")]
    mood: Option<PathBuf>,
    /// Stanzas separated by blank lines, on which the model is fine-tuned first
    #[arg(long, value_name = "FILE")]
    show: Option<PathBuf>,
    /// Number of choices that the judge makes
    #[arg(long, value_name = "N", default_value_t = 100)]
    pairs: usize,
    /// Number of stanzas drawn per choice, of which the judge compares the best and the worst; depends on the
    /// judge by default
    #[arg(long, value_name = "N")]
    draws: Option<usize>,
    /// Choices made by people, instead of the judge's; may be repeated
    #[arg(long, value_name = "FILE")]
    choices: Vec<PathBuf>,
    /// Save the choices to this file
    #[arg(long, value_name = "FILE")]
    save_choices: Option<PathBuf>,
    /// dpo learns from the choices, reinforce from a reward model fitted to them
    #[arg(long, value_name = "NAME", default_value = "dpo", value_parser = method)]
    method: Method,
    /// Strength of the penalty for moving away from the original model
    #[arg(long)]
    beta: Option<f32>,
    #[arg(long)]
    lr: Option<f32>,
    #[arg(long)]
    steps: Option<u64>,
    /// Layers to train: all or last
    #[arg(long, value_name = "NAME", value_parser = layers)]
    layers: Option<Layers>,
    /// Peak learning rate of the reward model
    #[arg(long)]
    reward_lr: Option<f32>,
    /// Number of passes of the reward model over the choices; 0 fits none, which only dpo allows
    #[arg(long, value_name = "N")]
    reward_epochs: Option<u64>,
    /// Layers of the reward model to train: all or last
    #[arg(long, value_name = "NAME", value_parser = layers)]
    reward_layers: Option<Layers>,
    /// Number of stanzas for comparing the old and the new model
    #[arg(long, value_name = "N", default_value_t = 96)]
    measure: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for the tuned model
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Overwrite the folder
    #[arg(long)]
    overwrite: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// portable computes the same bits as the page, fast uses all of this processor
    #[arg(long, value_enum, default_value_t = ArithmeticArg::Portable)]
    arithmetic: ArithmeticArg,
}

fn judge(name: &str) -> Result<Judge, String> {
    let known = || Judge::ALL.map(Judge::as_str).join(", ");
    Judge::named(name).ok_or_else(|| format!("known are {}", known()))
}

fn method(name: &str) -> Result<Method, String> {
    serde_json::from_value(name.into()).map_err(|_| "known are dpo, reinforce".to_owned())
}

fn layers(name: &str) -> Result<Layers, String> {
    serde_json::from_value(name.into()).map_err(|_| "known are all, last".to_owned())
}

/// Draws or reads choices, fits a reward model, tunes and measures.
pub fn run(args: Args) -> anyhow::Result<()> {
    args.arithmetic.apply();
    let mut session = open(&args)?;
    let folder = match &args.out {
        Some(out) => Some(Folder::open(out, if args.overwrite { Use::Overwrite } else { Use::Begin })?),
        None => None,
    };
    let began = Instant::now();
    let choices = if args.choices.is_empty() { judged(&args, &session)? } else { read_choices(&args)? };
    let drawn_in = began.elapsed().as_secs_f64();
    if let Some(path) = &args.save_choices {
        liedwerk::io::write_atomically(path, choices.to_lines().as_bytes())?;
    }
    let number = choices.0.len();
    let &Learnable { contradicted, too_long, .. } = session.learn_from(choices)?;
    let began = Instant::now();
    let accuracy = fit(&args, &mut session)?;
    let (fitted_in, began) = (began.elapsed().as_secs_f64(), Instant::now());
    let plan = tune(&args, &mut session)?;
    let tuned_in = began.elapsed().as_secs_f64();
    let measured = session.measure(args.judge, args.measure, args.seed)?;
    if let Some(folder) = &folder {
        write(folder, &session.model_file(&name(&args), tuned_in)?)?;
    }
    let seconds = [drawn_in, fitted_in, tuned_in];
    let report = Report { choices: number, contradicted, too_long, accuracy, seconds, measured, plan };
    if args.json {
        say!("{}", report.json());
    } else {
        print(format_args!("{report}"))?;
    }
    Ok(())
}

fn open(args: &Args) -> anyhow::Result<Session> {
    let generator = open_generator(&args.model)?;
    let generator = match &args.show {
        Some(stanzas) => shown(args, &generator, stanzas)?,
        None => generator,
    };
    let mut session = Session::of_generator(&generator, open_lexicon(args)?)?;
    if args.judge == Judge::Cheerful {
        let mood = args.mood.clone().map_or_else(|| mood_beside(&args.model), Ok)?;
        session.learn_moods(open_classifier(&mood)?)?;
    }
    Ok(session)
}

fn open_lexicon(args: &Args) -> anyhow::Result<Lexicon> {
    match &args.lexicon {
        Some(path) => lexicon::open(path),
        None => lexicon_of(&args.model),
    }
}

/// Fine-tunes the model on stanzas and rounds it as its file does, which is also what the page continues
/// from.
fn shown(args: &Args, generator: &Generator, stanzas: &Path) -> anyhow::Result<Generator> {
    let mut session = Session::of_generator(generator, open_lexicon(args)?)?;
    let began = Instant::now();
    let showing = session.show(&read_text(stanzas)?, ShowPlan { seed: args.seed, ..ShowPlan::default() })?;
    let bar = progress_bar(showing.steps() as usize, "steps on what is shown", args.json);
    for _ in 0..showing.steps() {
        showing.step()?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    let file = session.shown_file(&name(args), began.elapsed().as_secs_f64())?;
    let ModelFile { config, tokenizer, .. } = ModelFile::read(&file)?;
    Ok(Generator::from_files(&config, &tokenizer, &file)?)
}

/// The classifier of moods in the list of models next to this model.
fn mood_beside(model: &Path) -> anyhow::Result<PathBuf> {
    let found = models_beside(model).and_then(|(models, manifest)| {
        let entry = manifest.models.into_iter().find(|entry| entry.model_type == "text_classifier")?;
        Some(models.join(entry.files.config).parent()?.to_owned())
    });
    found.with_context(|| format!("no model of moods is known for {}; name one with --mood", model.display()))
}

/// The choices of the judge.
fn judged(args: &Args, session: &Session) -> anyhow::Result<Choices> {
    let drawing = PairDrawing { seed: args.seed, draws: args.draws.unwrap_or(args.judge.draws()) };
    let bar = progress_bar(args.pairs, "choices", args.json);
    let mut choices = Choices::default();
    for k in 0..Judge::most_comparisons(args.pairs) {
        if choices.0.len() == args.pairs {
            break;
        }
        if let Some(choice) = session.judged(drawing, k, args.judge)? {
            choices.0.push(choice);
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    Ok(choices)
}

fn read_choices(args: &Args) -> anyhow::Result<Choices> {
    let mut all = Choices::default();
    for path in &args.choices {
        all.join(Choices::from_lines(&read_text(path)?)?);
    }
    Ok(all)
}

/// Fits a reward model, unless none is needed; returns how many held-out choices it predicts.
fn fit(args: &Args, session: &mut Session) -> anyhow::Result<Option<Share>> {
    let usual = RewardPlan::default();
    let plan = RewardPlan {
        layers: args.reward_layers.unwrap_or(usual.layers),
        lr: args.reward_lr.unwrap_or(usual.lr),
        epochs: args.reward_epochs.unwrap_or(usual.epochs),
        seed: args.seed,
        ..usual
    };
    if plan.epochs == 0 && args.method == Method::Dpo {
        return Ok(None);
    }
    let fit = session.fit_reward(&plan)?;
    let bar = progress_bar(fit.steps() as usize, "steps of the reward model", args.json);
    for _ in 0..fit.steps() {
        fit.step()?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(Some(fit.accuracy()))
}

fn tune(args: &Args, session: &mut Session) -> anyhow::Result<TuningPlan> {
    let usual = TuningPlan::usual(args.method);
    let plan = TuningPlan {
        layers: args.layers.unwrap_or(usual.layers),
        beta: args.beta.unwrap_or(usual.beta),
        lr: args.lr.unwrap_or(usual.lr),
        steps: args.steps.unwrap_or(usual.steps),
        seed: args.seed,
        ..usual
    };
    let tuning = session.tune(plan.clone())?;
    let bar = progress_bar(plan.steps as usize, "steps", args.json);
    while !tuning.is_done() {
        tuning.step()?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(plan)
}

/// Name of the tuned model.
fn name(args: &Args) -> String {
    let model = args.model.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    format!("{model}-{}", args.judge.as_str())
}

/// Writes the single model file, and next to it the parts that other programs read.
fn write(folder: &Folder, model: &[u8]) -> anyhow::Result<()> {
    let ModelFile { config, tokenizer, card } = ModelFile::read(model)?;
    folder.write("config.json", config.as_bytes())?;
    folder.write("tokenizer.json", tokenizer.as_bytes())?;
    folder.write("card.json", card.unwrap_or_default().as_bytes())?;
    folder.write("model.safetensors", model)
}

struct Report {
    choices: usize,
    contradicted: usize,
    too_long: usize,
    accuracy: Option<Share>,
    seconds: [f64; 3],
    measured: Measurement,
    plan: TuningPlan,
}

impl Report {
    fn json(&self) -> Value {
        let [drawing, fitting, tuning] = self.seconds;
        let accuracy = self.accuracy.map(
            |share| json!({"share": share.value(), "part": share.part, "all": share.all, "beats_chance": beats_chance(share)}),
        );
        json!({
            "choices": self.choices, "contradicted": self.contradicted, "too_long": self.too_long,
            "reward_accuracy": accuracy,
            "plan": self.plan, "measured": self.measured,
            "seconds": {"choices": drawing, "reward": fitting, "tuning": tuning},
        })
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Measurement { stanzas, rhymed, win_rate, kl, distinct } = &self.measured;
        writeln!(f, "{} choices, of which {} contradict each other", self.choices, self.contradicted)?;
        if self.too_long > 0 {
            writeln!(f, "{} are longer than what the model reads, and left out", self.too_long)?;
        }
        if let Some(share) = self.accuracy {
            let percent = 100.0 * share.value();
            writeln!(f, "held-out choices foretold  {percent:.0} % ({} of {})", share.part, share.all)?;
            if !beats_chance(share) {
                writeln!(
                    f,
                    "that is no better than guessing: the choices agree on nothing that this model can learn"
                )?;
            }
        }
        writeln!(f, "{stanzas} stanzas of each model")?;
        writeln!(
            f,
            "rhymed pairs               {:.1} %, before {:.1} %",
            100.0 * rhymed[1],
            100.0 * rhymed[0]
        )?;
        writeln!(f, "won against before         {:.1} %", 100.0 * win_rate)?;
        writeln!(f, "distance (KL)              {kl:.2} nats a stanza")?;
        writeln!(
            f,
            "different word triples     {:.1} %, before {:.1} %",
            100.0 * distinct[1],
            100.0 * distinct[0]
        )
    }
}
