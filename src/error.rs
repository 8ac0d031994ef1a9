//! Errors for everything that comes from outside: files, text, links, settings.
//!
//! A mistake in the program itself (shapes that do not fit) panics instead.

/// What went wrong, as a stable name that callers and the page may compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorCode {
    /// `config.json` does not parse, or has values no model can have.
    BadConfig,
    /// `tokenizer.json` does not parse, or contradicts the model.
    BadTokenizer,
    /// `model.safetensors` is truncated or not in the safetensors format.
    BadWeights,
    /// `index.json` does not parse.
    BadManifest,
    /// A recipe does not parse, or asks for something impossible.
    BadRecipe,
    /// A file of sentence pairs has a line that is no pair.
    BadPairs,
    /// A file of choices has a line that is no choice, or is none.
    BadChoices,
    /// There are too few choices to learn from.
    TooFewChoices,
    /// All choices are for the stanza that stood on the same side.
    OneSidedChoices,
    /// A labelled text has no labels, or only one.
    BadLabels,
    /// An index of songs is truncated, damaged or of another version.
    BadIndex,
    /// A lexicon is truncated, damaged or of another version.
    BadLexicon,
    /// A parameter of the model is not in the file.
    MissingParameter,
    /// A parameter has another shape than the configuration says.
    ParameterShape,
    /// A parameter is stored in a number format that is not supported.
    ParameterDtype,
    /// The file holds a parameter that the model does not have.
    UnexpectedParameter,
    /// A weight or a logit is NaN or infinite.
    NotFinite,
    /// A link is damaged, promises nothing, or cannot carry what it should.
    BadLink,
    /// A text is not the one that its link promises.
    TextDiffers,
    /// A sampling or training setting is outside its range.
    BadOption,
    /// The text is too short for what was asked.
    TextTooShort,
    /// The text is longer than what can be trained on.
    TextTooLong,
    /// A file is in a format that is not read here.
    OtherFormat,
    /// A file that is to be a text is none.
    NotText,
    /// A checkpoint of a training belongs to another text.
    OtherText,
    /// A checkpoint of a training belongs to another plan.
    OtherPlan,
    /// A checkpoint was written by a version of this program that cannot be continued.
    OldCheckpoint,
    /// A folder that is to be written holds something already.
    FolderUsed,
    /// Another process writes into a folder.
    FolderLocked,
    /// Training diverged: the loss is no longer a number, or far above where it began.
    Diverged,
    /// A file could not be read or written.
    File,
    /// There is no GPU that can be used.
    GpuUnavailable,
    /// The GPU was lost, or reported an error, while it was in use.
    GpuLost,
    /// The GPU computes something else than the CPU.
    GpuWrong,
    /// The GPU's memory is used up.
    OutOfMemory,
}

impl ErrorCode {
    /// Whether a GPU is of no more use, but the CPU can go on.
    pub fn is_of_gpu(self) -> bool {
        matches!(self, Self::GpuUnavailable | Self::GpuLost | Self::GpuWrong | Self::OutOfMemory)
    }

    /// The code in kebab-case, as JavaScript and `--json` see it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BadConfig => "bad-config",
            Self::BadTokenizer => "bad-tokenizer",
            Self::BadWeights => "bad-weights",
            Self::BadManifest => "bad-manifest",
            Self::BadRecipe => "bad-recipe",
            Self::BadPairs => "bad-pairs",
            Self::BadChoices => "bad-choices",
            Self::TooFewChoices => "too-few-choices",
            Self::OneSidedChoices => "one-sided-choices",
            Self::BadLabels => "bad-labels",
            Self::BadIndex => "bad-index",
            Self::BadLexicon => "bad-lexicon",
            Self::MissingParameter => "missing-parameter",
            Self::ParameterShape => "parameter-shape",
            Self::ParameterDtype => "parameter-dtype",
            Self::UnexpectedParameter => "unexpected-parameter",
            Self::NotFinite => "not-finite",
            Self::BadLink => "bad-link",
            Self::TextDiffers => "text-differs",
            Self::BadOption => "bad-option",
            Self::TextTooShort => "text-too-short",
            Self::TextTooLong => "text-too-long",
            Self::OtherFormat => "other-format",
            Self::NotText => "not-text",
            Self::OtherText => "other-text",
            Self::OtherPlan => "other-plan",
            Self::OldCheckpoint => "old-checkpoint",
            Self::FolderUsed => "folder-used",
            Self::FolderLocked => "folder-locked",
            Self::Diverged => "diverged",
            Self::File => "file",
            Self::GpuUnavailable => "gpu-unavailable",
            Self::GpuLost => "gpu-lost",
            Self::GpuWrong => "gpu-wrong",
            Self::OutOfMemory => "out-of-memory",
        }
    }
}

/// An error with a code for programs and a sentence for people.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    code: ErrorCode,
    message: String,
}

impl Error {
    /// `message` says what is wrong and, where possible, what to do about it.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// The stable code.
    pub fn code(&self) -> ErrorCode {
        self.code
    }
}

/// Result of everything that reads input from outside.
pub type Result<T, E = Error> = std::result::Result<T, E>;
