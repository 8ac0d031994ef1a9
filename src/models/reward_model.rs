//! A reward model (Stiennon et al. 2020): a GPT that predicts how much a person would like a text.

use super::Gpt;
use crate::nn::Module;
use crate::tensor::Tensor;

/// A GPT's body with a scalar output, read at the last token of a text.
///
/// Parameters are named as in transformers' `GPT2ForSequenceClassification` with one label.
///
/// ```
/// use liedwerk::models::{Gpt, ModelConfig, RewardModel};
/// use liedwerk::rng::Rng;
///
/// let config = ModelConfig::from_json(
///     r#"{"model_type": "gpt2", "vocab_size": 50, "n_positions": 16, "n_embd": 8, "n_layer": 2, "n_head": 2}"#,
/// )?;
/// let ModelConfig::Gpt2(config) = config else { unreachable!() };
/// let model = RewardModel::new(Gpt::init(config, &mut Rng::new(1))?);
/// assert_eq!(model.forward(&[4, 8, 15], &[3], None).to_vec(), [0.0]);
/// # Ok::<(), liedwerk::Error>(())
/// ```
#[derive(Clone)]
pub struct RewardModel {
    /// The GPT without its output layer.
    body: Gpt,
    /// `(1, C)`
    score: Tensor,
}

impl RewardModel {
    /// A model that gives every text the reward 0.
    pub fn new(body: Gpt) -> Self {
        let score = Tensor::zeros(&[1, body.config().n_embd]);
        Self { body, score }
    }

    /// Rewards `(B)` of texts `ids (B, T)`, padded on the right, with `lengths` real tokens each (at
    /// least 1). `dropout_seed` enables dropout, for training.
    ///
    /// # Panics
    /// As [`Gpt::forward`].
    #[track_caller]
    pub fn forward(&self, ids: &[u32], lengths: &[usize], dropout_seed: Option<u64>) -> Tensor {
        let (rows, width) = (lengths.len(), ids.len() / lengths.len());
        let x = self.body.features(ids, rows, dropout_seed); // (B, T, C)
        let last: Vec<u32> =
            (0..).zip(lengths).map(|(row, &length)| (row * width + length - 1) as u32).collect();
        let x = x.reshape(&[rows * width, x.dim(2)]).embedding(&last, &[rows]); // (B, C)
        x.linear(&self.score, None).reshape(&[rows])
    }

    /// For each of `ids (T)`, the reward if the text ended at that token.
    ///
    /// # Panics
    /// As [`Gpt::forward`].
    #[track_caller]
    pub fn along(&self, ids: &[u32]) -> Vec<f32> {
        self.body.features(ids, 1, None).linear(&self.score, None).to_vec()
    }
}

impl Module for RewardModel {
    fn visit(&mut self, f: &mut dyn FnMut(String, &mut Tensor)) {
        self.body.visit(f);
        f("score.weight".to_owned(), &mut self.score);
    }
}
