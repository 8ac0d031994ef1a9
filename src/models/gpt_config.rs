//! The `config.json` of a GPT-2, in the format of Hugging Face's transformers.

use super::config::{MAX_LAYERS, MAX_VOCAB, MAX_WIDTH, bad, check_dropout, check_heads, check_sizes};
use crate::error::Result;
use serde::{Deserialize, Serialize};

/// Sizes of a [`super::Gpt`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Gpt2File", into = "Gpt2File")]
pub struct GptConfig {
    /// `V`: number of different tokens.
    pub vocab_size: usize,
    /// `N`: number of position embeddings, and so the size of the context window in tokens.
    pub n_positions: usize,
    /// `C`: width of the hidden states.
    pub n_embd: usize,
    /// Number of layers.
    pub n_layer: usize,
    /// Number of heads of every attention; divides `n_embd`.
    pub n_head: usize,
    /// Hidden units of each layer's feed-forward block; `4 n_embd` if `None`.
    pub n_inner: Option<usize>,
    /// Added to the variance in every normalisation.
    pub layer_norm_epsilon: f32,
    /// Dropout probability of each residual branch.
    pub resid_pdrop: f32,
    /// Dropout probability of the embeddings.
    pub embd_pdrop: f32,
    /// Dropout probability of the attention weights.
    pub attn_pdrop: f32,
    /// Activation of each layer's feed-forward block.
    pub activation_function: GptActivation,
    /// The styles that a song header may name, if the model was trained on songs with headers. Our own
    /// extension.
    pub styles: Vec<String>,
}

/// The keys of the file that affect the arithmetic, with transformers' defaults for missing ones, and our
/// extension. All others (`architectures`, `bos_token_id`, `summary_type` and many more) are ignored.
#[derive(Serialize, Deserialize)]
struct Gpt2File {
    vocab_size: usize,
    n_positions: usize,
    n_embd: usize,
    n_layer: usize,
    n_head: usize,
    #[serde(default)]
    n_inner: Option<usize>,
    #[serde(default)]
    activation_function: GptActivation,
    #[serde(default = "layer_norm_epsilon")]
    layer_norm_epsilon: f32,
    #[serde(default = "pdrop")]
    resid_pdrop: f32,
    #[serde(default = "pdrop")]
    embd_pdrop: f32,
    #[serde(default = "pdrop")]
    attn_pdrop: f32,
    #[serde(default = "yes")]
    tie_word_embeddings: bool,
    #[serde(default = "yes")]
    scale_attn_weights: bool,
    #[serde(default)]
    scale_attn_by_inverse_layer_idx: bool,
    #[serde(default)]
    reorder_and_upcast_attn: bool,
    #[serde(default)]
    add_cross_attention: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    styles: Vec<String>,
}

/// The supported activation functions, under transformers' names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum GptActivation {
    /// GELU in its tanh approximation, GPT-2's default.
    #[default]
    #[serde(rename = "gelu_new", alias = "gelu_pytorch_tanh", alias = "gelu_fast")]
    GeluTanh,
    /// Exact GELU, as in nanoGPT.
    #[serde(rename = "gelu")]
    Gelu,
}

/// Default for files and recipes that do not set it.
fn layer_norm_epsilon() -> f32 {
    1e-5
}

/// Default of each of the three probabilities for files and recipes that do not set it.
fn pdrop() -> f32 {
    0.1
}

fn yes() -> bool {
    true
}

impl TryFrom<Gpt2File> for GptConfig {
    type Error = String;

    fn try_from(file: Gpt2File) -> Result<Self, String> {
        let switches = [
            ("tie_word_embeddings", file.tie_word_embeddings, true),
            ("scale_attn_weights", file.scale_attn_weights, true),
            ("scale_attn_by_inverse_layer_idx", file.scale_attn_by_inverse_layer_idx, false),
            ("reorder_and_upcast_attn", file.reorder_and_upcast_attn, false),
            ("add_cross_attention", file.add_cross_attention, false),
        ];
        if let Some((name, value, possible)) = switches.iter().find(|(_, value, possible)| value != possible)
        {
            return Err(format!("{name} is {value}; only {possible} is possible"));
        }
        Ok(Self {
            vocab_size: file.vocab_size,
            n_positions: file.n_positions,
            n_embd: file.n_embd,
            n_layer: file.n_layer,
            n_head: file.n_head,
            n_inner: file.n_inner,
            layer_norm_epsilon: file.layer_norm_epsilon,
            resid_pdrop: file.resid_pdrop,
            embd_pdrop: file.embd_pdrop,
            attn_pdrop: file.attn_pdrop,
            activation_function: file.activation_function,
            styles: file.styles,
        })
    }
}

impl From<GptConfig> for Gpt2File {
    fn from(config: GptConfig) -> Self {
        Self {
            vocab_size: config.vocab_size,
            n_positions: config.n_positions,
            n_embd: config.n_embd,
            n_layer: config.n_layer,
            n_head: config.n_head,
            n_inner: config.n_inner,
            activation_function: config.activation_function,
            layer_norm_epsilon: config.layer_norm_epsilon,
            resid_pdrop: config.resid_pdrop,
            embd_pdrop: config.embd_pdrop,
            attn_pdrop: config.attn_pdrop,
            tie_word_embeddings: true,
            scale_attn_weights: true,
            scale_attn_by_inverse_layer_idx: false,
            reorder_and_upcast_attn: false,
            add_cross_attention: false,
            styles: config.styles,
        }
    }
}

impl GptConfig {
    /// Hidden units of each layer's feed-forward block.
    pub fn inner(&self) -> usize {
        self.n_inner.unwrap_or_else(|| self.n_embd.saturating_mul(4))
    }

    /// Number of the oldest of `length` tokens that are outside the model's window.
    ///
    /// Positions are absolute, so a full window cannot slide by one token without recomputing everything.
    /// Instead it drops its older half (the larger half if `N` is odd) whenever it is full; the remaining
    /// tokens are renumbered from position 0.
    pub fn dropped(&self, length: usize) -> usize {
        let half = self.n_positions.div_ceil(2);
        length.saturating_sub(self.n_positions).div_ceil(half) * half
    }

    /// Checks that the sizes are consistent.
    ///
    /// # Errors
    /// `bad-config` if a size is zero or implausibly large, if `n_head` does not divide `n_embd`, or if
    /// `layer_norm_epsilon` or a probability is out of range.
    pub fn check(&self) -> Result<()> {
        check_sizes(&[
            ("vocab_size", self.vocab_size, MAX_VOCAB),
            ("n_positions", self.n_positions, MAX_WIDTH),
            ("n_embd", self.n_embd, MAX_WIDTH),
            ("n_layer", self.n_layer, MAX_LAYERS),
            ("n_head", self.n_head, self.n_embd),
            ("n_inner", self.inner(), MAX_WIDTH),
        ])?;
        check_heads(("n_head", self.n_head), ("n_embd", self.n_embd))?;
        let eps = self.layer_norm_epsilon;
        if !(eps > 0.0 && eps < 1.0) {
            return Err(bad(format!("layer_norm_epsilon is {eps}, it must be above 0 and below 1")));
        }
        check_dropout("resid_pdrop", self.resid_pdrop)?;
        check_dropout("embd_pdrop", self.embd_pdrop)?;
        check_dropout("attn_pdrop", self.attn_pdrop)
    }
}
