//! The GRU translator while decoding: the source is read once, and the attention's view of it is kept.

use super::Seq2Seq;
use super::decoder::{Decoder, Stepping, select, stepped};
use crate::cpu::elementwise::{Unary, unary};
use std::rc::Rc;

/// Translations in progress.
pub struct Seq2SeqDecoder<'a> {
    model: &'a Seq2Seq,
    /// Each row's source; rows of one source share it.
    sources: Vec<Rc<Source>>,
    /// State of each layer, `(R, H)`.
    state: Vec<Vec<f32>>,
    /// Whether attention weights are kept.
    watching: bool,
    attention: Vec<Vec<f32>>,
}

struct Source {
    /// `(S, A)`
    keys: Vec<f32>,
    /// `(S, K)`
    values: Vec<f32>,
    length: usize,
}

impl Seq2Seq {
    /// One row for each source, each source encoded by itself. `watching` keeps attention weights.
    ///
    /// # Panics
    /// If a source is empty or has an id outside the vocabulary.
    pub fn decoder<S: AsRef<[u32]>>(&self, sources: &[S], watching: bool) -> Seq2SeqDecoder<'_> {
        let mut state = vec![Vec::new(); self.config.num_layers];
        let mut rows = Vec::with_capacity(sources.len());
        for source in sources {
            let source = source.as_ref();
            let embedded: Vec<f32> =
                source.iter().flat_map(|&id| self.tables.src().row(id)).copied().collect();
            let (values, last) = self.encoder.apply(&embedded);
            let summary = self.bridge.apply(&last.concat());
            let mut initial = vec![0.0; summary.len()];
            unary(Unary::Tanh, &summary, &mut initial);
            let layers = initial.chunks_exact(self.config.hidden_size);
            state.iter_mut().zip(layers).for_each(|(all, one)| all.extend_from_slice(one));
            rows.push(Rc::new(Source {
                keys: self.attention.key.apply(&values),
                values,
                length: source.len(),
            }));
        }
        Seq2SeqDecoder { model: self, sources: rows, state, watching, attention: Vec::new() }
    }
}

impl Seq2SeqDecoder<'_> {
    /// What each row reads in its source, given the state before the step: `(R, K)`.
    fn contexts(&mut self) -> Vec<f32> {
        let attention = &self.model.attention;
        let queries = attention.project(self.state.last().expect("a decoder has at least one layer"));
        let mut contexts = vec![0.0; self.sources.len() * self.model.config.key_size()];
        let rows = queries.chunks_exact(self.model.config.attention_size);
        let places = contexts.chunks_exact_mut(self.model.config.key_size());
        self.attention.clear();
        for ((query, context), source) in rows.zip(places).zip(&self.sources) {
            let mut weights = vec![0.0; source.length];
            attention.attend(query, &source.keys, &source.values, &mut weights, context);
            if self.watching {
                self.attention.push(weights);
            }
        }
        contexts
    }
}

/// Rows of several matrices side by side; each matrix comes with its width.
fn side_by_side(rows: usize, parts: &[(&[f32], usize)]) -> Vec<f32> {
    let row = |r: usize| parts.iter().flat_map(move |&(part, width)| &part[r * width..(r + 1) * width]);
    (0..rows).flat_map(row).copied().collect()
}

impl Decoder for Seq2SeqDecoder<'_> {
    fn step<'a>(&'a mut self, tokens: &'a [u32], logits: &'a mut Vec<f32>) -> Stepping<'a> {
        assert_eq!(tokens.len(), self.sources.len(), "step: one token for each row");
        let (model, rows) = (self.model, tokens.len());
        let config = &model.config;
        let embedded: Vec<f32> =
            tokens.iter().flat_map(|&token| model.tables.tgt().row(token)).copied().collect();
        let contexts = self.contexts();
        let y = (&embedded[..], config.embedding_size);
        let context = (&contexts[..], config.key_size());
        model.decoder.step_rows(&side_by_side(rows, &[y, context]), &mut self.state);
        let h = (&self.state[config.num_layers - 1][..], config.hidden_size);
        let features = model.output.apply(&side_by_side(rows, &[h, context, y]));
        let mut hidden = vec![0.0; features.len()];
        unary(Unary::Tanh, &features, &mut hidden);
        model.tables.logits(&hidden, logits);
        stepped()
    }

    fn select(&mut self, rows: &[usize]) {
        select(&mut self.sources, rows);
        let hidden = self.model.config.hidden_size;
        for state in &mut self.state {
            *state = rows.iter().flat_map(|&row| &state[row * hidden..(row + 1) * hidden]).copied().collect();
        }
    }

    fn attention(&self) -> &[Vec<f32>] {
        &self.attention
    }
}
