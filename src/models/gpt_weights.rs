//! Parameter names and layouts in files of a GPT-2: Hugging Face's and ours.
//!
//! In Hugging Face's files the matrices of a block are `Conv1D (in, out)`, in ours `Linear (out, in)` as in
//! `torch.nn`. The names tell which layout a file has: `h.0.attn.c_attn.weight` is always the former; its
//! transpose is called `h.0.attn.in_proj_weight`. Both are read in every number format. The layout we write
//! depends on the format, see [`stored_layout`].

use super::ModelConfig;
use crate::error::{Error, ErrorCode, Result};
use crate::io::{Precision, Weights};
use crate::tensor::Tensor;

/// Names of a block's parameters after `h.N.`: ours and Hugging Face's. The matrices of a pair are transposes
/// of each other.
const NAMES: [(&str, &str); 8] = [
    ("attn.in_proj_weight", "attn.c_attn.weight"),
    ("attn.in_proj_bias", "attn.c_attn.bias"),
    ("attn.out_proj.weight", "attn.c_proj.weight"),
    ("attn.out_proj.bias", "attn.c_proj.bias"),
    ("mlp.linear1.weight", "mlp.c_fc.weight"),
    ("mlp.linear1.bias", "mlp.c_fc.bias"),
    ("mlp.linear2.weight", "mlp.c_proj.weight"),
    ("mlp.linear2.bias", "mlp.c_proj.bias"),
];
/// Prefix of all parameter names in a GPT-2 saved with an output layer, except those of that layer.
const PREFIX: &str = "transformer.";
/// Name of the token table.
const TABLE: &str = "wte.weight";
/// Name of the output layer, which must equal the token table.
const HEAD: &str = "lm_head.weight";
/// Maximum padding of a vocabulary: usually it is padded to a multiple of 64 or 128, or for several GPUs.
const MOST_PADDING: usize = 1024;

/// Reduces a GPT-2's `vocab_size` to the tokenizer's. Vocabularies are often padded for training speed; the
/// ids beyond the tokenizer's are never used. See [`cut_vocabulary`].
pub fn fit_vocabulary(config: &mut ModelConfig, tokens: usize) {
    if let ModelConfig::Gpt2(config) = config
        && (1..=MOST_PADDING).contains(&config.vocab_size.saturating_sub(tokens))
        && tokens > 0
    {
        config.vocab_size = tokens;
    }
}

/// Drops the padding rows of a GPT-2's token table.
pub fn cut_vocabulary(weights: &mut Weights, vocab_size: usize) {
    for name in [TABLE, HEAD, "transformer.wte.weight"] {
        weights.keep_rows(name, vocab_size);
    }
}

/// Splits the name of a block's parameter after `h.N.`. `None` for any other name.
fn split(name: &str) -> Option<(&str, &str)> {
    let bare = name.strip_prefix(PREFIX).unwrap_or(name);
    let (number, part) = bare.strip_prefix("h.")?.split_once('.')?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| name.split_at(name.len() - part.len()))
}

/// Hugging Face's name for our `name`; `None` if both are the same.
fn conv1d_name(name: &str) -> Option<String> {
    let (block, part) = split(name)?;
    let (_, theirs) = NAMES.iter().find(|(ours, _)| *ours == part)?;
    Some(format!("{block}{theirs}"))
}

/// The inverse of [`conv1d_name`].
fn linear_name(name: &str) -> Option<String> {
    let (block, part) = split(name)?;
    let (ours, _) = NAMES.iter().find(|(_, theirs)| *theirs == part)?;
    Some(format!("{block}{ours}"))
}

fn transposed(tensor: Tensor) -> Tensor {
    if tensor.shape().len() == 2 { tensor.transpose(0, 1) } else { tensor }
}

/// Whether a file entry of this name is one of the attention masks that older GPT-2 files store beside the
/// parameters. They are constants, in any number format.
pub fn is_stored_mask(name: &str) -> bool {
    split(name).is_some_and(|(_, part)| ["attn.bias", "attn.masked_bias"].contains(&part))
}

/// Converts a model's named parameters to the layout stored in this format. A GPT-2's blocks get Hugging
/// Face's names and layout in f32 and f16, so that Python's transformers can open the file, and ours in 8
/// bits, where each row has a scale and must be one output. Parameters of other models are unaffected, since
/// none has these names.
pub fn stored_layout(parameters: Vec<(String, Tensor)>, precision: Precision) -> Vec<(String, Tensor)> {
    let stored_name = match precision {
        Precision::F32 | Precision::F16 => conv1d_name,
        Precision::Int8 => linear_name,
    };
    let stored = |(name, tensor): (String, Tensor)| match stored_name(&name) {
        Some(renamed) => (renamed, transposed(tensor)),
        None => (name, tensor),
    };
    parameters.into_iter().map(stored).collect()
}

/// Removes the prefix of the names, and the attention masks. If the file has only the output layer, that
/// becomes the token table.
pub(super) fn prepare(weights: &mut Weights) -> Result<()> {
    weights.strip_prefix(PREFIX)?;
    weights.rename(HEAD, TABLE);
    weights.retain(|name| !is_stored_mask(name));
    Ok(())
}

/// Takes the parameter with our `name`, in whichever layout the file has it.
pub(super) fn take(weights: &mut Weights, name: &str, shape: &[usize]) -> Result<Tensor> {
    match conv1d_name(name).filter(|_| !weights.contains(name)) {
        Some(theirs) => {
            let reversed: Vec<usize> = shape.iter().rev().copied().collect();
            weights.take(&theirs, &reversed).map(transposed)
        }
        None => weights.take(name, shape),
    }
}

/// Checks that an output layer in the file, if any, equals the token table `wte (V, C)`.
pub(super) fn check_head(weights: &mut Weights, wte: &Tensor) -> Result<()> {
    if weights.contains(HEAD) && !weights.take(HEAD, wte.shape())?.same_values(wte) {
        let message =
            format!("{HEAD:?} differs from \"wte.weight\"; an output layer of its own is not possible");
        return Err(Error::new(ErrorCode::UnexpectedParameter, message));
    }
    Ok(())
}
