//! Conversion of errors to JavaScript.

use wasm_bindgen::JsValue;

use crate::error::{Error, ErrorCode};

/// A JavaScript `Error` with the message and a kebab-case property `code`.
pub fn to_js(error: Error) -> JsValue {
    let js = js_sys::Error::new(&error.to_string());
    // Setting a property on a new plain object cannot fail.
    let _ = js_sys::Reflect::set(&js, &JsValue::from("code"), &JsValue::from(error.code().as_str()));
    js.into()
}

/// An invalid options object: a wrong type, or a fraction or negative number where a count is expected.
pub fn bad_option(error: serde_wasm_bindgen::Error) -> JsValue {
    to_js(Error::new(ErrorCode::BadOption, format!("options: {error}")))
}
