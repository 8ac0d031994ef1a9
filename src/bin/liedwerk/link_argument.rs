//! `liedwerk generate --link`: the page's link that reproduces and proves this text.

use std::path::Path;

use anyhow::Context;
use liedwerk::generate::form::Form;
use liedwerk::generate::{Generator, Options, Sampling};
use liedwerk::io::sha256;
use liedwerk::link::{self, Proof, Settings};
use liedwerk::{Error, ErrorCode};

use crate::files::read;

/// The link settings for these options.
///
/// # Errors
/// `bad-link` for options that a link cannot store.
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

/// The link settings for a song with this form.
///
/// # Errors
/// `bad-link` if a link cannot store the form.
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

/// The beginning for the model; also sets the stop string that all links use.
pub fn beginning(settings: &Settings, generator: &Generator, options: &mut Options) -> String {
    options.stop = vec![link::SONG_ENDS.to_owned()];
    link::song_beginning(settings, generator, None)
}

/// The link for a text written with these settings.
pub fn spell(base: &str, settings: &Settings, folder: &Path, text: &str) -> anyhow::Result<String> {
    let path = folder.join("model.safetensors");
    let weights = read(&path)?;
    let proof = Proof::of(text, true, &settings.model, &sha256(&weights));
    Ok(format!("{base}#{}", settings.fragment(&[proof])))
}
