//! The header line that tells a model the title, style and rhyme scheme of a song.

use crate::text::{TextTokenizer, header_line};

/// The header fields a model understands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Header {
    styles: Vec<String>,
    titles: bool,
}

impl Header {
    /// Derives the fields from a model's configuration and tokenizer: a model with `styles` was trained on
    /// complete header lines; any other model whose tokenizer can spell `=== title` was trained on titles
    /// only.
    pub fn of(styles: &[String], tokenizer: &TextTokenizer) -> Self {
        let spelled = "=== Title\n";
        Self { styles: styles.to_vec(), titles: tokenizer.decode(&tokenizer.encode(spelled)) == spelled }
    }

    /// The styles the model knows.
    pub fn styles(&self) -> &[String] {
        &self.styles
    }

    /// Whether the model reads titles.
    pub fn titles(&self) -> bool {
        self.titles
    }

    /// The header line `=== title | style | scheme` with its line break, without fields the model does not
    /// know; empty if no field is left. Fields can be omitted from the right only.
    ///
    /// ```
    /// use liedwerk::generate::form::Header;
    /// use liedwerk::text::{CharTokenizer, Normalize};
    /// let tokenizer = CharTokenizer::from_text(Normalize::None, "=== Title | A \n").into();
    /// let header = Header::of(&["old", "modern"].map(str::to_owned), &tokenizer);
    /// assert_eq!(header.line("A Tide", "old", "ABAB"), "=== A Tide | old | ABAB\n");
    /// assert_eq!(header.line("", "old", ""), "=== | old\n");
    /// assert_eq!(header.line("A Tide", "", "ABAB"), "=== A Tide\n");
    /// # let tokenizer = CharTokenizer::from_text(Normalize::None, "\nabc").into();
    /// assert_eq!(Header::of(&[], &tokenizer).line("A Tide", "", ""), "");
    /// ```
    pub fn line(&self, title: &str, style: &str, scheme: &str) -> String {
        let style = if self.styles.iter().any(|known| known == style) { style } else { "" };
        let scheme = if style.is_empty() { "" } else { scheme };
        if !self.titles || title.is_empty() && style.is_empty() {
            return String::new();
        }
        header_line(title, [style, scheme])
    }
}
