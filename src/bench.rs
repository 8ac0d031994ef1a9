//! Workloads to be timed: the command line and the page take the time, so that both measure the same work.

use crate::cpu::matmul::{Matmul, matmul};
use crate::error::Result;
use crate::generate::Search;
use crate::generate::beam::{Limits, search};
use crate::io::{Precision, Weights, to_safetensors};
use crate::models::{CharLstm, CharLstmConfig, Transformer, TransformerConfig};
use crate::nn::Module;
use crate::now::now;
use crate::rng::Rng;
use crate::train::{CommonRecipe, TrainRecipe, Trainer};

/// Vocabulary of the synthetic models; the songs' own is of this size.
const VOCAB: usize = 76;

/// `n × n` matrices multiplied again and again.
pub struct MatmulBench {
    n: usize,
    a: Vec<f32>,
    b: Vec<f32>,
    c: Vec<f32>,
}

impl MatmulBench {
    /// Random matrices.
    pub fn new(n: usize) -> Self {
        let mut rng = Rng::new(1);
        let mut random = || (0..n * n).map(|_| rng.uniform() - 0.5).collect();
        Self { n, a: random(), b: random(), c: vec![0.0; n * n] }
    }

    /// One product, `2 n³` floating point operations.
    pub fn run(&mut self) {
        let n = self.n;
        let spec = Matmul { m: n, k: n, n, trans_a: false, trans_b: false, accumulate: false };
        matmul(spec, &self.a, &self.b, &mut self.c);
    }
}

fn model(hidden_size: usize, num_layers: usize) -> Result<CharLstm> {
    let embedding_size = 64;
    let config = CharLstmConfig { vocab_size: VOCAB, embedding_size, hidden_size, num_layers, dropout: 0.0 };
    CharLstm::init(config, &mut Rng::new(1))
}

/// One character after another from a model of random weights.
pub struct DecodeBench {
    model: CharLstm,
    state: crate::nn::LstmState,
    logits: Vec<f32>,
    id: u32,
}

impl DecodeBench {
    /// # Errors
    /// `bad-config` if a size is out of range.
    pub fn new(hidden_size: usize, num_layers: usize) -> Result<Self> {
        let model = model(hidden_size, num_layers)?;
        Ok(Self { state: model.zero_state(1), model, logits: Vec::new(), id: 0 })
    }

    /// Decodes `chars` characters greedily.
    pub fn run(&mut self, chars: usize) {
        for _ in 0..chars {
            self.model.step(self.id, &mut self.state, &mut self.logits);
            let best = self.logits.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
            self.id = best.map_or(0, |(id, _)| id as u32);
        }
    }
}

/// A sentence translated by a Transformer of random weights, in the sizes of the one that is shipped.
pub struct TranslationBench {
    model: Transformer,
    search: Search,
}

impl TranslationBench {
    /// Tokens of a sentence of ten words, the first and the last token included; also tokens written.
    pub const TOKENS: usize = 16;

    /// # Errors
    /// `bad-option` if the beam is too wide.
    pub fn new(beam_width: usize) -> Result<Self> {
        let config = TransformerConfig {
            src_vocab_size: 8000,
            tgt_vocab_size: 8000,
            d_model: 256,
            nhead: 8,
            num_encoder_layers: 4,
            num_decoder_layers: 3,
            dim_feedforward: 1024,
            dropout: 0.0,
            norm_first: true,
            tie_embeddings: true,
        };
        let search = Search { beam_width, ..Search::default() };
        search.check()?;
        // As the shipped one comes, in 8-bit integers, which it also decodes from.
        let parameters = Transformer::init(config.clone(), &mut Rng::new(1))?.parameters();
        let mut weights = Weights::from_safetensors(&to_safetensors(&parameters, Precision::Int8)?)?;
        Ok(Self { model: Transformer::from_weights(config, &mut weights)?, search })
    }

    /// One sentence: encoded, then [`Self::TOKENS`] tokens written with their attention.
    ///
    /// # Errors
    /// `not-finite`, which these weights never give.
    pub fn run(&mut self) -> Result<()> {
        let source: Vec<u32> = (0..Self::TOKENS as u32).map(|i| 3 + 400 * i).collect();
        let limits = Limits { max_new_tokens: Self::TOKENS, no_repeat_ngram: self.search.no_repeat_ngram };
        now(search(&mut self.model.decoder(&[source], true), &[limits], self.search)).map(drop)
    }
}

/// Training steps on random characters.
pub struct TrainingBench {
    trainer: Trainer,
}

impl TrainingBench {
    /// # Errors
    /// `bad-config` or `bad-recipe` if a size is out of range.
    pub fn new(hidden: usize, layers: usize, batch_size: usize, window: usize) -> Result<Self> {
        let mut rng = Rng::new(2);
        let ids = (0..batch_size * (window + 1) * 8).map(|_| rng.below(VOCAB) as u32).collect();
        let recipe = TrainRecipe {
            batch_size,
            window,
            common: CommonRecipe {
                shares: 1,
                seed: 1,
                steps: 1_000_000,
                lr: 1e-3,
                warmup_steps: 1,
                decay_steps: 1,
                weight_decay: 0.01,
                grad_clip: 1.0,
                beta1: 0.9,
                beta2: 0.99,
                checkpoint_every: 1_000_000,
            },
        };
        Ok(Self { trainer: Trainer::new(model(hidden, layers)?, ids, recipe)? })
    }

    /// One step: forward, backward, update of `batch · window` characters.
    ///
    /// # Errors
    /// `diverged`, which random characters at this rate never are.
    pub fn run(&mut self) -> Result<()> {
        self.trainer.step().map(drop)
    }
}
