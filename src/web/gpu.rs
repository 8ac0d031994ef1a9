//! The GPU as a JavaScript class.

use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::to_js;
use super::object::to_object;
use crate::gpu;
use crate::self_test::{Checked, Scope, self_test};

/// The user's GPU. Must be `free()`d by JavaScript; generators using it keep it alive.
#[wasm_bindgen]
pub struct Gpu {
    pub(super) inner: gpu::Gpu,
}

#[derive(Serialize, Tsify)]
struct JsChecked {
    name: String,
    ops: usize,
    largest_error: f64,
    op: &'static str,
}

#[wasm_bindgen]
impl Gpu {
    /// Requests a GPU from the browser. Rejects with `gpu-unavailable`.
    pub async fn request() -> Result<Gpu, JsValue> {
        Ok(Self { inner: gpu::Gpu::request().await.map_err(to_js)? })
    }

    /// Compares its ops with the CPU's, including backward passes if `training`: `{name, ops, largest_error,
    /// op}`. Rejects with `gpu-wrong`, `gpu-lost` or `out-of-memory`.
    #[wasm_bindgen(unchecked_return_type = "JsChecked")]
    pub async fn check(&self, training: bool) -> Result<JsValue, JsValue> {
        let scope = if training { Scope::Training } else { Scope::Inference };
        let Checked { largest_error, op, ops } = self_test(&self.inner, scope).await.map_err(to_js)?;
        to_object(&JsChecked { name: self.inner.name(), ops, largest_error, op })
    }

    /// Whether it is emulated by the CPU.
    #[wasm_bindgen(getter)]
    pub fn software(&self) -> bool {
        self.inner.is_software()
    }

    /// Destroys the GPU, as a driver crash would, for testing.
    pub fn destroy(&self) {
        self.inner.destroy();
    }
}
