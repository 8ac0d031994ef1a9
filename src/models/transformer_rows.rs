//! The Transformer's memory of translations in progress, in tensors.

use super::Transformer;
use super::rows::{Rows, chosen_rows, padded};
use crate::nn::{Dropout, KvTensors};
use crate::ops::Reach;
use crate::tensor::Tensor;

/// R translations of one length.
pub struct TransformerRows {
    /// Of each layer, what its cross-attention reads: `(B, S, C)` for the B sources.
    memory: Vec<KvTensors>,
    /// Of each layer, what its self-attention reads.
    own: Vec<KvTensors>,
    /// Each row's source.
    sources: Vec<usize>,
    /// Tokens of each row's source.
    lengths: Vec<usize>,
    /// Tokens fed so far.
    fed: usize,
    weights: Option<Tensor>,
    watching: bool,
}

/// Positions that the caches have room for at first; twice as many whenever that is not enough.
const FIRST_CAPACITY: usize = 32;

impl Transformer {
    /// One row for each source, all padded to one length. `watching` keeps attention weights, see
    /// [`Transformer::decoder`].
    ///
    /// # Panics
    /// If a source is empty or has an id outside the vocabulary.
    pub fn begin_rows<S: AsRef<[u32]>>(&self, sources: &[S], watching: bool) -> TransformerRows {
        let (src, lengths) = padded(sources);
        let memory = self.encode(&src, &lengths, &Dropout::new(0.0, None));
        let room = KvTensors::new(sources.len(), FIRST_CAPACITY, self.config().d_model);
        TransformerRows {
            memory: self.decoder.iter().map(|layer| layer.cache_tensors(&memory)).collect(),
            own: vec![room; self.decoder.len()],
            sources: (0..sources.len()).collect(),
            lengths,
            fed: 0,
            weights: None,
            watching,
        }
    }
}

impl Rows<Transformer> for TransformerRows {
    fn feed(&mut self, model: &Transformer, tokens: &[u32]) -> Tensor {
        let (rows, channels) = (tokens.len(), model.config().d_model);
        self.own.iter_mut().for_each(|cache| cache.make_room(self.fed + 1));
        let position = Tensor::from_vec(model.positions.rows(self.fed, 1), &[channels]);
        let embedded = model.tables.tgt().forward(tokens, &[rows]).mul_scalar(model.embedding_scale());
        let mut x = embedded.add(&position); // (R, C)
        let reach = Reach { texts: &self.sources, lengths: &self.lengths };
        for (k, layer) in model.decoder.iter().enumerate() {
            let watching = self.watching && k == model.watched_layer();
            let (own, memory) = (&mut self.own[k], &self.memory[k]);
            let (after, weights) = layer.step_tensors(&x, own, self.fed, memory, reach, watching);
            x = after;
            if watching {
                self.weights = weights;
            }
        }
        self.fed += 1;
        model.decoder_norm.forward(&x).linear(model.tables.head(), None)
    }

    fn select(&mut self, rows: &[usize]) {
        for tensor in self.own.iter_mut().flat_map(KvTensors::tensors_mut) {
            *tensor = chosen_rows(tensor, rows);
        }
        for of_row in [&mut self.sources, &mut self.lengths] {
            *of_row = rows.iter().map(|&row| of_row[row]).collect();
        }
    }

    fn watched(&self) -> Option<(&Tensor, Vec<usize>)> {
        self.weights.as_ref().map(|weights| (weights, self.lengths.clone()))
    }
}
