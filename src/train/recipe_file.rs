//! Parses recipes in TOML; native builds only.

use super::plan::bad;
use super::{Kind, Lessons, Plan, Recipe, Sizes, TrainFile};
use crate::error::Result;
use crate::io::Precision;
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    #[serde(default = "f16")]
    precision: Precision,
    model: Sizes,
    tokenizer: Option<Map<String, Value>>,
    data: Map<String, Value>,
    train: Map<String, Value>,
}

fn f16() -> Precision {
    Precision::F16
}

/// One file or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Files {
    One(PathOrTable),
    Several(Vec<PathOrTable>),
}

#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum PathOrTable {
    Path(String),
    Table {
        path: String,
        tag: Option<String>,
        #[serde(default = "one")]
        repeat: usize,
    },
}

fn one() -> usize {
    1
}

/// Required fields of `[train]` for every kind of model.
const TRAIN: [&str; 10] = [
    "seed",
    "steps",
    "lr",
    "warmup_steps",
    "decay_steps",
    "weight_decay",
    "grad_clip",
    "beta1",
    "beta2",
    "checkpoint_every",
];
const TRAIN_OPTIONAL: [&str; 2] = ["optimizer", "shares"];

/// Further required and optional fields of `[data]` and `[train]`.
struct Fields {
    data: &'static [&'static str],
    data_optional: &'static [&'static str],
    train: &'static [&'static str],
    train_optional: &'static [&'static str],
}

fn fields(kind: Kind) -> Fields {
    match kind {
        Kind::CharLstm => Fields {
            data: &["normalize"],
            data_optional: &[],
            train: &["batch_size", "window"],
            train_optional: &[],
        },
        Kind::Gpt2 => Fields {
            data: &[],
            data_optional: &["normalize", "titles"],
            train: &["batch_size"],
            train_optional: &["average"],
        },
        Kind::TextClassifier | Kind::Tagger => Fields {
            data: &["max_tokens"],
            data_optional: &[],
            train: &["tokens_per_batch", "label_smoothing"],
            train_optional: &["average"],
        },
        Kind::Bert => Fields {
            data: &["max_tokens"],
            data_optional: &[],
            train: &["tokens_per_batch"],
            train_optional: &["average"],
        },
        Kind::Seq2seq | Kind::Transformer => Fields {
            data: &["max_tokens"],
            data_optional: &["reverse"],
            train: &["tokens_per_batch", "label_smoothing"],
            train_optional: &["average"],
        },
    }
}

impl Recipe {
    /// Reads and validates a recipe.
    ///
    /// # Errors
    /// `bad-recipe`, naming what does not parse or is invalid.
    pub fn from_toml(text: &str) -> Result<Self> {
        let mut file: File = toml::from_str(text).map_err(|error| bad(error.to_string()))?;
        let kind = file.model.kind()?;
        let (of_kind, pairs) = (fields(kind), kind.learns_from() == Lessons::Pairs);
        let (train, dev) = ("train", "dev");
        check("data", &file.data, &[of_kind.data, &[train, dev]], &[of_kind.data_optional])?;
        check("train", &file.train, &[&TRAIN, of_kind.train], &[&TRAIN_OPTIONAL, of_kind.train_optional])?;
        let train = files(file.data.remove(train), "train")?;
        let dev = files(file.data.remove(dev), "dev")?;
        if let Some(file) = train.iter().find(|file| file.tag.is_some() && !pairs) {
            return Err(bad(format!(
                "data.train: {} has a tag, but only sentence pairs have a source",
                file.path
            )));
        }
        if let Some(file) = dev.iter().find(|file| file.tag.is_some() || file.repeat != 1) {
            return Err(bad(format!("data.dev: {} is measured as it is, without tag and repeat", file.path)));
        }
        if kind == Kind::Gpt2 {
            file.data.entry("normalize").or_insert(json!("songs"));
        }
        // Nothing is held out of the training files, since there are dev files.
        file.data.insert("held_out".into(), json!(0.0));
        let checkpoint_every = file.train.remove("checkpoint_every");
        let checkpoint_every = checkpoint_every.and_then(|every| every.as_u64()).unwrap_or_default();
        if checkpoint_every == 0 {
            return Err(bad("train.checkpoint_every must be a whole number above 0"));
        }
        // Averages over roughly the last thousand steps.
        file.train.entry("average").or_insert(json!(0.999));
        let plan = json!({
            "name": file.name,
            "model": file.model,
            "tokenizer": tokenizer(kind, file.tokenizer)?,
            "data": file.data,
            "train": file.train,
        });
        let plan = Plan::from_json(&plan.to_string())?;
        let dev = dev.into_iter().map(|file| file.path).collect();
        Ok(Self { plan, precision: file.precision, train, dev, checkpoint_every })
    }
}

