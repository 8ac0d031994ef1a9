//! The files of a GPT-2: Hugging Face's names and layout, and those of our layers.
//!
//! Hugging Face's matrices of a block are `Conv1D (in, out)`, ours `Linear (out, in)` as in `torch.nn`. Which
//! of them a file holds, its names say: `h.0.attn.c_attn.weight` is always the former, and the same numbers
//! transposed are called `h.0.attn.in_proj_weight`. Both are read, from files of every number format. What
//! we write follows from the format, see [`stored_layout`].

use super::ModelConfig;
use crate::error::{Error, ErrorCode, Result};
use crate::io::{Precision, Weights};
use crate::tensor::Tensor;

/// What a block's parameters are called after `h.N.`, by our layers and by Hugging Face. The matrices of a
/// pair are each other's transpose.
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
/// What a GPT-2 with an output layer has before all names but that layer's.
const PREFIX: &str = "transformer.";
/// The token table.
const TABLE: &str = "wte.weight";
/// The output layer, which is the token table.
const HEAD: &str = "lm_head.weight";
/// A vocabulary is padded to a multiple of 64 or 128, or to one that several GPUs can share.
const MOST_PADDING: usize = 1024;

/// Fits a GPT-2 to a tokenizer of fewer tokens: whoever trains for speed pads the vocabulary, and the ids beyond are
/// neither read nor to be written. See [`cut_vocabulary`].
pub fn fit_vocabulary(config: &mut ModelConfig, tokens: usize) {
    if let ModelConfig::Gpt2(config) = config
        && (1..=MOST_PADDING).contains(&config.vocab_size.saturating_sub(tokens))
        && tokens > 0
    {
        config.vocab_size = tokens;
    }
}

/// Leaves out the rows of a GPT-2's table that pad the vocabulary.
pub fn cut_vocabulary(weights: &mut Weights, vocab_size: usize) {
    for name in [TABLE, HEAD, "transformer.wte.weight"] {
        weights.keep_rows(name, vocab_size);
    }
}

/// A name of a block's parameter in two: up to `h.N.`, and the rest. `None` for any other name.
fn split(name: &str) -> Option<(&str, &str)> {
    let bare = name.strip_prefix(PREFIX).unwrap_or(name);
    let (number, part) = bare.strip_prefix("h.")?.split_once('.')?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| name.split_at(name.len() - part.len()))
}

/// Hugging Face's name for what is called `name` here; `None` where both are the same.
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

/// Whether a file's entry of this name is one of the attention masks that older files of GPT-2 hold beside
/// the parameters. They are constants, in whatever number format.
pub fn is_stored_mask(name: &str) -> bool {
    split(name).is_some_and(|(_, part)| ["attn.bias", "attn.masked_bias"].contains(&part))
}

/// Parameters of any model by name, with those of a GPT-2's blocks as they are stored in this format: in f32
/// and f16 under Hugging Face's names and in its layout, so that Python's transformers opens the file; in 8
/// bits under ours and in ours, since a scale belongs to a row, and a row is to be one output. Other
/// models' parameters have none of these names.
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

/// Takes from a file what is no parameter: the prefix of the names, and masks. Where only the output layer is in the
/// file, it is the token table.
pub(super) fn prepare(weights: &mut Weights) -> Result<()> {
    weights.strip_prefix(PREFIX)?;
    weights.rename(HEAD, TABLE);
    weights.retain(|name| !is_stored_mask(name));
    Ok(())
}

/// The parameter that is called `name` here, in whichever layout the file has it.
pub(super) fn take(weights: &mut Weights, name: &str, shape: &[usize]) -> Result<Tensor> {
    match conv1d_name(name).filter(|_| !weights.contains(name)) {
        Some(theirs) => {
            let reversed: Vec<usize> = shape.iter().rev().copied().collect();
            weights.take(&theirs, &reversed).map(transposed)
        }
        None => weights.take(name, shape),
    }
}

/// An output layer may be in the file if it is the token table `wte (V, C)` once more.
pub(super) fn check_head(weights: &mut Weights, wte: &Tensor) -> Result<()> {
    if weights.contains(HEAD) && !weights.take(HEAD, wte.shape())?.same_values(wte) {
        let message =
            format!("{HEAD:?} differs from \"wte.weight\"; an output layer of its own is not possible");
        return Err(Error::new(ErrorCode::UnexpectedParameter, message));
    }
    Ok(())
}
