//! Turns lines of verse into sentences: a model trained on whole sentences reads a line that ends in a comma,
//! or in nothing, much worse than one that ends with a full stop.

use std::borrow::Cow;

/// The original end of a line of verse that was replaced by a full stop: one or more of `,;:–—-` with the
/// spaces before them, or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineEnd(String);

impl LineEnd {
    /// Returns the line as a sentence, and its original end if it was replaced.
    ///
    /// ```
    /// use liedwerk::text::LineEnd;
    /// let (sentence, end) = LineEnd::as_sentence("Im wunderschönen Monat Mai,");
    /// assert_eq!(sentence, "Im wunderschönen Monat Mai.");
    /// assert_eq!(end.unwrap().restore("In the lovely month of May."), "In the lovely month of May,");
    /// ```
    pub fn as_sentence(line: &str) -> (Cow<'_, str>, Option<Self>) {
        let bare = line.trim_end_matches([',', ';', ':', '–', '—', '-', ' ']);
        if !bare.ends_with(char::is_alphanumeric) {
            return (Cow::Borrowed(line), None);
        }
        (Cow::Owned(format!("{bare}.")), Some(Self(line[bare.len()..].to_owned())))
    }

    /// Puts the original end of the line in place of the translation's full stop.
    pub fn restore(&self, translation: &str) -> String {
        match translation.strip_suffix('.') {
            Some(bare) if !bare.ends_with('.') => format!("{bare}{}", self.0),
            _ => translation.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_comes_back() {
        for end in ["", ",", ";", ":", " —", " –", "-"] {
            let line = format!("Da geht ein Mühlenrad{end}");
            let (sentence, found) = LineEnd::as_sentence(&line);
            assert_eq!(sentence, "Da geht ein Mühlenrad.");
            assert_eq!(found.unwrap().restore("There goes a mill."), format!("There goes a mill{end}"));
        }
    }

    #[test]
    fn sentences_and_other_ends_stay() {
        for line in ["Ja!", "Wer reitet so spät?", "Er ging.", "Und dann ...", "»Komm«", "(leise)", "—", ""]
        {
            assert_eq!(LineEnd::as_sentence(line), (Cow::Borrowed(line), None));
        }
        let end = LineEnd(",".to_owned());
        for translation in ["Who rides so late?", "And then...", "Come", ""] {
            assert_eq!(end.restore(translation), translation);
        }
    }
}
