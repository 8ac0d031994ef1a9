//! The LSTM's memory of texts in progress, in tensors.

use super::CharLstm;
use super::rows::{Rows, chosen_rows};
use crate::nn::LstmState;
use crate::tensor::Tensor;

/// States of R texts.
#[derive(Clone)]
pub struct CharLstmRows {
    state: LstmState,
}

impl CharLstm {
    /// `rows` texts without a character.
    pub fn begin_rows(&self, rows: usize) -> CharLstmRows {
        CharLstmRows { state: self.zero_state(rows) }
    }
}

impl Rows<CharLstm> for CharLstmRows {
    fn feed(&mut self, model: &CharLstm, tokens: &[u32]) -> Tensor {
        let (logits, after) = model.forward(tokens, tokens.len(), &self.state, None); // (R, 1, V)
        self.state = after;
        logits.reshape(&[tokens.len(), model.config().vocab_size])
    }

    fn select(&mut self, rows: &[usize]) {
        for (h, c) in &mut self.state.layers {
            [h, c].into_iter().for_each(|state| *state = chosen_rows(state, rows));
        }
    }
}
