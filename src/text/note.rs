//! Remarks of a reader, a model or a training run about a text.

/// A remark that is not an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// A stable kebab-case code, such as `prompt-cut`; functions that return notes list their codes.
    pub code: &'static str,
    /// One English sentence.
    pub message: String,
    /// Details of the message for programs: the dropped characters (each once, the first twenty), the numbers
    /// of skipped lines, the name of an encoding.
    pub characters: Option<String>,
}

impl Note {
    /// Creates a note without details.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), characters: None }
    }

    /// The same note, prefixed with its place: a file and a line.
    #[must_use]
    pub fn at(self, place: &str) -> Self {
        Self { message: format!("{place}: {}", self.message), ..self }
    }

    /// The same note with these details.
    pub fn about(self, characters: impl Into<String>) -> Self {
        Self { characters: Some(characters.into()), ..self }
    }
}
