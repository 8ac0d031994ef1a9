//! Marian (OPUS-MT) as Hugging Face has it: `MarianMTModel` with `source.spm`, `target.spm` and `vocab.json`.
//!
//! The model becomes a [`Transformer`](crate::models::Transformer). Its vocabulary is reordered, since every
//! translator here starts with `<pad>`, `<start>`, `<end>` and `<unk>`: Marian's pad, a copy of the token that
//! starts a translation (usually pad, too), `</s>` and `<unk>`.

use super::entries::{Entries, Entry};
use super::torch_names;
use crate::error::{Error, ErrorCode, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The tables of token embeddings and the output layer, which are one.
const TABLES: [&str; 4] =
    ["shared.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight", "lm_head.weight"];
const POSITIONS: [&str; 2] = ["encoder.embed_positions.weight", "decoder.embed_positions.weight"];
const BIAS: &str = "final_logits_bias";
/// Names inside a layer, and ours; the last normalisation has another number in each stack.
const PARTS: [(&str, &str); 7] = [
    ("encoder_attn.", "multihead_attn."),
    ("self_attn_layer_norm.", "norm1."),
    ("encoder_attn_layer_norm.", "norm2."),
    ("fc1.", "linear1."),
    ("fc2.", "linear2."),
    ("self_attn.", "self_attn."),
    ("final_layer_norm.", ""),
];
/// Logit of the copied token, which is read but never written: its probability is 0 in f32.
const NEVER: f32 = -1e4;
/// Names of the tokens with the ids 0 to 3 in the result.
const SPECIAL: [&str; 4] = ["<pad>", "<start>", "<end>", "<unk>"];
/// Maximum number of rows of the table beyond the vocabulary.
const MOST_PADDING: usize = 1024;
/// How far positions in 16 bits may be from sines and cosines.
const POSITION_TOLERANCE: f32 = 5e-3;

/// The keys of `config.json` that affect the arithmetic, with transformers' defaults for missing ones.
#[derive(Deserialize)]
#[serde(default)]
struct Config {
    d_model: usize,
    encoder_layers: usize,
    decoder_layers: usize,
    encoder_attention_heads: usize,
    decoder_attention_heads: usize,
    encoder_ffn_dim: usize,
    decoder_ffn_dim: usize,
    dropout: f32,
    activation_function: String,
    scale_embedding: bool,
    pad_token_id: usize,
    eos_token_id: usize,
    decoder_start_token_id: Option<usize>,
    share_encoder_decoder_embeddings: bool,
    tie_word_embeddings: bool,
    // From before transformers 4, which honoured them.
    normalize_before: bool,
    normalize_embedding: bool,
    add_final_layer_norm: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            d_model: 1024,
            encoder_layers: 12,
            decoder_layers: 12,
            encoder_attention_heads: 16,
            decoder_attention_heads: 16,
            encoder_ffn_dim: 4096,
            decoder_ffn_dim: 4096,
            dropout: 0.1,
            activation_function: "gelu".to_owned(),
            scale_embedding: false,
            pad_token_id: 58100,
            eos_token_id: 0,
            decoder_start_token_id: None,
            share_encoder_decoder_embeddings: true,
            tie_word_embeddings: true,
            normalize_before: false,
            normalize_embedding: false,
            add_final_layer_norm: false,
        }
    }
}

/// The texts and models beside the weights.
pub struct Files<'a> {
    /// `vocab.json`.
    pub vocab: Option<String>,
    /// `generation_config.json`.
    pub generation: Option<String>,
    /// `source.spm`.
    pub source: Option<&'a [u8]>,
    /// `target.spm`.
    pub target: Option<&'a [u8]>,
}

/// Whether `config.json` is that of a Marian model.
pub fn is_marian(config: &Map<String, Value>) -> bool {
    config.get("model_type").and_then(Value::as_str) == Some("marian")
}

