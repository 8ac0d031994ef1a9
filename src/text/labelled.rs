//! Labelled texts.

/// A text with its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelledText {
    /// The text.
    pub text: String,
    /// Its class.
    pub label: String,
}

/// A sentence with a label for every word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaggedSentence {
    /// The words.
    pub words: Vec<String>,
    /// The labels, one per word.
    pub labels: Vec<String>,
}
