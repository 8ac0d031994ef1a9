//! `www/models/index.json`: the models offered by the page.

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorCode, Result};

/// The only version of the file format so far.
pub const VERSION: u32 = 1;

/// The whole file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Format version, [`VERSION`].
    pub version: u32,
    /// The models, in the order shown on the page.
    pub models: Vec<ModelEntry>,
}

/// A model of the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelEntry {
    /// Id of lower-case letters, digits and hyphens; also the name of the model's folder.
    pub id: String,
    /// `model_type` of its `config.json`.
    pub model_type: String,
    /// Language of its songs as an ISO 639-1 code; English by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The files to download.
    pub files: ModelFiles,
    /// Licence of the weights.
    pub licence: String,
    /// The texts it was trained on.
    pub trained_on: Bilingual,
    /// Measured results, and how they were measured.
    pub figures: Figures,
    /// The model card.
    pub card: Bilingual,
    /// Name shown on the page.
    pub title: Bilingual,
}

/// Paths of the files, relative to the manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFiles {
    /// `config.json`.
    pub config: String,
    /// `tokenizer.json`.
    pub tokenizer: String,
    /// `model.safetensors`.
    pub weights: WeightsFile,
    /// Index of its training songs, downloaded only to search a text for copies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub songs: Option<WeightsFile>,
    /// Lexicon of its language, downloaded only for rhymes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lexicon: Option<WeightsFile>,
}

/// A large file, with what the page needs to show progress and to verify the download.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeightsFile {
    /// Path relative to the manifest.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of the file: 64 lower-case hexadecimal digits.
    pub sha256: String,
}

/// A text in the page's two languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    /// German.
    pub de: String,
    /// English.
    pub en: String,
}

/// Measured results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// Bits per character on held-out text, for language models.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dev_bits_per_char: Option<f64>,
    /// BLEU on held-out sentence pairs, for translators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dev_bleu: Option<f64>,
    /// chrF on the same pairs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dev_chrf: Option<f64>,
    /// Fraction of correct labels on held-out text, for models that read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dev_accuracy: Option<f64>,
    /// Number of weights.
    pub parameters: u64,
    /// The command that measured these results.
    pub measured_with: String,
}

impl WeightsFile {
    /// The entry for a file with this content.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn describe(path: impl Into<String>, content: &[u8]) -> Self {
        Self { path: path.into(), bytes: content.len() as u64, sha256: super::sha256(content) }
    }
}

impl Manifest {
    /// A list without models.
    pub fn empty() -> Self {
        Self { version: VERSION, models: Vec::new() }
    }

    /// Reads and validates `index.json`.
    ///
    /// # Errors
    /// `bad-manifest` if it does not parse, has another version, repeats an id, has a path outside its own
    /// folder, or has a malformed hash.
    pub fn from_json(json: &str) -> Result<Self> {
        let bad = |message: String| Error::new(ErrorCode::BadManifest, format!("index.json: {message}"));
        let manifest: Self = serde_json::from_str(json).map_err(|e| bad(e.to_string()))?;
        if manifest.version != VERSION {
            return Err(bad(format!("version {} is not known here; expected {VERSION}", manifest.version)));
        }
        for (i, model) in manifest.models.iter().enumerate() {
            model.check().map_err(|message| bad(format!("model {:?}: {message}", model.id)))?;
            if manifest.models[..i].iter().any(|earlier| earlier.id == model.id) {
                return Err(bad(format!("the id {:?} is used twice", model.id)));
            }
        }
        Ok(manifest)
    }

    /// The content of `index.json`: indented, with a final line break.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).expect("strings and numbers always serialise");
        json.push('\n');
        json
    }

    /// Replaces the entry with the same id, or appends `entry`.
    pub fn upsert(&mut self, entry: ModelEntry) {
        match self.models.iter_mut().find(|model| model.id == entry.id) {
            Some(model) => *model = entry,
            None => self.models.push(entry),
        }
    }
}

impl ModelEntry {
    fn check(&self) -> Result<(), String> {
        let id_character = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if self.id.is_empty() || !self.id.bytes().all(id_character) {
            return Err("an id is made of lower-case letters, digits and hyphens".to_owned());
        }
        let large =
            || std::iter::once(&self.files.weights).chain(&self.files.songs).chain(&self.files.lexicon);
        let paths = [&self.files.config, &self.files.tokenizer];
        for path in paths.into_iter().chain(large().map(|file| &file.path)) {
            if !is_inside(path) {
                return Err(format!("the path {path:?} is not below the manifest"));
            }
        }
        let is_hexadecimal = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        for hash in large().map(|file| &file.sha256) {
            if hash.len() != 64 || !hash.bytes().all(is_hexadecimal) {
                return Err(format!("{hash:?} is no SHA-256: 64 lower-case hexadecimal digits"));
            }
        }
        Ok(())
    }
}

/// Plain relative paths only: no scheme, no root, no `..`, no query.
fn is_inside(path: &str) -> bool {
    let part_is_plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    !path.contains([':', '\\', '?', '#', '%']) && path.split('/').all(part_is_plain)
}
