//! GPT-2's memory of texts in progress, in tensors: the window's tokens, and each block's keys and values.

use super::Gpt;
use super::rows::{Rows, chosen_rows};
use crate::nn::KvTensors;
use crate::tensor::Tensor;

/// R texts of one length, as far as the window reaches.
#[derive(Clone)]
pub struct GptRows {
    /// Of each text at most `n_positions`.
    tokens: Vec<Vec<u32>>,
    /// Of each block, what its attention has kept of these tokens.
    caches: Vec<KvTensors>,
}

impl Gpt {
    /// `rows` texts without a token.
    pub fn begin_rows(&self, rows: usize) -> GptRows {
        let room = KvTensors::new(rows, self.config.n_positions, self.config.n_embd);
        GptRows { tokens: vec![Vec::new(); rows], caches: vec![room; self.blocks.len()] }
    }

    /// The texts go on by `steps` tokens each, the last ones of `texts.tokens`: the last block's output
    /// `(R, C)` of the newest.
    fn extend_rows(&self, texts: &mut GptRows, steps: usize) -> Tensor {
        let (rows, channels) = (texts.tokens.len(), self.config.n_embd);
        let before = texts.tokens[0].len() - steps;
        let ids: Vec<u32> = texts.tokens.iter().flat_map(|text| &text[before..]).copied().collect();
        let positions = self.wpe.weight.narrow(0, before, steps);
        let mut x = self.wte.forward(&ids, &[rows, steps]).add(&positions); // (R, T, C)
        for (block, cache) in self.blocks.iter().zip(&mut texts.caches) {
            x = block.extend_tensors(&x, cache, before);
        }
        x.narrow(1, steps - 1, 1).reshape(&[rows, channels])
    }
}

impl Rows<Gpt> for GptRows {
    fn feed(&mut self, model: &Gpt, tokens: &[u32]) -> Tensor {
        let dropped = model.config.dropped(self.tokens[0].len() + 1);
        for (text, &token) in self.tokens.iter_mut().zip(tokens) {
            text.drain(..dropped);
            text.push(token);
        }
        // A window that has slid on has other positions, so all that it still holds is read anew.
        let steps = if dropped > 0 { self.tokens[0].len() } else { 1 };
        let x = model.extend_rows(self, steps);
        model.ln_f.forward(&x).linear(&model.wte.weight, None)
    }

    fn read(&mut self, model: &Gpt, tokens: &[u32]) -> Tensor {
        let empty = self.tokens[0].is_empty() && self.tokens.len() == 1;
        if !empty || tokens.len() > model.config.n_positions {
            return super::rows::one_by_one(self, model, tokens);
        }
        self.tokens[0].extend_from_slice(tokens);
        let x = model.extend_rows(self, tokens.len());
        model.ln_f.forward(&x).linear(&model.wte.weight, None)
    }

    fn select(&mut self, rows: &[usize]) {
        self.tokens = rows.iter().map(|&row| self.tokens[row].clone()).collect();
        for tensor in self.caches.iter_mut().flat_map(KvTensors::tensors_mut) {
            *tensor = chosen_rows(tensor, rows);
        }
    }
}
