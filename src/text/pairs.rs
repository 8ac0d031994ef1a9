//! Training data of translators.

/// A sentence and its translation; [`reading::pairs`](super::reading::pairs) reads them from files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentencePair {
    /// The sentence to translate.
    pub source: String,
    /// Its translation.
    pub target: String,
}
