//! GPT-2 in its common layouts, those of transformers and of nanoGPT (Karpathy), with any prefixes that
//! wrappers have added to the names.

use super::entries::{Entries, Entry};
use crate::error::{Error, ErrorCode, Result};
use serde_json::{Map, Value, json};

const TABLE: &str = "wte.weight";
const HEAD: &str = "lm_head.weight";
/// A block's matrices as named by transformers and nanoGPT, with our names for nanoGPT's layout, `(out, in)`.
const MATRICES: [(&str, &str); 4] = [
    ("attn.c_attn", "attn.in_proj_"),
    ("attn.c_proj", "attn.out_proj."),
    ("mlp.c_fc", "mlp.linear1."),
    ("mlp.c_proj", "mlp.linear2."),
];

/// The name without prefixes: `_orig_mod.transformer.h.0.ln_1.bias` becomes `h.0.ln_1.bias`.
fn bare(name: &str) -> Option<&str> {
    let mut rest = name;
    loop {
        let (first, after) = rest.split_once('.')?;
        let is_own = match first {
            "wte" | "wpe" | "ln_f" | "lm_head" => true,
            "h" => after.starts_with(|c: char| c.is_ascii_digit()),
            _ => false,
        };
        if is_own {
            return Some(rest);
        }
        rest = after;
    }
}

/// Splits a name without prefixes into the block number and the name inside the block.
fn in_block(name: &str) -> Option<(usize, &str)> {
    let (number, part) = name.strip_prefix("h.")?.split_once('.')?;
    Some((number.parse().ok()?, part))
}

/// Whether it is a constant saved with the parameters.
fn is_mask(name: &str) -> bool {
    in_block(name).is_some_and(|(_, part)| ["attn.bias", "attn.masked_bias", "attn.mask"].contains(&part))
}

/// Whether these are the tensors of a GPT-2.
pub fn is_gpt2(entries: &Entries<'_>) -> bool {
    let has = |bare_name: &str| entries.names().any(|name| bare(name) == Some(bare_name));
    has("wpe.weight") && (has(TABLE) || has(HEAD))
}

/// Whether these tensors have nanoGPT's layout, in which matrices are `(out, in)`.
pub fn is_nanogpt(entries: &Entries<'_>) -> bool {
    let query =
        entries.names().find(|name| bare(name).is_some_and(|bare| bare.ends_with(".attn.c_attn.weight")));
    query.is_some_and(|name| matches!(entries.shape(name), &[out, inside] if out == 3 * inside))
}

/// Converts to our names: removes prefixes and masks, ties the output layer to the token table, and adds
/// biases that nanoGPT omits. Tensors that are not part of a GPT-2 keep their names and are refused later.
/// Returns whether anything changed.
///
/// # Errors
/// `bad-weights` for two tensors of one name, `unexpected-parameter` for an untied output layer, and
/// `parameter-shape` if the layouts are mixed.
pub fn rename(entries: &mut Entries<'_>) -> Result<bool> {
    let mut changed = entries.rename(|name| {
        let bare = bare(name).unwrap_or(name);
        (!is_mask(bare)).then(|| bare.to_owned())
    })?;
    changed |= tie(entries)?;
    let nanogpt = is_nanogpt(entries);
    if nanogpt {
        turn(entries)?;
        add_biases(entries)?;
    }
    Ok(changed || nanogpt)
}

/// Removes the output layer if it equals the token table.
fn tie(entries: &mut Entries<'_>) -> Result<bool> {
    let Some(head) = entries.remove(HEAD) else { return Ok(false) };
    match entries.get(TABLE) {
        None => entries.add(TABLE.to_owned(), head)?,
        Some(table) if *table == head => {}
        Some(_) => {
            let message = format!(
                "{HEAD:?} differs from {TABLE:?}: this model has an output layer of its own, and only one that is its \
                 token table is possible here (tie_word_embeddings)"
            );
            return Err(Error::new(ErrorCode::UnexpectedParameter, message));
        }
    }
    Ok(true)
}

/// Renames nanoGPT's matrices, which already have our layout.
fn turn(entries: &mut Entries<'_>) -> Result<()> {
    let mixed = entries.names().find(|name| {
        name.ends_with("attn.c_attn.weight")
            && !matches!(entries.shape(name), &[out, inside] if out == 3 * inside)
    });
    if let Some(name) = mixed {
        let message = format!("{name:?} has shape {:?}, other blocks' are turned", entries.shape(name));
        return Err(Error::new(ErrorCode::ParameterShape, message));
    }
    entries.rename(|name| {
        let renamed = in_block(name).and_then(|(block, part)| {
            let (theirs, ours) = MATRICES.iter().find(|(theirs, _)| part.starts_with(theirs))?;
            Some(format!("h.{block}.{ours}{}", part[theirs.len()..].strip_prefix('.')?))
        });
        Some(renamed.unwrap_or_else(|| name.to_owned()))
    })?;
    Ok(())
}

/// Adds zero biases if nanoGPT has none at all, which is equivalent.
fn add_biases(entries: &mut Entries<'_>) -> Result<()> {
    let weights: Vec<(String, usize)> = entries
        .names()
        .filter(|name| in_block(name).is_some() || name.starts_with("ln_f."))
        .filter_map(|name| {
            let stem = name.strip_suffix("weight")?;
            Some((format!("{stem}bias"), *entries.shape(name).first()?))
        })
        .collect();
    if weights.iter().any(|(bias, _)| entries.get(bias).is_some()) {
        return Ok(());
    }
    for (bias, length) in weights {
        entries.add(bias, Entry::zeros(&[length]))?;
    }
    Ok(())
}

/// Keeps the rows of the token table that have a character, in this order.
pub fn select_tokens(entries: &mut Entries<'_>, rows: &[usize]) {
    if let Some(table) = entries.get_mut(TABLE) {
        table.select_rows(rows);
    }
}

/// Builds a GPT-2's `config.json` from nanoGPT's `model_args`, with sizes taken from the tensors.
///
/// # Errors
/// `bad-config` if the number of heads is missing, as it cannot be inferred from the tensors.
pub fn nanogpt_config(args: &Map<String, Value>, entries: &Entries<'_>) -> Result<Value> {
    let heads = args.get("n_head").and_then(Value::as_u64).ok_or_else(|| {
        let message = "the number of heads cannot be seen in the weights: put a config.json with \"n_head\" beside them";
        Error::new(ErrorCode::BadConfig, message)
    })?;
    let layers = entries.names().filter_map(|name| in_block(name)).map(|(block, _)| block + 1).max();
    let (&[vocab_size, n_embd], &[n_positions, _]) = (entries.shape(TABLE), entries.shape("wpe.weight"))
    else {
        return Err(Error::new(
            ErrorCode::MissingParameter,
            "the weights hold no tables of tokens and positions",
        ));
    };
    let dropout = args.get("dropout").and_then(Value::as_f64).unwrap_or(0.0);
    Ok(json!({
        "model_type": "gpt2",
        "vocab_size": vocab_size,
        "n_positions": n_positions,
        "n_embd": n_embd,
        "n_layer": layers.unwrap_or(0),
        "n_head": heads,
        "activation_function": "gelu",
        "resid_pdrop": dropout,
        "embd_pdrop": dropout,
        "attn_pdrop": dropout,
    }))
}
