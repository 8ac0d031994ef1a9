//! Decoding with the Transformer: each source is encoded once, by itself, and only the newest token passes
//! through the decoder, since keys and values of earlier tokens are cached.

use super::decoder::{ModelDecoder, State};
use super::{FrameShape, Inside, Recording, Transformer};
use crate::error::Result;
use crate::nn::{Dropout, KvCache, Reading, Rows, Trace, Watch, Whole};
use crate::ops::{AttentionMask, Reach};
use crate::tensor::Tensor;

/// Translations in progress.
#[derive(Clone)]
pub struct TransformerState {
    /// Cached keys and values of the sources, for each layer's cross-attention.
    memory: Vec<KvCache>,
    /// Cached keys and values of the translations, for each layer's self-attention.
    own: Vec<KvCache>,
    rows: Rows,
    /// Index of each row's source.
    sources: Vec<usize>,
    /// Length of each row's source in tokens.
    lengths: Vec<usize>,
    /// Whether to keep the attention weights of the last step.
    watching: bool,
    weights: Option<Tensor>,
}

/// Decodes translations side by side with a Transformer.
pub type TransformerDecoder<'a> = ModelDecoder<'a, Transformer, TransformerState>;

impl Transformer {
    /// A decoder with one row per source; each source is encoded by itself. `watching` keeps attention
    /// weights: those of the penultimate layer, averaged over its heads, which match word alignments best
    /// (Garg et al. 2019).
    ///
    /// # Panics
    /// If a source is empty or has an id outside the vocabulary.
    pub fn decoder<S: AsRef<[u32]>>(&self, sources: &[S], watching: bool) -> TransformerDecoder<'_> {
        let memories = sources.iter().map(|source| self.encode_alone(source.as_ref(), None)).collect();
        ModelDecoder::new(self, self.begin(memories, watching))
    }

    /// The state of empty translations of sources whose encodings are `memories`, `(S, C)` each.
    fn begin(&self, memories: Vec<Tensor>, watching: bool) -> TransformerState {
        let (count, channels) = (memories.len(), self.config.d_model);
        let lengths: Vec<usize> = memories.iter().map(|memory| memory.dim(0)).collect();
        let longest = lengths.iter().copied().max().unwrap_or(0);
        let memory_of = |layer: &crate::nn::TransformerDecoderLayer| {
            let mut cache = KvCache::with_capacity(count, longest, channels);
            for (text, memory) in memories.iter().enumerate() {
                cache.write(text, &layer.keys_and_values(memory));
            }
            cache
        };
        TransformerState {
            memory: self.decoder.iter().map(memory_of).collect(),
            own: vec![KvCache::new(count, channels); self.decoder.len()],
            rows: Rows::new(count),
            sources: (0..count).collect(),
            lengths,
            watching,
            weights: None,
        }
    }

    /// Encodes one source to `(S, C)`. `watch`, if given, receives each layer's attention weights
    /// `(S, N, S)`.
    fn encode_alone(&self, source: &[u32], watch: Option<&Watch>) -> Tensor {
        let (mask, none) = (AttentionMask::default(), Dropout::none());
        let x = self.embed(self.tables.src(), source, [1, source.len()], 0).apart();
        let memory = self.encode(x, Whole { mask: &mask, dropout: &none, watch });
        memory.reshape(&[source.len(), self.config.d_model])
    }

    /// Reads a source and these tokens of its translation exactly as when decoding, and records a frame for
    /// each. Frames of the source hold no residual stream.
    ///
    /// # Errors
    /// `gpu-lost` or `out-of-memory`, on a GPU.
    ///
    /// # Panics
    /// If the source is empty, or an id is outside the vocabulary.
    pub async fn inside(&self, source: &[u32], target: &[u32]) -> Result<Inside> {
        let shape = |layers| FrameShape { layers, heads: self.config.nhead, channels: self.config.d_model };
        let (trace, mut encoder) = (Trace::default(), Recording::default());
        let memory = self.encode_alone(source, Some(&trace.attention));
        encoder.add(&memory, &trace, &vec![source.len(); source.len()], 0).await?;
        let (mut state, mut decoder) = (self.begin(vec![memory], false), Recording::default());
        for (place, &token) in target.iter().enumerate() {
            let scores = state.read(self, &[token], Some(&trace));
            decoder.add(&scores, &trace, &[place + 1], source.len()).await?;
        }
        let (encoder_shape, decoder_shape) = (shape(self.encoder.len()), shape(self.decoder.len()));
        Ok(Inside { encoder, encoder_shape, decoder, decoder_shape })
    }

    /// The decoder layer whose attention is kept.
    fn watched_layer(&self) -> usize {
        self.decoder.len().max(2) - 2
    }
}

impl TransformerState {
    /// Feeds one token to each row and returns the scores `(R, V)` of the next ones.
    fn read(&mut self, model: &Transformer, tokens: &[u32], trace: Option<&Trace>) -> Tensor {
        assert_eq!(tokens.len(), self.rows.count(), "step: one token for each row");
        // All rows have the same length, since they started together.
        let first = self.rows.length(0);
        let x = model.embed(model.tables.tgt(), tokens, [tokens.len(), 1], first);
        let x = x.reshape(&[tokens.len(), model.config.d_model]).apart();
        let (own_reach, shown) = (self.rows.extend_all(), Watch::default());
        let reach = Reach { texts: &self.sources, lengths: &self.lengths };
        let readings = self.own.iter_mut().zip(&self.memory).enumerate().map(|(k, (own, memory))| {
            let watch = match trace {
                Some(trace) => Some(&trace.memory_attention),
                None => Some(&shown).filter(|_| self.watching && k == model.watched_layer()),
            };
            let own = Reading::GoingOn(own, own_reach, trace.map(|trace| &trace.attention));
            [own, Reading::Cached(memory, reach, watch)]
        });
        let states = trace.map(|trace| &trace.states);
        let scores = model.decode(x, readings, &Dropout::none(), states);
        self.weights = shown.take().pop();
        scores
    }
}

impl State<Transformer> for TransformerState {
    fn feed(&mut self, model: &Transformer, tokens: &[u32]) -> Tensor {
        self.read(model, tokens, None)
    }

    fn select(&mut self, rows: &[usize]) {
        self.rows.select(rows, &mut self.own);
        for of_row in [&mut self.sources, &mut self.lengths] {
            *of_row = rows.iter().map(|&row| of_row[row]).collect();
        }
    }

    fn watched(&self) -> Option<(&Tensor, &[usize])> {
        self.weights.as_ref().map(|weights| (weights, &self.lengths[..]))
    }
}
