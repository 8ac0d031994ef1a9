//! Lines of verse as sentences: a model that has learned from whole sentences reads a line that stops at a
//! comma, or at nothing, much worse than one that ends with a full stop.

use std::borrow::Cow;

/// What a line of verse ends with instead of a full stop; one of `,;:–—-` with the space before it, or
/// nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineEnd(String);

impl LineEnd {
    /// The line as a sentence, and its own end if that was another.
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

    /// The translation of the sentence with the line's end in place of its full stop.
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
