//! The subcommands, and error reporting.

use crate::files::is_closed_pipe;
use crate::{
    bench, caption, classify, compare, convert, draw, evaluate, fill, generate, headers, icons, judge,
    lexicon, manifest, memorized, memory, prefer, style, tag, tokenize, train, translate, verify,
};
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Language models that write songs and translate
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Train a model from a recipe
    Train(train::Args),
    /// Learn a tokenizer from texts, or use one
    Tokenize(tokenize::Args),
    /// Continue a text
    Generate(generate::Args),
    /// Translate line by line
    Translate(translate::Args),
    /// Classify every line
    Classify(classify::Args),
    /// Tag every word
    Tag(tag::Args),
    /// Predict masked words in a text
    Fill(fill::Args),
    /// Describe a picture
    Caption(caption::Args),
    /// Reproduce the texts of a link of the page, and compare
    Verify(verify::Args),
    /// Evaluate a model on a held-out text, sentence pairs or labelled texts
    Evaluate(evaluate::Args),
    /// Check that the GPU writes the same as the CPU
    Compare(compare::Args),
    /// Find passages that a text or a model copied from songs
    Memorized(memorized::Args),
    /// Measure the quality of songs: rhymes, words, repetitions, copies
    Judge(judge::Args),
    /// Tune a model towards the preferences of a judge or of people
    Prefer(prefer::Args),
    /// Prepare songs for training, with a header line of title, style and rhyme scheme before each
    Headers(headers::Args),
    /// Build or query a rhyme lexicon
    Lexicon(lexicon::Args),
    /// Draw small pictures with captions in German and English
    Icons(icons::Args),
    /// Draw what a prompt asks for
    Draw(draw::Args),
    /// Paint a picture in the style of another
    Style(style::Args),
    /// Benchmark this machine
    Bench(bench::Args),
    /// Convert weights to another number format
    Convert(convert::Args),
    /// Update the page's list of models from the files next to it
    Manifest(manifest::Args),
}

/// Runs the command; an error is printed as `error[code]: sentence`, with exit status 1.
pub fn main() -> ExitCode {
    let command = Cli::parse().command;
    memory::keep();
    // Inside the thread pool a small product is distributed at once; from outside, each would have to wake
    // the pool and wait for it.
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
        Command::Draw(args) => draw::run(args),
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
