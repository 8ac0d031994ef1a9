//! Any model that is trained here.

use crate::models::{CharLstm, Gpt, LanguageModel, MaskedLm, Tagger, TextClassifier, TranslationModel};
use crate::nn::Module;
use crate::tensor::Tensor;

/// A model by what it does.
#[derive(Clone)]
pub enum Model {
    /// One that continues a text.
    Writes(LanguageModel),
    /// One that translates.
    Translates(TranslationModel),
    /// One that gives a text a label.
    Classifies(TextClassifier),
    /// One that gives every word a label.
    Tags(Tagger),
    /// One that foretells masked words.
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