/// Converts tensors, `config.json` and the tokenizer's files; returns the contents of our `config.json` and
/// `tokenizer.json`.
///
/// # Errors
/// `bad-config` for a variant that is not supported; `bad-tokenizer` for a missing or damaged file of the
/// tokenizer; `unexpected-parameter` for tables that are not one or learned positions; `missing-parameter`,
/// `parameter-shape` or `parameter-dtype` for tensors that are not Marian's.
pub fn convert(
    entries: &mut Entries<'_>,
    config: Map<String, Value>,
    files: &Files<'_>,
) -> Result<(Map<String, Value>, String)> {
    let config = read_config(config, files.generation.as_deref())?;
    let vocabulary = Vocabulary::read(&config, files.vocab.as_deref())?;
    let model = |name: &str, file: Option<&[u8]>| {
        let message = || {
            format!(
                "there is no {name} beside the weights: a Marian model needs source.spm, target.spm and vocab.json"
            )
        };
        file.map(|bytes| STANDARD.encode(bytes)).ok_or_else(|| Error::new(ErrorCode::BadTokenizer, message()))
    };
    let tokenizer = json!({
        "type": "sentencepiece",
        "vocab": vocabulary.tokens,
        "source": model("source.spm", files.source)?,
        "target": model("target.spm", files.target)?,
    });
    torch_names::unwrap(entries)?;
    entries.rename(|name| Some(name.strip_prefix("model.").unwrap_or(name).to_owned()))?;
    check_positions(entries)?;
    reorder(entries, &vocabulary.rows)?;
    stack(entries)?;
    entries.rename(|name| Some(our_name(name).unwrap_or_else(|| name.to_owned())))?;
    Ok((our_config(config, vocabulary.rows.len()), tokenizer.to_string()))
}

fn refused(message: impl std::fmt::Display) -> Error {
    Error::new(ErrorCode::BadConfig, format!("config.json: {message}"))
}

fn read_config(mut config: Map<String, Value>, generation: Option<&str>) -> Result<Config> {
    let bad = |e| Error::new(ErrorCode::BadConfig, format!("generation_config.json: {e}"));
    let generation: Map<String, Value> = serde_json::from_str(generation.unwrap_or("{}")).map_err(bad)?;
    // transformers generates with the values of this file.
    let start = generation.get_key_value("decoder_start_token_id");
    config.extend(start.map(|(key, value)| (key.clone(), value.clone())));
    config.retain(|_, value| !value.is_null());
    let config: Config = serde_json::from_value(Value::Object(config)).map_err(refused)?;
    let switches = [
        ("share_encoder_decoder_embeddings", config.share_encoder_decoder_embeddings, true),
        ("tie_word_embeddings", config.tie_word_embeddings, true),
        ("normalize_before", config.normalize_before, false),
        ("normalize_embedding", config.normalize_embedding, false),
        ("add_final_layer_norm", config.add_final_layer_norm, false),
    ];
    if let Some((name, value, possible)) = switches.iter().find(|(_, value, possible)| value != possible) {
        return Err(refused(format!("{name} is {value}; only {possible} is possible")));
    }
    let pairs = [
        ("attention_heads", config.encoder_attention_heads, config.decoder_attention_heads),
        ("ffn_dim", config.encoder_ffn_dim, config.decoder_ffn_dim),
    ];
    if let Some((name, encoder, decoder)) = pairs.iter().find(|(_, encoder, decoder)| encoder != decoder) {
        return Err(refused(format!(
            "encoder_{name} is {encoder} and decoder_{name} {decoder}; only equal ones are possible"
        )));
    }
    if !["relu", "gelu", "gelu_new", "silu", "swish"].contains(&config.activation_function.as_str()) {
        return Err(refused(format!(
            "activation_function {:?} is not supported",
            config.activation_function
        )));
    }
    Ok(config)
}

