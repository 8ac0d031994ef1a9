//! The Transformer while decoding: the source is encoded once, and only the newest token goes through the
//! decoder, since keys and values of the tokens before it are kept.

use super::Transformer;
use super::decoder::{Decoder, Stepping, select, stepped};
use crate::cpu::elementwise::{add_assign, scale};
use crate::nn::{Embedding, KvCache};
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
        let row = |source: &S| {
            let memory = self.encode_alone(source.as_ref());
            let memory = Rc::new(self.decoder.iter().map(|layer| layer.cache(&memory)).collect());
            Row { memory, own: vec![KvCache::default(); self.decoder.len()], length: 0 }
        };
        let rows = sources.iter().map(row).collect();
        TransformerDecoder { model: self, rows, watching, attention: Vec::new() }
    }

    /// What the encoder makes of one source: `(S, C)`.
    fn encode_alone(&self, source: &[u32]) -> Vec<f32> {
        let embedded = source.iter().enumerate().map(|(t, &id)| self.embed_token(self.tables.src(), id, t));
        let mut x = embedded.collect::<Vec<_>>().concat();
        self.encoder.iter().for_each(|layer| layer.apply(&mut x));
        self.encoder_norm.apply(&x)
    }

    /// The vector of a token at this position, `(C)`.
    fn embed_token(&self, table: &Embedding, id: u32, position: usize) -> Vec<f32> {
        let mut vector = table.row(id).to_vec();
        scale(self.embedding_scale(), &mut vector);
        add_assign(&self.positions.rows(position, 1), &mut vector);
        vector
    }

    /// Which decoder layer's attention is shown.
    pub(super) fn watched_layer(&self) -> usize {
        self.decoder.len().max(2) - 2
    }
}

impl Decoder for TransformerDecoder<'_> {
    fn step<'a>(&'a mut self, tokens: &'a [u32], logits: &'a mut Vec<f32>) -> Stepping<'a> {
        assert_eq!(tokens.len(), self.rows.len(), "step: one token for each row");
        let model = self.model;
        let mut x = Vec::with_capacity(tokens.len() * model.config.d_model);
        for (&token, row) in tokens.iter().zip(&mut self.rows) {
            x.extend(model.embed_token(model.tables.tgt(), token, row.length));
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
        stepped()
    }

    fn select(&mut self, rows: &[usize]) {
        select(&mut self.rows, rows);
    }

    fn attention(&self) -> &[Vec<f32>] {
        &self.attention
    }
}
