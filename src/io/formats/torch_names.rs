//! Models built from PyTorch's own layers (`nn.LSTM`, `nn.GRU`, `nn.Transformer`), whose attributes can have
//! any name.

use super::entries::{Entries, Entry};
use super::recognise::other_format;
use crate::error::{Error, ErrorCode, Result};
use safetensors::Dtype;
use serde_json::{Value, json};

/// Prefixes that wrappers add to all names.
const WRAPPERS: [&str; 6] = ["_orig_mod.", "module.", "model.", "net.", "network.", "_fsdp_wrapped_module."];
/// Names of the tables in PyTorch's tutorial, and ours.
const TRANSFORMER_NAMES: [(&str, &str); 3] = [
    ("src_tok_emb.embedding.weight", "src_embedding.weight"),
    ("tgt_tok_emb.embedding.weight", "tgt_embedding.weight"),
    ("generator.weight", "head.weight"),
];
/// Names of the table of sinusoidal positions, which is computed here.
const POSITIONS: [&str; 4] =
    ["positional_encoding.pos_embedding", "positional_encoding.pe", "pos_encoder.pe", "pos_encoding.pe"];
/// Maximum alphabet size for one-hot vectors, which would otherwise fill memory.
const MOST_ONE_HOT: usize = 4096;

fn unclear(message: impl Into<String>) -> Error {
    Error::new(ErrorCode::BadConfig, message)
}

/// Removes wrapper prefixes as long as all names have them. Returns whether there were any.
///
/// # Errors
/// `bad-weights` if two different tensors get the same name.
pub fn unwrap(entries: &mut Entries<'_>) -> Result<bool> {
    let mut changed = false;
    while let Some(wrapper) = WRAPPERS.iter().find(|wrapper| {
        entries.names().next().is_some() && entries.names().all(|name| name.starts_with(**wrapper))
    }) {
        changed |= entries.rename(|name| name.strip_prefix(wrapper).map(str::to_owned))?;
    }
    Ok(changed)
}

/// Converts to our names and infers the configuration.
///
/// # Errors
/// `other-format` for recurrent layers that no model here has; `bad-config` if the tensors do not determine
/// the configuration.
pub fn recognise(entries: &mut Entries<'_>) -> Result<Value> {
    if entries.names().any(|name| name.contains("encoder.layers.0.")) {
        return Err(unclear(
            "a Transformer's heads cannot be seen in its weights: put its config.json beside them",
        ));
    }
    if entries.get("encoder.weight_ih_l0").is_some() && entries.get("decoder.weight_ih_l0").is_some() {
        return seq2seq(entries);
    }
    char_lstm(entries)
}

/// Renames a Transformer's tables from the names in PyTorch's tutorial to ours.
///
/// # Errors
/// `bad-weights` if two different tensors get the same name.
pub fn rename_transformer(entries: &mut Entries<'_>) -> Result<bool> {
    entries.rename(|name| {
        let known = TRANSFORMER_NAMES.iter().find(|(theirs, _)| *theirs == name);
        (!POSITIONS.contains(&name)).then(|| known.map_or(name, |(_, ours)| ours).to_owned())
    })
}

/// Renames the layer norms of early BERTs, which had TensorFlow's names.
///
/// # Errors
/// `bad-weights` if two different tensors get the same name.
pub fn rename_bert(entries: &mut Entries<'_>) -> Result<bool> {
    entries.rename(|name| {
        let old = [(".LayerNorm.gamma", ".LayerNorm.weight"), (".LayerNorm.beta", ".LayerNorm.bias")];
        let known =
            old.iter().find_map(|(theirs, ours)| Some(format!("{}{ours}", name.strip_suffix(theirs)?)));
        Some(known.unwrap_or_else(|| name.to_owned()))
    })
}

/// Infers the configuration of a pair of GRUs.
fn seq2seq(entries: &Entries<'_>) -> Result<Value> {
    let tied = entries.get("embedding.weight").is_some();
    let (src, tgt) = if tied {
        ("embedding.weight", "embedding.weight")
    } else {
        ("src_embedding.weight", "tgt_embedding.weight")
    };
    let sizes = (entries.shape(src), entries.shape(tgt), entries.shape("attention.query.weight"));
    let (&[src_vocab, embedding], &[tgt_vocab, _], &[attention, hidden]) = sizes else {
        return Err(unclear(
            "two GRUs without the tables and the attention of a translator: put a config.json beside them",
        ));
    };
    Ok(json!({
        "model_type": "seq2seq",
        "src_vocab_size": src_vocab,
        "tgt_vocab_size": tgt_vocab,
        "embedding_size": embedding,
        "hidden_size": hidden,
        "attention_size": attention,
        "num_layers": layers(entries, "encoder."),
        "bidirectional": entries.get("encoder.weight_ih_l0_reverse").is_some(),
        "tie_embeddings": tied,
    }))
}

/// Number of layers of a recurrent stack.
fn layers(entries: &Entries<'_>, stack: &str) -> usize {
    (0..).take_while(|layer| entries.get(&format!("{stack}weight_ih_l{layer}")).is_some()).count()
}

