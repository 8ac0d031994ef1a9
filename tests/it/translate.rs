//! Beam search compared with Python's transformers, and with a search without caches.

use liedwerk::generate::Search;
use liedwerk::generate::beam::{Hypothesis, Limits, continuation, search};
use liedwerk::models::{
    Decoder, Seq2Seq, Seq2SeqConfig, Stepping, Transformer, TransformerConfig, TranslationModel,
};
use liedwerk::nn::{Activation, Module, PositionLayout};
use liedwerk::rng::Rng;
use liedwerk::text::{END, PAD, START};
use liedwerk::{ErrorCode, Tensor};
use pollster::block_on;

/// A language model that is a sum of tables, as in `tests/golden/beam_search.py`.
struct Tables<'a> {
    tables: &'a [Vec<f32>; 3],
    vocab: usize,
    positions: usize,
    rows: Vec<Vec<u32>>,
}

impl Decoder for Tables<'_> {
    fn step<'a>(&'a mut self, tokens: &'a [u32], logits: &'a mut Vec<f32>) -> Stepping<'a> {
        logits.clear();
        for (row, &token) in self.rows.iter_mut().zip(tokens) {
            let before = row.last().copied().unwrap_or(PAD) as usize;
            row.push(token);
            let [last, previous, position] = self.tables;
            let place = (row.len() - 1) % self.positions;
            let (l, b, p) = (token as usize * self.vocab, before * self.vocab, place * self.vocab);
            logits.extend((0..self.vocab).map(|v| last[l + v] + previous[b + v] + position[p + v]));
        }
        Box::pin(std::future::ready(Ok(())))
    }

    fn select(&mut self, rows: &[usize]) {
        self.rows = rows.iter().map(|&row| self.rows[row].clone()).collect();
    }

    fn attention(&self) -> &[Vec<f32>] {
        &[]
    }
}

/// Sequences found by Python's transformers; `tests/golden/beam_search.py` wrote them.
#[derive(serde::Deserialize)]
struct Golden {
    vocab: usize,
    positions: usize,
    models: Vec<[Vec<f32>; 3]>,
    /// Translations: no prompt, and some special tokens.
    cases: Vec<Case>,
    /// Texts that continue a prompt.
    continuations: Vec<Case>,
}

#[derive(serde::Deserialize)]
struct Case {
    model: usize,
    #[serde(default)]
    prompt: Vec<u32>,
    beam_width: usize,
    length_penalty: f32,
    no_repeat_ngram: usize,
    max_new_tokens: usize,
    tokens: Vec<u32>,
}

#[test]
fn beams_agree_with_transformers() {
    let golden: Golden = serde_json::from_str(include_str!("../fixtures/golden/beam_search.json")).unwrap();
    let Golden { vocab, positions, models, cases, continuations } = golden;
    assert!(cases.len() > 100 && continuations.len() > 100);
    for case in cases.into_iter().chain(continuations) {
        let Case { model, prompt, beam_width, length_penalty, no_repeat_ngram, max_new_tokens, tokens } =
            case;
        let read = prompt[..prompt.len().saturating_sub(1)].to_vec();
        let mut decoder = Tables { tables: &models[model], vocab, positions, rows: vec![read] };
        let limits = Limits { max_new_tokens, no_repeat_ngram };
        let options = Search { beam_width, length_penalty, no_repeat_ngram };
        let found = if prompt.is_empty() {
            block_on(search(&mut decoder, &[limits], options)).unwrap().remove(0)
        } else {
            block_on(continuation(&mut decoder, &prompt, Some(END), limits, options)).unwrap()
        };
        assert_eq!(found.tokens, tokens, "model {model}, {prompt:?}, {options:?}, {limits:?}");
    }
}

const VOCAB: usize = 23;