/// Checks that a table has all required fields and no unknown ones.
fn check(
    section: &str,
    table: &Map<String, Value>,
    required: &[&[&str]],
    optional: &[&[&str]],
) -> Result<()> {
    let (required, optional) = (required.concat(), optional.concat());
    if let Some(name) = required.iter().find(|name| !table.contains_key(**name)) {
        return Err(bad(format!("[{section}] missing field `{name}`")));
    }
    let known = |name: &&String| required.contains(&name.as_str()) || optional.contains(&name.as_str());
    match table.keys().find(|name| !known(name)) {
        Some(name) => Err(bad(format!("[{section}] unknown field `{name}` for this model"))),
        None => Ok(()),
    }
}

fn files(value: Option<Value>, name: &str) -> Result<Vec<TrainFile>> {
    let expected = "a path, a table of path, tag and repeat, or a list of these";
    let files = serde_json::from_value(value.unwrap_or_default())
        .map_err(|_| bad(format!("data.{name} must be {expected}")))?;
    let files = match files {
        Files::One(file) => vec![file],
        Files::Several(files) => files,
    };
    let files: Vec<TrainFile> = files
        .into_iter()
        .map(|file| match file {
            PathOrTable::Path(path) => TrainFile { path, tag: None, repeat: 1 },
            PathOrTable::Table { path, tag, repeat } => TrainFile { path, tag, repeat },
        })
        .collect();
    if files.is_empty() || files.iter().any(|file| file.repeat == 0) {
        return Err(bad(format!("data.{name} names no file, or one that is repeated 0 times")));
    }
    Ok(files)
}

/// Converts the tokenizer to the form used in plans. The alphabet of a character LSTM follows from the
/// cleaning of its texts.
fn tokenizer(kind: Kind, table: Option<Map<String, Value>>) -> Result<Value> {
    match (kind, table) {
        (Kind::CharLstm, None) => Ok(json!({ "type": "chars" })),
        (Kind::CharLstm, Some(_)) => Err(bad("unknown field `tokenizer`: a character LSTM needs none")),
        (_, None) => Err(bad("missing field `tokenizer`")),
        (_, Some(mut table)) => {
            let lessons = kind.learns_from();
            if lessons == Lessons::Pairs
                && table.remove("bpe_dropout").is_some_and(|dropout| dropout != json!(0.0))
            {
                let only = "which only the PyTorch trainer in training/torch can do";
                return Err(bad(format!("bpe_dropout is not 0, {only}")));
            }
            let possible: &[&str] = match lessons {
                Lessons::Pairs => &["bpe", "words"],
                Lessons::Songs | Lessons::LabelledTexts | Lessons::Texts => &["bpe"],
                Lessons::TaggedSentences => &["words"],
            };
            match table.get("type").and_then(Value::as_str) {
                Some(name) if possible.contains(&name) => Ok(table.into()),
                _ => Err(bad(format!("tokenizer.type must be one of {possible:?} for this model"))),
            }
        }
    }
}
