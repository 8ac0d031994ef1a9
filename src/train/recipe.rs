//! Recipes: everything that makes a training run, in a TOML file that the PyTorch twin reads too.

use super::{GptRecipe, SongRecipe, TranslationRecipe};

/// A recipe of any kind; the model's type tells which.
#[derive(Clone, Debug)]
pub enum Recipe {
    /// Of a character LSTM that writes songs.
    Song(SongRecipe),
    /// Of a GPT-2 that writes songs.
    Gpt(GptRecipe),
    /// Of a model that translates.
    Translation(TranslationRecipe),
}

impl Recipe {
    /// Reads and checks a recipe.
    ///
    /// # Errors
    /// `bad-recipe`, naming what does not parse or cannot work.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn from_toml(text: &str) -> crate::error::Result<Self> {
        use super::common_recipe::bad;
        use serde::Deserialize;
        #[derive(Deserialize)]
        struct Kind {
            model: Type,
        }
        #[derive(Deserialize)]
        struct Type {
            r#type: String,
        }
        let unreadable = |error: toml::de::Error| bad(error.to_string());
        let kind: Kind = toml::from_str(text).map_err(unreadable)?;
        match kind.model.r#type.as_str() {
            "char_lstm" => {
                let recipe: SongRecipe = toml::from_str(text).map_err(unreadable)?;
                recipe.train.check()?;
                Ok(Self::Song(recipe))
            }
            "gpt2" => {
                let recipe: GptRecipe = toml::from_str(text).map_err(unreadable)?;
                recipe.check()?;
                Ok(Self::Gpt(recipe))
            }
            _ => {
                let recipe: TranslationRecipe = toml::from_str(text).map_err(unreadable)?;
                recipe.train.check()?;
                recipe.tokenizer.check()?;
                Ok(Self::Translation(recipe))
            }
        }
    }

    /// Name of the model folder.
    pub fn name(&self) -> &str {
        match self {
            Self::Song(recipe) => &recipe.name,
            Self::Gpt(recipe) => &recipe.name,
            Self::Translation(recipe) => &recipe.name,
        }
    }
}
