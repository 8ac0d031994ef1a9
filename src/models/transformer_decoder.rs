//! The Transformer while decoding: the source is encoded once, and only the newest token goes through the
//! decoder, since keys and values of the tokens before it are kept.

use super::Transformer;
use super::decoder::{Decoder, select};
use crate::cpu::elementwise::{add_assign, scale};
use crate::nn::{Dropout, KvCache};
use std::rc::Rc;

/// Translations in progress.
pub struct TransformerDecoder<'a> {
    model: &'a Transformer,
    rows: Vec<Row>,
    /// Whether attention weights are kept.
    watching: bool,
    attention: Vec<Vec<f32>>,
}

#[derive(Clone)]
struct Row {
    /// Of each layer, what its cross-attention reads; shared by all rows of one source.
    memory: Rc<Vec<KvCache>>,
    /// Of each layer, what its self-attention reads.
    own: Vec<KvCache>,
    /// How many tokens have been fed.
    length: usize,
}

impl Transformer {
    /// One row for each source, each source encoded by itself. `watching` keeps attention weights: those
    /// of the last layer but one, averaged over its heads, which follow the words most closely (Garg et
    /// al. 2019).
    ///
    /// # Panics
    /// If a source is empty or has an id outside the vocabulary.
    pub fn decoder<S: AsRef<[u32]>>(&self, sources: &[S], watching: bool) -> TransformerDecoder<'_> {
        let off = Dropout::new(0.0, None);
        let row = |source: &S| {
            let source = source.as_ref();
            let memory = self.encode(source, &[source.len()], &off);
            let memory = Rc::new(self.decoder.iter().map(|layer| layer.cache(memory.data())).collect());
            Row { memory, own: vec![KvCache::default(); self.decoder.len()], length: 0 }
        };
        let rows = sources.iter().map(row).collect();
        TransformerDecoder { model: self, rows, watching, attention: Vec::new() }
    }

    /// Which decoder layer's attention is shown.
    fn watched_layer(&self) -> usize {
        self.decoder.len().max(2) - 2
    }
}

impl Decoder for TransformerDecoder<'_> {
    fn step(&mut self, tokens: &[u32], logits: &mut Vec<f32>) {
        assert_eq!(tokens.len(), self.rows.len(), "step: one token for each row");
        let model = self.model;
        let mut x = Vec::with_capacity(tokens.len() * model.config.d_model);
        for (&token, row) in tokens.iter().zip(&mut self.rows) {
            let mut vector = model.tables.tgt().row(token).to_vec();
            scale(model.embedding_scale(), &mut vector);
            add_assign(&model.positions.rows(row.length, 1), &mut vector);
            x.extend(vector);
            row.length += 1;
        }
        for (k, layer) in model.decoder.iter().enumerate() {
            let mut attention = Vec::new();
            let weights = (self.watching && k == model.watched_layer()).then_some(&mut attention);
            let memories: Vec<Rc<Vec<KvCache>>> = self.rows.iter().map(|row| row.memory.clone()).collect();
            let own = self.rows.iter_mut().map(|row| &mut row.own[k]);
            layer.step_rows(&mut x, own, memories.iter().map(|memory| &memory[k]), weights);
            if !attention.is_empty() {
                self.attention = attention;
            }
        }
        model.tables.logits(&model.decoder_norm.apply(&x), logits);
    }

    fn select(&mut self, rows: &[usize]) {
        select(&mut self.rows, rows);
    }

    fn attention(&self) -> &[Vec<f32>] {
        &self.attention
    }
}
