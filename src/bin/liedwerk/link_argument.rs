//! `liedwerk generate --link`: the link of the page that gives this very text, and proves it.

use std::path::Path;

use anyhow::Context;
use liedwerk::generate::form::Form;
use liedwerk::generate::{Generator, Options, Sampling};
use liedwerk::io::sha256;
use liedwerk::link::{self, Proof, Settings};
use liedwerk::{Error, ErrorCode};

use crate::files::read;

/// The settings of the page's link for these options.
///
/// # Errors
/// `bad-link` where a link cannot carry one.
pub fn settings(model: &Path, prompt: &str, options: &Options) -> anyhow::Result<Settings> {
    let without = [
        ("--beam", options.beam_width > 1),
        ("--logit-bias", !options.logit_bias.is_empty()),
        ("--stop", !options.stop.is_empty()),
    ];
    if let Some((name, _)) = without.iter().find(|(_, used)| *used) {
        let message = format!("a link cannot carry {name}, the page has no such setting");
        return Err(Error::new(ErrorCode::BadLink, message).into());
    }
    let mut settings = sampled(model, &options.sampling, options.seed)?;
    settings.prompt = Some(prompt.to_owned());
    settings.set("length", options.max_new_tokens)?;
    Ok(settings)
}

/// The settings of the page's link for a song with this form.
///
/// # Errors
/// `bad-link` where a link cannot carry it.
pub fn form_settings(model: &Path, form: &Form) -> anyhow::Result<Settings> {
    if form.candidates != Form::default().candidates {
        return Err(Error::new(
            ErrorCode::BadLink,
            "a link cannot carry --tries, the page has no such setting",
        )
        .into());
    }
    let mut settings = sampled(model, &form.sampling, form.seed)?;
    settings.set_form(form)?;
    Ok(settings)
}

fn sampled(model: &Path, sampling: &Sampling, seed: u64) -> anyhow::Result<Settings> {
    let model = model.canonicalize().ok().and_then(|path| Some(path.file_name()?.to_str()?.to_owned()));
    let mut settings = Settings::default();
    settings.model = model.context("the model's folder has no name, which a link needs")?;
    settings.set("temperature", sampling.temperature)?;
    settings.set("top-k", sampling.top_k)?;
    settings.set("top-p", sampling.top_p)?;
    settings.set("min-p", sampling.min_p)?;
    settings.set("typical", sampling.typical_p)?;
    settings.set("repetition", sampling.repetition_penalty)?;
    settings.set("no-repeat", sampling.no_repeat_ngram)?;
    settings.set("seed", seed)?;
    Ok(settings)
}

/// What the model is given, and the stop string that every link has.
pub fn beginning(settings: &Settings, generator: &Generator, options: &mut Options) -> String {
    options.stop = vec![link::SONG_ENDS.to_owned()];
    link::song_beginning(settings, generator, None)
}

/// The link for the text that was written with these settings.
pub fn spell(base: &str, settings: &Settings, folder: &Path, text: &str) -> anyhow::Result<String> {
    let path = folder.join("model.safetensors");
    let weights = read(&path)?;
    let proof = Proof::of(text, true, &settings.model, &sha256(&weights));
    Ok(format!("{base}#{}", settings.fragment(&[proof])))
}
