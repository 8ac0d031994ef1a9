//! Progress bars on standard error.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar that counts `length` of `what`.
pub fn progress_bar(length: usize, what: &str, hidden: bool) -> ProgressBar {
    if hidden {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(&format!(
        "{{bar:40}} {{pos}}/{{len}} {what}, {{per_sec}}, {{eta}} left"
    ))
    .expect("the template is well formed");
    ProgressBar::new(length as u64).with_style(style)
}
