//! The line before a song that tells a model its title, style and rhymes.

use crate::text::{TextTokenizer, header_line};

/// What a model can read before a song.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Header {
    styles: Vec<String>,
    titles: bool,
}

impl Header {
    /// As far as a model's configuration and tokenizer tell: one with `styles` has learned header lines with all their
    /// fields, another whose tokenizer can spell `=== title` has learned titles only.
    pub fn of(styles: &[String], tokenizer: &TextTokenizer) -> Self {
        let spelled = "=== Title\n";
        Self { styles: styles.to_vec(), titles: tokenizer.decode(&tokenizer.encode(spelled)) == spelled }
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
