//! The Transformer while decoding: the source is encoded once, and only the newest token goes through the
//! decoder, since keys and values of the tokens before it are kept.

use super::decoder::{Decoder, Stepping, select, stepped};
use super::{FrameShape, Inside, Recording, Transformer};
use crate::cpu::elementwise::{add_assign, scale};
use crate::nn::{Embedding, KvCache, Watch};
use std::rc::Rc;

/// Translations in progress.
pub struct TransformerDecoder<'a> {
    model: &'a Transformer,
    rows: Vec<Row>,
    /// Whether attention weights are kept.
    watching: bool,
    attention: Vec<Vec<f32>>,
    /// Frames of the first row, if they are wanted.
    recording: Option<Recording>,
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
        let rows = sources.iter().map(|source| self.row(&self.encode_alone(source.as_ref(), None))).collect();
        TransformerDecoder { model: self, rows, watching, attention: Vec::new(), recording: None }
    }

    /// A translation without a token, of a source that the encoder has made this of.
    fn row(&self, memory: &[f32]) -> Row {
        let memory = Rc::new(self.decoder.iter().map(|layer| layer.cache(memory)).collect());
        Row { memory, own: vec![KvCache::default(); self.decoder.len()], length: 0 }
    }

    /// Reads a source and these tokens of its translation as while decoding: a frame for each. Those of the
    /// source hold no residual stream.
    ///
    /// # Panics
    /// If there is no source token, or an id is outside the vocabulary.
    pub fn inside(&self, source: &[u32], target: &[u32]) -> Inside {
        let mut attention = vec![Vec::new(); source.len()];
        let memory = self.encode_alone(source, Some(&mut attention));
        let mut encoder = Recording::default();
        attention.iter().for_each(|row| encoder.push(source.len(), &[row]));
        let (rows, recording) = (vec![self.row(&memory)], Some(Recording::default()));
        let mut decoder =
            TransformerDecoder { model: self, rows, watching: false, attention: Vec::new(), recording };
        target.iter().for_each(|&token| decoder.read(&[token], &mut Vec::new()));
        let shape = |layers| FrameShape { layers, heads: self.config.nhead, channels: self.config.d_model };
        Inside {
            encoder,
            encoder_shape: shape(self.encoder.len()),
            decoder: decoder.recording.unwrap_or_default(),
            decoder_shape: shape(self.decoder.len()),
        }
    }

    /// The logits of what would be written if a residual stream `(R, C)` ended where it is: `(R, V)`.
    pub fn lens(&self, residual: &[f32]) -> Vec<f32> {
        let mut logits = Vec::new();
        self.tables.logits(&self.decoder_norm.apply(residual), &mut logits);
        logits
    }

    /// What the encoder makes of one source: `(S, C)`. `attention`, if wanted, gets the weights of each token
    /// `(L, N, S)`.
    fn encode_alone(&self, source: &[u32], mut attention: Option<&mut [Vec<f32>]>) -> Vec<f32> {
        let embedded = source.iter().enumerate().map(|(t, &id)| self.embed_token(self.tables.src(), id, t));
        let mut x = embedded.collect::<Vec<_>>().concat();
        for layer in &self.encoder {
            match &mut attention {
                None => layer.apply(&mut x, None),
                Some(rows) => {
                    layer.apply(&mut x, Some(&mut |row, weights| rows[row].extend_from_slice(weights)));
                }
            }
        }
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

impl TransformerDecoder<'_> {
    fn read(&mut self, tokens: &[u32], logits: &mut Vec<f32>) {
        let (model, recorded) = (self.model, self.recording.is_some());
        let channels = model.config.d_model;
        let (mut own_weights, mut memory_weights, mut residual) = (Vec::new(), Vec::new(), Vec::new());
        let mut x = Vec::with_capacity(tokens.len() * model.config.d_model);
        for (&token, row) in tokens.iter().zip(&mut self.rows) {
            x.extend(model.embed_token(model.tables.tgt(), token, row.length));
            row.length += 1;
        }
        for (k, layer) in model.decoder.iter().enumerate() {
            if recorded {
                residual.extend_from_slice(&x[..channels]);
            }
            let shown = self.watching && k == model.watched_layer();
            let mut attention = Vec::new();
            let mut watch_own = |_: usize, weights: &[f32]| own_weights.extend_from_slice(weights);
            let mut watch_memory = |_: usize, weights: &[f32]| {
                if shown {
                    attention.push(mean_rows(weights, model.config.nhead));
                }
                if recorded {
                    memory_weights.extend_from_slice(weights);
                }
            };
            let watches: [Watch<'_>; 2] = [
                if recorded { Some(&mut watch_own) } else { None },
                if shown || recorded { Some(&mut watch_memory) } else { None },
            ];
            let memories: Vec<Rc<Vec<KvCache>>> = self.rows.iter().map(|row| row.memory.clone()).collect();
            let own = self.rows.iter_mut().map(|row| &mut row.own[k]);
            layer.step_rows(&mut x, own, memories.iter().map(|memory| &memory[k]), watches);
            if !attention.is_empty() {
                self.attention = attention;
            }
        }
        if let Some(recording) = &mut self.recording {
            residual.extend_from_slice(&x[..channels]);
            recording.push(self.rows[0].length, &[&own_weights, &memory_weights, &residual]);
        }
        model.tables.logits(&model.decoder_norm.apply(&x), logits);
    }
}

/// The mean of `rows` rows of equal length.
fn mean_rows(x: &[f32], rows: usize) -> Vec<f32> {
    let cols = x.len() / rows;
    (0..cols).map(|col| (0..rows).map(|row| x[row * cols + col]).sum::<f32>() / rows as f32).collect()
}

impl Decoder for TransformerDecoder<'_> {
    fn step<'a>(&'a mut self, tokens: &'a [u32], logits: &'a mut Vec<f32>) -> Stepping<'a> {
        assert_eq!(tokens.len(), self.rows.len(), "step: one token for each row");
        self.read(tokens, logits);
        stepped()
    }

    fn select(&mut self, rows: &[usize]) {
        select(&mut self.rows, rows);
    }

    fn attention(&self) -> &[Vec<f32>] {
        &self.attention
    }
}
