//! Labelled texts, as a program reads them.

/// A text and its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelledText {
    /// What is read.
    pub text: String,
    /// What it is.
    pub label: String,
}

/// A sentence with a label for every word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaggedSentence {
    /// What is read.
    pub words: Vec<String>,
    /// As many labels.
    pub labels: Vec<String>,
}