/// Recognises a stack of LSTMs between an embedding and a linear layer, whatever their names.
///
/// # Errors
/// As [`recognise`].
pub fn char_lstm(entries: &mut Entries<'_>) -> Result<Value> {
    let stacks: Vec<String> =
        entries.names().filter_map(|name| name.strip_suffix("weight_ih_l0")).map(str::to_owned).collect();
    let [stack] = &stacks[..] else {
        let first = entries.names().next().map_or("", String::as_str);
        return Err(unclear(format!(
            "what model these weights are of cannot be seen (the first is {first:?}): put its config.json beside them"
        )));
    };
    let [ih, hh] =
        ["weight_ih_l0", "weight_hh_l0"].map(|part| entries.shape(&format!("{stack}{part}")).to_vec());
    let (&[rows, inputs], &[_, hidden]) = (&ih[..], &hh[..]) else {
        return Err(unclear(format!("{stack}weight_ih_l0 has shape {ih:?}, which is no recurrent layer's")));
    };
    check_stack(entries, stack, rows, hidden)?;
    let num_layers = layers(entries, stack);
    let head = linear(entries, stack, |shape| shape[1] == hidden, "head", "fc")?;
    let vocab_size = entries.shape(&head)[0];
    let is_table = |shape: &[usize]| shape[1] == inputs;
    let table = linear(entries, stack, is_table, "emb", "enc").ok().filter(|table| *table != head);
    rename_lstm(entries, stack, &head, table.as_deref())?;
    if table.is_none() {
        add_one_hot(entries, inputs, vocab_size)?;
    }
    for layer in 0..num_layers {
        add_bias(entries, format!("lstm.bias_ih_l{layer}"), rows)?;
        add_bias(entries, format!("lstm.bias_hh_l{layer}"), rows)?;
    }
    add_bias(entries, "head.bias".to_owned(), vocab_size)?;
    Ok(json!({
        "model_type": "char_lstm",
        "vocab_size": vocab_size,
        "embedding_size": inputs,
        "hidden_size": hidden,
        "num_layers": num_layers,
    }))
}

/// Checks that the stack is a unidirectional LSTM.
///
/// # Errors
/// `other-format` for any other recurrent layer.
fn check_stack(entries: &Entries<'_>, stack: &str, rows: usize, hidden: usize) -> Result<()> {
    let refused =
        |what: &str| Err(other_format(format!("{stack} is {what}; a model that writes here is an LSTM")));
    let has = |part: &str| entries.get(&format!("{stack}{part}")).is_some();
    match rows {
        _ if has("weight_ih_l0_reverse") => refused("bidirectional"),
        _ if has("weight_hr_l0") => refused("an LSTM with projections"),
        _ if Some(rows) == hidden.checked_mul(4) => Ok(()),
        _ if Some(rows) == hidden.checked_mul(3) => refused("a GRU"),
        _ if rows == hidden => refused("a plain recurrent network"),
        _ => refused("no recurrent layer of PyTorch"),
    }
}

/// The only matrix outside the stack that fits; of several, the one with a matching name.
fn linear(
    entries: &Entries<'_>,
    stack: &str,
    fits: impl Fn(&[usize]) -> bool,
    called: &str,
    or: &str,
) -> Result<String> {
    let outside = entries.names().filter(|name| !name.starts_with(stack) || stack.is_empty());
    let matrices: Vec<&String> = outside
        .filter(|name| name.ends_with("weight") || name.ends_with("embedding"))
        .filter(|name| matches!(entries.shape(name), shape @ [_, _] if fits(shape)))
        .collect();
    let with_bias = |name: &&&String| entries.get(&name.replace("weight", "bias")).is_some();
    let found = match matrices[..] {
        [only] => Some(only),
        _ => {
            let named = matrices.iter().find(|name| name.contains(called) || name.contains(or));
            named.or_else(|| matrices.iter().find(with_bias).filter(|_| called == "head")).copied()
        }
    };
    found.cloned().ok_or_else(|| {
        unclear(format!(
            "the LSTM's {called} layer cannot be told from the others: put a config.json beside the weights"
        ))
    })
}

fn rename_lstm(entries: &mut Entries<'_>, stack: &str, head: &str, table: Option<&str>) -> Result<()> {
    let head_bias = head.replace("weight", "bias");
    entries.rename(|name| {
        Some(match name {
            _ if name == head => "head.weight".to_owned(),
            _ if name == head_bias => "head.bias".to_owned(),
            _ if Some(name) == table => "embedding.weight".to_owned(),
            _ => match name.strip_prefix(stack) {
                Some(part) => format!("lstm.{part}"),
                None => name.to_owned(),
            },
        })
    })?;
    Ok(())
}

/// Adds an embedding of one-hot vectors for a network that reads characters in this form.
///
/// # Errors
/// `bad-config` if it reads more or fewer numbers than there are characters.
pub fn add_one_hot(entries: &mut Entries<'_>, inputs: usize, vocab_size: usize) -> Result<()> {
    if inputs != vocab_size || inputs > MOST_ONE_HOT {
        return Err(unclear(format!(
            "the LSTM reads {inputs} numbers a step and writes {vocab_size}, and there is no table of characters"
        )));
    }
    let one_hot = |i: usize| if i.is_multiple_of(inputs + 1) { 1.0f32 } else { 0.0 };
    let data = (0..inputs * inputs).flat_map(|i| one_hot(i).to_le_bytes()).collect();
    entries.add("embedding.weight".to_owned(), Entry { dtype: Dtype::F32, shape: vec![inputs; 2], data })
}

fn add_bias(entries: &mut Entries<'_>, name: String, length: usize) -> Result<()> {
    if entries.get(&name).is_none() {
        entries.add(name, Entry::zeros(&[length]))?;
    }
    Ok(())
}

/// Keeps the rows of the embedding and the output layer that have a character, in this order.
pub fn select_characters(entries: &mut Entries<'_>, rows: &[usize]) {
    for name in ["embedding.weight", "head.weight", "head.bias"] {
        if let Some(entry) = entries.get_mut(name) {
            entry.select_rows(rows);
        }
    }
}
