//! Subcommands and how their errors are shown.

use crate::files::is_closed_pipe;
use crate::{
    bench, caption, classify, compare, convert, evaluate, fill, generate, headers, icons, judge, lexicon,
    manifest, memorized, memory, prefer, style, tag, tokenize, train, translate, verify,
};
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Language models that write songs and translate.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Train a model from a recipe.
    Train(train::Args),
    /// Learn a tokenizer from texts, and use one.
    Tokenize(tokenize::Args),
    /// Continue a text.
    Generate(generate::Args),
    /// Translate line by line.
    Translate(translate::Args),
    /// Say of every line which class it is of.
    Classify(classify::Args),
    /// Say of every word which class it is of.
    Tag(tag::Args),
    /// Say what could stand where a text has masks.
    Fill(fill::Args),
    /// Say what is to be seen in a picture.
    Caption(caption::Args),
    /// Write again what a link of the page promises, and compare.
    Verify(verify::Args),
    /// Measure a model on a held-out text, on sentence pairs or on labelled texts.
    Evaluate(evaluate::Args),
    /// See whether the GPU writes what the CPU writes.
    Compare(compare::Args),
    /// Find what a text or a model took from the songs word for word.
    Memorized(memorized::Args),
    /// Measure how good songs are: rhymes, words, repetitions, copies.
    Judge(judge::Args),
    /// Tune a model towards what a judge or people prefer.
    Prefer(prefer::Args),
    /// Prepare songs for training: a header line with title, style and rhyme scheme before each.
    Headers(headers::Args),
    /// Make the file of words and their sounds that rhymes are told by.
    Lexicon(lexicon::Args),
    /// Draw small pictures with captions in German and English.
    Icons(icons::Args),
    /// Paint a picture in the style of another.
    Style(style::Args),
    /// Measure this machine.
    Bench(bench::Args),
    /// Write weights in another number format.
    Convert(convert::Args),
    /// Bring the page's list of models up to date with the files beside it.
    Manifest(manifest::Args),
}

/// Runs the command; an error becomes `error[code]: sentence` and exit status 1.
pub fn main() -> ExitCode {
    let command = Cli::parse().command;
    memory::keep();
    // Inside the thread pool a small product shares its work at once; from outside, each would first have to
    // wake the pool and wait for it.
    let result = rayon::scope(|_| match command {
        Command::Train(args) => train::run(args),
        Command::Tokenize(args) => tokenize::run(args),
        Command::Generate(args) => generate::run(args),
        Command::Translate(args) => translate::run(args),
        Command::Classify(args) => classify::run(args),
        Command::Tag(args) => tag::run(args),
        Command::Fill(args) => fill::run(args),
        Command::Caption(args) => caption::run(args),
        Command::Verify(args) => verify::run(args),
        Command::Evaluate(args) => evaluate::run(args),
        Command::Compare(args) => compare::run(args),
        Command::Memorized(args) => memorized::run(args),
        Command::Judge(args) => judge::run(args),
        Command::Prefer(args) => prefer::run(args),
        Command::Headers(args) => headers::run(args),
        Command::Lexicon(args) => lexicon::run(args),
        Command::Icons(args) => icons::run(args),
        Command::Style(args) => style::run(args),
        Command::Bench(args) => bench::run(args),
        Command::Convert(args) => convert::run(args),
        Command::Manifest(args) => manifest::run(args),
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let code = error.chain().find_map(|cause| cause.downcast_ref::<liedwerk::Error>());
            let code = code.map_or("file", |error| error.code().as_str());
            eprintln!("error[{code}]: {error:#}");
            ExitCode::FAILURE
        }
    }
}