fn transformer(norm_first: bool, tie_embeddings: bool, seed: u64) -> TranslationModel {
    let config = TransformerConfig {
        src_vocab_size: VOCAB,
        tgt_vocab_size: VOCAB,
        d_model: 16,
        nhead: 4,
        num_encoder_layers: 2,
        num_decoder_layers: 2,
        dim_feedforward: 24,
        dropout: 0.1,
        norm_first,
        tie_embeddings,
        activation: Activation::Relu,
        positions: PositionLayout::Interleaved,
        scale_embedding: true,
        final_norm: true,
        head_bias: false,
    };
    TranslationModel::Transformer(Transformer::init(config, &mut Rng::new(seed)).unwrap())
}

fn seq2seq(num_layers: usize, bidirectional: bool, seed: u64) -> TranslationModel {
    let config = Seq2SeqConfig {
        src_vocab_size: VOCAB,
        tgt_vocab_size: VOCAB,
        embedding_size: 10,
        hidden_size: 12,
        attention_size: 9,
        num_layers,
        bidirectional,
        dropout: 0.1,
        tie_embeddings: bidirectional,
    };
    TranslationModel::Seq2Seq(Seq2Seq::init(config, &mut Rng::new(seed)).unwrap())
}

/// Newly initialised models hardly depend on their input; larger weights give different outputs for different
/// sources.
fn models() -> Vec<TranslationModel> {
    let fresh =
        [transformer(true, true, 1), transformer(false, false, 2), seq2seq(1, true, 3), seq2seq(2, false, 4)];
    fresh
        .into_iter()
        .map(|mut model| {
            model.visit(&mut |_, parameter| {
                let factor = if parameter.shape().len() == 2 { 2.5 } else { 1.0 };
                parameter.data_mut().iter_mut().for_each(|value| *value *= factor);
            });
            model
        })
        .collect()
}

fn sources() -> Vec<Vec<u32>> {
    let mut rng = Rng::new(9);
    let words = |length: usize, rng: &mut Rng| (0..length).map(|_| 3 + rng.below(VOCAB - 3) as u32).collect();
    [1, 4, 2, 7, 9, 3].map(|length| [vec![START], words(length, &mut rng), vec![END]].concat()).to_vec()
}

/// The same search without optimisations: recomputes everything in every step for each sentence alone, in
/// double precision from the logits on, and sorts all continuations.
fn reference(model: &TranslationModel, source: &[u32], limits: Limits, options: Search) -> (Vec<u32>, f64) {
    let width = options.beam_width;
    let mut running = vec![(vec![START], 0.0)];
    let mut finished: Vec<(Vec<u32>, f64, f64)> = Vec::new();
    for length in 1..=limits.max_new_tokens {
        let mut all = Vec::new();
        for (tokens, sum) in &running {
            let logits = model.forward(source, &[source.len()], tokens, None);
            let last: Vec<f64> =
                logits.data()[logits.numel() - VOCAB..].iter().map(|&logit| f64::from(logit)).collect();
            let total = last.iter().map(|logit| logit.exp()).sum::<f64>().ln();
            for (token, logit) in (0..).zip(last) {
                let longer = [&tokens[..], &[token]].concat();
                let n = limits.no_repeat_ngram;
                let repeated = n > 0
                    && longer.len() > n
                    && longer[..longer.len() - 1]
                        .windows(n)
                        .any(|window| *window == longer[longer.len() - n..]);
                if !(repeated || token == PAD || token == START || (token == END && length == 1)) {
                    all.push((longer, sum + logit - total));
                }
            }
        }
        all.sort_by(|a, b| b.1.total_cmp(&a.1));
        all.truncate(if width == 1 { 1 } else { 2 * width });
        running.clear();
        for (rank, (tokens, sum)) in all.into_iter().enumerate() {
            if tokens.last() == Some(&END) || length == limits.max_new_tokens {
                let score = sum / (length as f64).powf(f64::from(options.length_penalty));
                finished.extend((rank < width).then_some((tokens, sum, score)));
            } else if running.len() < width {
                running.push((tokens, sum));
            }
        }
        finished.sort_by(|a, b| b.2.total_cmp(&a.2));
        finished.truncate(width);
        let best_running = running.first().map_or(f64::NEG_INFINITY, |(_, sum)| {
            sum / (length as f64).powf(f64::from(options.length_penalty))
        });
        if finished.len() == width && (width == 1 || best_running <= finished[width - 1].2) {
            break;
        }
    }
    let (tokens, sum, _) = finished.remove(0);
    (tokens[1..].to_vec(), sum)
}