fn our_config(config: Config, vocab_size: usize) -> Map<String, Value> {
    let activation = config.activation_function.replace("swish", "silu");
    let ours = json!({
        "model_type": "transformer",
        "src_vocab_size": vocab_size,
        "tgt_vocab_size": vocab_size,
        "d_model": config.d_model,
        "nhead": config.encoder_attention_heads,
        "num_encoder_layers": config.encoder_layers,
        "num_decoder_layers": config.decoder_layers,
        "dim_feedforward": config.encoder_ffn_dim,
        "dropout": config.dropout,
        "norm_first": false,
        "tie_embeddings": true,
        "activation": activation,
        "positions": "halves",
        "scale_embedding": config.scale_embedding,
        "final_norm": false,
        "head_bias": true,
    });
    match ours {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

/// The reordered vocabulary.
struct Vocabulary {
    /// Tokens by our id.
    tokens: Vec<String>,
    /// Marian's id of each of ours.
    rows: Vec<usize>,
}

impl Vocabulary {
    fn read(config: &Config, json: Option<&str>) -> Result<Self> {
        let bad = |message: String| Error::new(ErrorCode::BadTokenizer, format!("vocab.json: {message}"));
        let json = json.ok_or_else(|| bad("a Marian model needs this file beside the weights".to_owned()))?;
        let ids: BTreeMap<String, usize> = serde_json::from_str(json).map_err(|e| bad(e.to_string()))?;
        let mut theirs = vec![None; ids.len()];
        for (token, &id) in &ids {
            match theirs.get_mut(id) {
                Some(place @ None) => *place = Some(token),
                _ => {
                    return Err(bad(format!("{token:?} has the id {id}, which another has or is too large")));
                }
            }
        }
        let unknown = *ids.get("<unk>").ok_or_else(|| bad("it has no <unk>".to_owned()))?;
        let (pad, end) = (config.pad_token_id, config.eos_token_id);
        let start = config.decoder_start_token_id.unwrap_or(pad);
        if pad == end
            || [pad, end].contains(&unknown)
            || [pad, start, end].iter().any(|&id| id >= theirs.len())
        {
            return Err(bad(format!(
                "pad_token_id {pad}, eos_token_id {end} and decoder_start_token_id {start} of config.json do not fit \
                 these {} tokens",
                theirs.len()
            )));
        }
        let ordinary = (0..theirs.len()).filter(|id| ![pad, end, unknown].contains(id));
        let rows: Vec<usize> = [pad, start, end, unknown].into_iter().chain(ordinary).collect();
        // As many tokens as ids, and no id twice: all are taken.
        let token = |(place, &row): (usize, &usize)| match SPECIAL.get(place) {
            Some(special) => (*special).to_owned(),
            None => theirs[row].cloned().unwrap_or_default(),
        };
        Ok(Self { tokens: rows.iter().enumerate().map(token).collect(), rows })
    }
}

/// Checks that the positions, if they were saved, are the sines and cosines that are computed here.
fn check_positions(entries: &mut Entries<'_>) -> Result<()> {
    for name in POSITIONS {
        let Some(table) = entries.remove(name) else { continue };
        let &[_, channels] = &table.shape[..] else { return Err(shape(name, &table)) };
        let values = table.values().ok_or_else(|| dtype(name, &table))?;
        let sines = channels.div_ceil(2);
        let expected = |position: usize, column: usize| {
            let pair = if column < sines { column } else { column - sines };
            let angle = position as f32 / 10_000f32.powf((2 * pair) as f32 / channels as f32);
            if column < sines { angle.sin() } else { angle.cos() }
        };
        // The first rows suffice to tell the layout; in later ones f32 is too coarse for large angles.
        let rows = values.chunks(channels.max(1)).take(64).enumerate();
        for (position, row) in rows {
            if row
                .iter()
                .enumerate()
                .any(|(at, value)| (value - expected(position, at)).abs() > POSITION_TOLERANCE)
            {
                let message = format!("{name:?} holds other positions than sines and cosines");
                return Err(Error::new(ErrorCode::UnexpectedParameter, message));
            }
        }
    }
    Ok(())
}

/// Makes the tables one and reorders it and the bias of the logits.
fn reorder(entries: &mut Entries<'_>, rows: &[usize]) -> Result<()> {
    let mut found = TABLES.iter().filter_map(|name| Some((*name, entries.remove(name)?)));
    let (first, mut table) = found.next().ok_or_else(|| missing(TABLES[0]))?;
    if let Some((other, _)) = found.find(|(_, other)| *other != table) {
        let message =
            format!("{other:?} differs from {first:?}: only a model with one table is possible here");
        return Err(Error::new(ErrorCode::UnexpectedParameter, message));
    }
    let tokens = rows.len() - 1;
    let count = table.shape.first().copied().unwrap_or(0);
    if table.shape.len() != 2 || !(tokens..=tokens + MOST_PADDING).contains(&count) {
        let message =
            format!("vocab.json has {tokens} tokens, but {first:?} has the shape {:?}", table.shape);
        return Err(Error::new(ErrorCode::BadTokenizer, message));
    }
    table.select_rows(rows);
    entries.add("embedding.weight".to_owned(), table)?;
    let mut bias = vec![0.0; rows.len()];
    if let Some(theirs) = entries.remove(BIAS) {
        let values = theirs.values().ok_or_else(|| dtype(BIAS, &theirs))?;
        if values.len() != count {
            return Err(shape(BIAS, &theirs));
        }
        bias = rows.iter().map(|&row| values[row]).collect();
    }
    bias[1] = NEVER;
    entries.add("head.bias".to_owned(), Entry::of_f32(&bias, &[rows.len()]))
}

/// Stacks the projections of queries, keys and values.
fn stack(entries: &mut Entries<'_>) -> Result<()> {
    let queries: Vec<String> =
        entries.names().filter(|name| name.contains("_attn.q_proj.")).cloned().collect();
    for query in queries {
        let (attention, kind) = query.split_once("q_proj.").expect("the name was found by it");
        let names = [&query, &format!("{attention}k_proj.{kind}"), &format!("{attention}v_proj.{kind}")];
        let mut take = |name: &str| entries.remove(name).ok_or_else(|| missing(name));
        let parts = [take(names[0])?, take(names[1])?, take(names[2])?];
        for (name, part) in names.iter().zip(&parts) {
            if part.shape != parts[0].shape || part.shape.is_empty() {
                return Err(shape(name, part));
            }
            if part.dtype != parts[0].dtype {
                return Err(dtype(name, part));
            }
        }
        let [query, key, value] = parts;
        let mut shape = query.shape;
        shape[0] *= 3;
        let data = [query.data, key.data, value.data].concat().into();
        entries.add(format!("{attention}in_proj_{kind}"), Entry { dtype: query.dtype, shape, data })?;
    }
    Ok(())
}

/// Our name of a layer's tensor; `None` for any other.
fn our_name(name: &str) -> Option<String> {
    let (side, rest) = name.split_once(".layers.")?;
    let (layer, part) = rest.split_once('.')?;
    let (theirs, ours) = PARTS.iter().find(|(theirs, _)| part.starts_with(theirs))?;
    let ours = match (side, *ours) {
        ("encoder", "") => "norm2.",
        (_, "") => "norm3.",
        (_, ours) => ours,
    };
    Some(format!("transformer.{side}.layers.{layer}.{ours}{}", &part[theirs.len()..]))
}

fn missing(name: &str) -> Error {
    Error::new(ErrorCode::MissingParameter, format!("the weights have no {name:?}"))
}

fn shape(name: &str, entry: &Entry<'_>) -> Error {
    Error::new(ErrorCode::ParameterShape, format!("{name:?} has the shape {:?}", entry.shape))
}

fn dtype(name: &str, entry: &Entry<'_>) -> Error {
    Error::new(ErrorCode::ParameterDtype, format!("{name:?} has numbers of type {:?}", entry.dtype))
}
