//! Stores a drawing with all its steps, for the page's example.

use liedwerk::draw::{DrawSettings, DrawnStep, LookedAt, Order};
use liedwerk::text::Language;
use safetensors::Dtype;
use safetensors::tensor::{TensorView, serialize};
use serde_json::json;
use std::collections::{BTreeMap, HashMap};

/// Safetensors of `U8`: `pictures` (T, 32, 32, 3); `latents` (T, 4, 8, 8), encoded as 32 x + 128; cross-attention `fine`
/// (T, W, 64) and `coarse` (T, W, 16), encoded as 255 x. The metadata's `drawing` is JSON with the prompt, its caption
/// and the settings.
pub fn film(
    prompt: &str,
    order: &Order,
    settings: DrawSettings,
    steps: &[DrawnStep],
) -> anyhow::Result<Vec<u8>> {
    let words = steps.first().map_or(0, |step| step.words.len());
    let looked = |part: fn(&LookedAt) -> &Vec<f32>| -> Vec<u8> {
        let values = steps.iter().flat_map(|step| &step.words).flat_map(part);
        values.map(|share| (share * 255.0).round() as u8).collect()
    };
    let pictures: Vec<u8> = steps.iter().flat_map(|step| step.picture.pixels.iter().copied()).collect();
    let latents: Vec<u8> = steps
        .iter()
        .flat_map(|step| &step.latent)
        .map(|value| (value * 32.0 + 128.0).round() as u8)
        .collect();
    let (fine, coarse) = (looked(|word| &word.fine), looked(|word| &word.coarse));
    let count = steps.len();
    let tensors = BTreeMap::from([
        ("pictures", TensorView::new(Dtype::U8, vec![count, 32, 32, 3], &pictures)?),
        ("latents", TensorView::new(Dtype::U8, vec![count, 4, 8, 8], &latents)?),
        ("fine", TensorView::new(Dtype::U8, vec![count, words, 64], &fine)?),
        ("coarse", TensorView::new(Dtype::U8, vec![count, words, 16], &coarse)?),
    ]);
    let language = if order.language == Language::German { "de" } else { "en" };
    let fingerprint = steps.last().map_or(0, |step| step.picture.fingerprint());
    let about = json!({
        "prompt": prompt,
        "caption": order.caption,
        "language": language,
        "seed": settings.seed,
        "guidance": settings.guidance,
        "fingerprint": format!("{fingerprint:016x}"),
    });
    // A single entry, since the order of several would be random.
    let about = HashMap::from([("drawing".to_owned(), about.to_string())]);
    Ok(serialize(tensors, Some(about))?)
}
