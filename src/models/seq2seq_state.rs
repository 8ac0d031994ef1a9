//! Decoding with the GRU translator: each source is encoded once, by itself, and its attention keys and
//! values are kept.

use super::decoder::{ModelDecoder, State};
use super::seq2seq::Encoded;
use super::{Seq2Seq, Seq2SeqConfig};
use crate::nn::{Dropout, Memory};
use crate::ops::{Reach, concat};
use crate::tensor::Tensor;

/// Translations in progress.
#[derive(Clone)]
pub struct Seq2SeqState {
    /// Attention keys and values of the sources.
    memory: Memory,
    /// Index of each row's source.
    sources: Vec<usize>,
    /// Length of each row's source in tokens.
    lengths: Vec<usize>,
    /// State of each layer, `(R, H)`.
    hidden: Vec<Tensor>,
    /// Whether to keep the attention weights of the last step.
    watching: bool,
    weights: Option<Tensor>,
}

/// Decodes translations side by side with a GRU translator.
pub type Seq2SeqDecoder<'a> = ModelDecoder<'a, Seq2Seq, Seq2SeqState>;

impl Seq2Seq {
    /// A decoder with one row per source; each source is encoded by itself. `watching` keeps attention
    /// weights.
    ///
    /// # Panics
    /// If a source is empty or has an id outside the vocabulary.
    pub fn decoder<S: AsRef<[u32]>>(&self, sources: &[S], watching: bool) -> Seq2SeqDecoder<'_> {
        let lengths: Vec<usize> = sources.iter().map(|source| source.as_ref().len()).collect();
        let alone = |source: &S| {
            let source = source.as_ref();
            let x = self.tables.src().forward(source, &[source.len(), 1]).apart(); // (S, 1, E)
            self.encode(&x, &[source.len()], &Dropout::none())
        };
        let encoded: Vec<Encoded> = sources.iter().map(alone).collect();
        let of_layer = |k: usize| concat(&encoded.iter().map(|one| &one.state[k]).collect::<Vec<_>>(), 0);
        let state = Seq2SeqState {
            memory: together(&self.config, &encoded, lengths.iter().copied().max().unwrap_or(0)),
            sources: (0..sources.len()).collect(),
            lengths,
            hidden: (0..self.config.num_layers).map(of_layer).collect(),
            watching,
            weights: None,
        };
        ModelDecoder::new(self, state)
    }
}

/// Stacks the memories of all sources, padded to the longest.
fn together(config: &Seq2SeqConfig, encoded: &[Encoded], longest: usize) -> Memory {
    let room = |width: usize| Tensor::zeros(&[encoded.len(), longest, width]);
    let mut memory = Memory { keys: room(config.attention_size), values: room(config.key_size()) };
    for (text, Encoded { memory: own, .. }) in encoded.iter().enumerate() {
        memory.keys.write_positions(&own.keys, 0, text, 0);
        memory.values.write_positions(&own.values, 0, text, 0);
    }
    memory
}

impl State<Seq2Seq> for Seq2SeqState {
    fn feed(&mut self, model: &Seq2Seq, tokens: &[u32]) -> Tensor {
        assert_eq!(tokens.len(), self.sources.len(), "step: one token for each row");
        let y = model.tables.tgt().forward(tokens, &[tokens.len()]).apart(); // (R, E)
        let (none, reach) = (Dropout::none(), Reach { texts: &self.sources, lengths: &self.lengths });
        let (features, weights) = model.step(&y, &self.memory, reach, &mut self.hidden, &none);
        let shape = [tokens.len(), 1, weights.dim(1)];
        self.weights = self.watching.then(|| weights.reshape(&shape));
        model.logits(&features, &none)
    }

    fn select(&mut self, rows: &[usize]) {
        self.hidden.iter_mut().for_each(|hidden| *hidden = hidden.select_rows(rows));
        for of_row in [&mut self.sources, &mut self.lengths] {
            *of_row = rows.iter().map(|&row| of_row[row]).collect();
        }
    }

    fn watched(&self) -> Option<(&Tensor, &[usize])> {
        self.weights.as_ref().map(|weights| (weights, &self.lengths[..]))
    }
}
