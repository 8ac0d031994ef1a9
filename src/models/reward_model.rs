//! How much somebody would like a text: a GPT that gives one number instead of the next token (Stiennon et al. 2020).

use super::Gpt;
use crate::nn::Module;
use crate::tensor::Tensor;

/// A GPT's body with one output, read at the last token of a text.
///
/// Parameters are named as in the `GPT2ForSequenceClassification` of transformers with one label.
#[derive(Clone)]
pub struct RewardModel {
    /// The GPT that reads.
    body: Gpt,
    /// `(1, C)`
    score: Tensor,
}

impl RewardModel {
    /// A model that likes all texts equally.
    pub fn new(body: Gpt) -> Self {
        let score = Tensor::zeros(&[1, body.config().n_embd]);
        Self { body, score }
    }

    /// Rewards `(B)` of texts `ids (B, T)`, padded on the right, with `lengths` real tokens each (at least 1).
    /// `dropout_seed` switches dropout on, for training.
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

    /// The reward that a text would have if it ended at this token, for each of `ids (T)`.
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
