//! `cargo xtask`: serves the page, builds the static site, runs all tests, measures sizes.
//!
//! Needs only a Rust toolchain, except `test`, which also drives a browser and reports what is missing.

mod build;
mod bundle;
mod cargo;
mod http;
mod package;
mod serve;
mod server;
mod size;
mod test;
mod tools;

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

const HELP: &str = "\
Usage: cargo xtask COMMAND

  serve [--port N]   build the page and serve it on 127.0.0.1 (default port 8080, 0 = any free one)
  build --out DIR    write the static site to DIR, ready for any host
  package --out DIR  write the npm package to DIR
  fuzz [TARGET]... [--seconds N] [--runs N] [--seed N] [--input FILE]
                     damaged files for every reader, a minute each
  test [STAGE]...    everything, or only some of: fmt clippy native site torch oracles wasm page size
  test quick         formatting and the tests on the CPU, within five minutes
  size               sizes of the built page against their budget
";

/// A parsed command line.
enum Command {
    Help,
    Serve { port: u16 },
    Build { out: PathBuf },
    Package { out: PathBuf },
    Fuzz { arguments: Vec<OsString> },
    Test { stages: Vec<String> },
    Size,
}

fn main() -> ExitCode {
    let outcome = parse(lexopt::Parser::from_env()).and_then(|command| match command {
        Command::Help => {
            print!("{HELP}");
            Ok(())
        }
        Command::Serve { port } => serve::run(port),
        Command::Build { out } => build::run(&out),
        Command::Package { out } => package::run(&out),
        Command::Fuzz { arguments } => fuzz(&arguments),
        Command::Test { stages } => test::run(&stages),
        Command::Size => size::run(),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The fuzzer is a separate program with its own counting allocator.
fn fuzz(arguments: &[OsString]) -> Result<()> {
    cargo::run(cargo::cargo().args(["run", "--quiet", "--package", "fuzz", "--"]).args(arguments))
}

fn parse(mut arguments: lexopt::Parser) -> Result<Command> {
    let mut name = None;
    let mut port = 8080;
    let mut out = None;
    let mut stages = Vec::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Command::Help),
            Long("port") if name.as_deref() == Some("serve") => port = arguments.value()?.parse()?,
            Long("out") if matches!(name.as_deref(), Some("build" | "package")) => {
                out = Some(arguments.value()?.into())
            }
            Value(value) if name.is_none() && value == "fuzz" => {
                return Ok(Command::Fuzz { arguments: arguments.raw_args()?.collect() });
            }
            Value(value) if name.is_none() => name = Some(value.string()?),
            Value(value) if name.as_deref() == Some("test") => stages.push(value.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    match name.as_deref() {
        None | Some("help") => Ok(Command::Help),
        Some("serve") => Ok(Command::Serve { port }),
        Some("build") => Ok(Command::Build { out: out.context("`build` needs --out DIR")? }),
        Some("package") => Ok(Command::Package { out: out.context("`package` needs --out DIR")? }),
        Some("test") => Ok(Command::Test { stages }),
        Some("size") => Ok(Command::Size),
        Some(other) => bail!("there is no command `{other}`\n\n{HELP}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_words(words: &[&str]) -> Result<Command> {
        parse(lexopt::Parser::from_args(words))
    }

    #[test]
    fn options_belong_to_their_command() {
        assert!(matches!(parse_words(&["serve"]), Ok(Command::Serve { port: 8080 })));
        assert!(matches!(parse_words(&["serve", "--port", "0"]), Ok(Command::Serve { port: 0 })));
        assert!(matches!(parse_words(&[]), Ok(Command::Help)));
        for wrong in [
            &["serve", "--port", "70000"][..],
            &["build"],
            &["package"],
            &["size", "--port", "1"],
            &["serve", "twice"],
            &["sing"],
        ] {
            assert!(parse_words(wrong).is_err(), "{wrong:?}");
        }
    }
}
