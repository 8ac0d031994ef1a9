//! The line before a song that tells a model its title, style and rhymes.

use crate::text::TextTokenizer;
use serde::Deserialize;

/// What a model can read before a song.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Header {
    styles: Vec<String>,
    titles: bool,
}

/// The part of `config.json` that says what a header may name.
#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    styles: Vec<String>,
}

impl Header {
    /// As far as a model's `config.json` and tokenizer tell: one that lists `styles` has learned header lines with
    /// all their fields, another whose tokenizer can spell `=== title` has learned titles only.
    pub fn of(config_json: &str, tokenizer: &TextTokenizer) -> Self {
        let config: Option<Config> = serde_json::from_str(config_json).ok();
        let spelled = "=== Title\n";
        Self {
            styles: config.map(|config| config.styles).unwrap_or_default(),
            titles: tokenizer.decode(&tokenizer.encode(spelled)) == spelled,
        }
    }

    /// The styles that may be asked for.
    pub fn styles(&self) -> &[String] {
        &self.styles
    }

    /// Whether the model reads titles.
    pub fn titles(&self) -> bool {
        self.titles
    }

    /// The header line `=== title | style | scheme`, ending in a line break, without what the model does not know;
    /// empty if that leaves nothing. Fields can be left out from the right only.
    ///
    /// ```
    /// use liedwerk::generate::form::Header;
    /// use liedwerk::text::{CharTokenizer, Normalize};
    /// let tokenizer = CharTokenizer::from_text(Normalize::None, "\n |=Alietmno dAB").into();
    /// let header = Header::of(r#"{"styles": ["old", "modern"]}"#, &tokenizer);
    /// assert_eq!(header.line("A Tide", "old", "ABAB"), "=== A Tide | old | ABAB\n");
    /// assert_eq!(header.line("", "old", ""), "=== | old\n");
    /// assert_eq!(header.line("A Tide", "", "ABAB"), "=== A Tide\n");
    /// # let tokenizer = CharTokenizer::from_text(Normalize::None, "\nabc").into();
    /// assert_eq!(Header::of("{}", &tokenizer).line("A Tide", "", ""), "");
    /// ```
    pub fn line(&self, title: &str, style: &str, scheme: &str) -> String {
        let style = if self.styles.iter().any(|known| known == style) { style } else { "" };
        let scheme = if style.is_empty() { "" } else { scheme };
        if !self.titles || title.is_empty() && style.is_empty() {
            return String::new();
        }
        let mut line = "===".to_owned();
        if !title.is_empty() {
            line = format!("{line} {title}");
        }
        for field in [style, scheme].into_iter().filter(|field| !field.is_empty()) {
            line = format!("{line} | {field}");
        }
        line + "\n"
    }
}
