//! What a reader, a model or a training has to say about a text, short of an error.

/// A remark that is no error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// A stable name in kebab-case, such as `prompt-cut`; whoever gives notes lists theirs.
    pub code: &'static str,
    /// One English sentence.
    pub message: String,
    /// What the sentence is about where a program needs it apart: the dropped characters (each once, the first
    /// twenty), the numbers of skipped lines, the name of an encoding.
    pub characters: Option<String>,
}

impl Note {
    /// A note that names nothing apart.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), characters: None }
    }

    /// The same note, saying first where: in which file, at which line.
    #[must_use]
    pub fn at(self, place: &str) -> Self {
        Self { message: format!("{place}: {}", self.message), ..self }
    }

    /// The same note about `characters`.
    pub fn about(self, characters: impl Into<String>) -> Self {
        Self { characters: Some(characters.into()), ..self }
    }
}
