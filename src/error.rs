//! Errors for everything that comes from outside: files, text, links, settings.
//!
//! Programming errors, such as mismatched shapes, panic instead.

/// A stable error code that callers and the page can match on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorCode {
    /// `config.json` does not parse, or has values that no model can have.
    BadConfig,
    /// `tokenizer.json` does not parse, or contradicts the model.
    BadTokenizer,
    /// `model.safetensors` is truncated or not in the safetensors format.
    BadWeights,
    /// `index.json` does not parse.
    BadManifest,
    /// A recipe does not parse, or has settings that cannot work.
    BadRecipe,
    /// A sentence-pair file has a malformed line.
    BadPairs,
    /// A file of preference choices has a malformed line, or is not such a file at all.
    BadChoices,
    /// There are too few preference choices to train on.
    TooFewChoices,
    /// In every choice the preferred stanza was on the same side.
    OneSidedChoices,
    /// The training data has no labels, or only one distinct label.
    BadLabels,
    /// A song index is truncated, damaged or of another version.
    BadIndex,
    /// A lexicon is truncated, damaged or of another version.
    BadLexicon,
    /// A parameter of the model is missing from the file.
    MissingParameter,
    /// A parameter's shape differs from the one in the configuration.
    ParameterShape,
    /// A parameter is stored in an unsupported number format.
    ParameterDtype,
    /// The file holds a parameter that the model does not have.
    UnexpectedParameter,
    /// A weight or a logit is NaN or infinite.
    NotFinite,
    /// A link is damaged, lacks its proof, or cannot hold the requested content.
    BadLink,
    /// The replayed text differs from the one the link promises.
    TextDiffers,
    /// A sampling or training setting is outside its range.
    BadOption,
    /// The text is too short for the operation.
    TextTooShort,
    /// A prompt contains no word.
    EmptyPrompt,
    /// The text exceeds a limit.
    TextTooLong,
    /// The file format is not supported.
    OtherFormat,
    /// A file that should be text is not.
    NotText,
    /// A training checkpoint belongs to another text.
    OtherText,
    /// A training checkpoint belongs to another plan.
    OtherPlan,
    /// A checkpoint was written by an incompatible version of this program.
    OldCheckpoint,
    /// The output folder is not empty.
    FolderUsed,
    /// Another process is writing to the folder.
    FolderLocked,
    /// Training diverged: the loss is NaN, infinite, or far above its initial value.
    Diverged,
    /// A file could not be read or written.
    File,
    /// No usable GPU is available.
    GpuUnavailable,
    /// The GPU was lost or reported an error during use.
    GpuLost,
    /// The GPU's results differ from the CPU's.
    GpuWrong,
    /// GPU memory is exhausted.
    OutOfMemory,
}

impl ErrorCode {
    /// Whether this is a GPU error, after which the CPU can take over.
    pub fn is_of_gpu(self) -> bool {
        matches!(self, Self::GpuUnavailable | Self::GpuLost | Self::GpuWrong | Self::OutOfMemory)
    }

    /// Returns the code in kebab-case, as JavaScript and `--json` see it.
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
            Self::EmptyPrompt => "empty-prompt",
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
    /// Creates an error; `message` says what is wrong and, where possible, how to fix it.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// Returns the stable code.
    pub fn code(&self) -> ErrorCode {
        self.code
    }
}

/// Result type of everything that reads outside input.
pub type Result<T, E = Error> = std::result::Result<T, E>;