fn limits_of(source: &[u32]) -> Limits {
    Limits { max_new_tokens: 2 * source.len(), no_repeat_ngram: 3 }
}

fn found(model: &TranslationModel, sources: &[Vec<u32>], options: Search) -> Vec<Hypothesis> {
    let limits: Vec<Limits> = sources.iter().map(|source| limits_of(source)).collect();
    block_on(search(&mut *model.decoder(sources, true), &limits, options)).unwrap()
}

#[test]
fn cached_and_batched_search_equals_the_reference() {
    let mut different = std::collections::BTreeSet::new();
    for model in models() {
        for (beam_width, length_penalty) in [(1, 1.0), (2, 0.0), (4, 1.0), (5, 0.6)] {
            let options = Search { beam_width, length_penalty, no_repeat_ngram: 3 };
            let together = found(&model, &sources(), options);
            for (source, found) in sources().iter().zip(together) {
                let (tokens, sum) = reference(&model, source, limits_of(source), options);
                assert_eq!(found.tokens, tokens, "{source:?} {options:?}");
                assert!((found.log_prob - sum).abs() < 1e-3, "{} {sum}", found.log_prob);
                different.insert(tokens);
            }
        }
    }
    assert!(different.len() > 40, "only {} different translations prove little", different.len());
}

/// Not only the same words, but the same bits, scores and attention.
#[test]
fn a_sentence_among_others_is_the_sentence_alone() {
    let options = Search { beam_width: 3, length_penalty: 0.8, no_repeat_ngram: 2 };
    for model in models() {
        let together = found(&model, &sources(), options);
        for (source, found_together) in sources().into_iter().zip(together) {
            assert_eq!(found(&model, &[source], options)[0], found_together);
        }
    }
}

#[test]
fn attention_rows_sum_to_one() {
    for model in models() {
        for (source, found) in sources().iter().zip(found(&model, &sources(), Search::default())) {
            assert_eq!(found.attention.len(), found.tokens.len());
            for row in found.attention {
                assert_eq!(row.len(), source.len());
                assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5, "{row:?}");
            }
        }
    }
}

/// Greedy search in a model of random weights tends to loop.
#[test]
fn nothing_repeats_that_must_not() {
    let mut circles = 0;
    for model in models() {
        for n in [0, 2, 3] {
            let limits = vec![Limits { max_new_tokens: 40, no_repeat_ngram: n }; sources().len()];
            let greedy = Search { beam_width: 1, ..Search::default() };
            for found in block_on(search(&mut *model.decoder(&sources(), false), &limits, greedy)).unwrap() {
                assert!(found.tokens.len() <= 40);
                let mut ngrams: Vec<&[u32]> = found.tokens.windows(n.max(3)).collect();
                let all = ngrams.len();
                ngrams.sort_unstable();
                ngrams.dedup();
                assert!(n == 0 || ngrams.len() == all, "{:?}", found.tokens);
                circles += usize::from(n == 0 && ngrams.len() < all);
            }
        }
    }
    assert!(circles > 0, "these models never repeat themselves, so this test proves nothing");
}

#[test]
fn damaged_weights_are_noticed() {
    let mut model = seq2seq(1, true, 1);
    model.visit(&mut |name, parameter| {
        if name == "bridge.weight" {
            *parameter = Tensor::full(parameter.shape(), f32::NAN);
        }
    });
    let limits = [Limits { max_new_tokens: 5, no_repeat_ngram: 0 }];
    let error =
        block_on(search(&mut *model.decoder(&[[1, 5, 2]], false), &limits, Search::default())).unwrap_err();
    assert_eq!(error.code(), ErrorCode::NotFinite);
}
