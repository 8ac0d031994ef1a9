//! Any model that can be trained here.

use crate::models::{CharLstm, Gpt, LanguageModel, MaskedLm, Tagger, TextClassifier, TranslationModel};
use crate::nn::Module;
use crate::tensor::Tensor;

/// A model, by its task.
#[derive(Clone)]
pub enum Model {
    /// A language model.
    Writes(LanguageModel),
    /// A translation model.
    Translates(TranslationModel),
    /// A text classifier.
    Classifies(TextClassifier),
    /// A tagger.
    Tags(Tagger),
    /// A masked language model.
    Foretells(MaskedLm),
}

impl From<CharLstm> for Model {
    fn from(model: CharLstm) -> Self {
        Self::Writes(model.into())
    }
}

impl From<Gpt> for Model {
    fn from(model: Gpt) -> Self {
        Self::Writes(model.into())
    }
}

impl From<TranslationModel> for Model {
    fn from(model: TranslationModel) -> Self {
        Self::Translates(model)
    }
}

impl From<TextClassifier> for Model {
    fn from(model: TextClassifier) -> Self {
        Self::Classifies(model)
    }
}

impl From<Tagger> for Model {
    fn from(model: Tagger) -> Self {
        Self::Tags(model)
    }
}

impl From<MaskedLm> for Model {
    fn from(model: MaskedLm) -> Self {
        Self::Foretells(model)
    }
}

impl Module for Model {
    fn visit(&mut self, f: &mut dyn FnMut(String, &mut Tensor)) {
        match self {
            Self::Writes(model) => model.visit(f),
            Self::Translates(model) => model.visit(f),
            Self::Classifies(model) => model.visit(f),
            Self::Tags(model) => model.visit(f),
            Self::Foretells(model) => model.visit(f),
        }
    }
}
