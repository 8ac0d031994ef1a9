//! Stores a drawing with all its steps, for the page's example.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use liedwerk::draw::{DrawSettings, DrawnStep, LookedAt, Order};
use serde_json::json;

/// JSON: the prompt, its caption and the settings; for each step, as base64 of bytes, `pixels` (32, 32, 3), `latent`
/// (4, 8, 8), encoded as 32 x + 128, and the cross-attention `fine` (W, 64) and `coarse` (W, 16), encoded as 255 x.
pub fn film(prompt: &str, order: &Order, settings: DrawSettings, steps: &[DrawnStep]) -> String {
    let looked = |step: &DrawnStep, part: fn(&LookedAt) -> &Vec<f32>| {
        let shares = step.words.iter().flat_map(part);
        STANDARD.encode(shares.map(|share| (share * 255.0).round() as u8).collect::<Vec<_>>())
    };
    let latent = |step: &DrawnStep| {
        let bytes = step.latent.iter().map(|value| (value * 32.0 + 128.0).round() as u8);
        STANDARD.encode(bytes.collect::<Vec<_>>())
    };
    let frame = |step: &DrawnStep| {
        json!({
            "pixels": STANDARD.encode(&step.picture.pixels),
            "latent": latent(step),
            "fine": looked(step, |word| &word.fine),
            "coarse": looked(step, |word| &word.coarse),
        })
    };
    let fingerprint = steps.last().map_or(0, |step| step.picture.fingerprint());
    let film = json!({
        "prompt": prompt,
        "caption": order.caption,
        "language": order.language.code(),
        "seed": settings.seed,
        "guidance": settings.guidance,
        "fingerprint": format!("{fingerprint:016x}"),
        "frames": steps.iter().map(frame).collect::<Vec<_>>(),
    });
    format!("{film}\n")
}
