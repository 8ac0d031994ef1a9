//! A GAN in the plane as a JavaScript class. Points are passed as one flat `Float32Array`: x, y, x, y, …

use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::{bad_option, to_js};
use super::object::to_object;
use crate::error::{Error, ErrorCode};
use crate::pictures::{Cloud, nearness};
use crate::train::{GanSettings, GanTrainer};

/// Number of points shown and measured.
const SHOWN: usize = 400;
/// Distance below which points are near, in a plane of width 2.
const NEAR: f32 = 0.1;

/// Two networks in training. Must be `free()`d by JavaScript.
#[wasm_bindgen]
pub struct Gan {
    inner: GanTrainer,
    real: Vec<[f32; 2]>,
    noise: Vec<[f32; 2]>,
}

/// Precision and recall of the generated points, from 0 to 1.
#[derive(Serialize, Tsify)]
struct JsNearness {
    precision: f32,
    recall: f32,
}

/// The distribution with this name, or one around drawn points.
fn cloud(name: &str, drawn: &[f32]) -> Result<Cloud, JsValue> {
    let unknown = || to_js(Error::new(ErrorCode::BadOption, format!("no distribution is called {name}")));
    match name {
        "drawn" => Ok(Cloud::Drawn(drawn.as_chunks::<2>().0.to_vec())),
        name => Cloud::named(name).ok_or_else(unknown),
    }
}

#[wasm_bindgen]
impl Gan {
    /// Creates two new networks for the distribution `ring`, `gaussians`, `line`, `moons`, or `drawn` with
    /// its points; omitted settings have their defaults. Throws `bad-option`.
    pub fn create(name: &str, drawn: &[f32], seed: f64, settings: JsValue) -> Result<Gan, JsValue> {
        let settings: Option<GanSettings> = serde_wasm_bindgen::from_value(settings).map_err(bad_option)?;
        let mut inner = GanTrainer::new(settings.unwrap_or_default(), cloud(name, drawn)?, seed as u64);
        let (real, noise) = (inner.real(SHOWN), inner.noise(SHOWN));
        Ok(Self { inner, real, noise })
    }

    /// Continues with another distribution. Throws `bad-option`.
    #[wasm_bindgen(js_name = setCloud)]
    pub fn set_cloud(&mut self, name: &str, drawn: &[f32]) -> Result<(), JsValue> {
        self.inner.set_cloud(cloud(name, drawn)?);
        self.real = self.inner.real(SHOWN);
        Ok(())
    }

    /// Trains the discriminator for one step; returns the loss before the update. Rejects with `diverged`.
    #[wasm_bindgen(js_name = trainDiscriminator)]
    pub async fn train_discriminator(&mut self) -> Result<f32, JsValue> {
        self.inner.train_discriminator().await.map_err(to_js)
    }

    /// Trains the generator for one step; returns the loss before the update. Rejects with `diverged`.
    #[wasm_bindgen(js_name = trainGenerator)]
    pub async fn train_generator(&mut self) -> Result<f32, JsValue> {
        self.inner.train_generator().await.map_err(to_js)
    }

    /// Real points.
    pub fn real(&self) -> Vec<f32> {
        self.real.concat()
    }

    /// The points generated from some noise, which is the same in every call.
    pub fn made(&self) -> Vec<f32> {
        self.inner.made(&self.noise).concat()
    }

    /// The points generated from a `size` x `size` grid of noise.
    pub fn warped(&self, size: usize) -> Vec<f32> {
        self.inner.warped(size).concat()
    }

    /// The discriminator's probability that points are real, for `size` x `size` cells, rows from the top.
    pub fn field(&self, size: usize) -> Vec<f32> {
        self.inner.field(size)
    }

    /// `{precision, recall}` of the points shown.
    #[wasm_bindgen(unchecked_return_type = "JsNearness")]
    pub fn nearness(&self) -> Result<JsValue, JsValue> {
        let found = nearness(&self.inner.made(&self.noise), &self.real, NEAR);
        to_object(&JsNearness { precision: found.precision, recall: found.recall })
    }
}
