//! Presets: plans with sizes that suit a text and the available time.

use super::facts::Facts;
use crate::train::{Kind, Layers, Plan, PlannedData, PlannedTokenizer, PlannedTraining, Sizes};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Size of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Size {
    /// Trains in about a minute.
    Small,
    /// Trains in a few minutes.
    Medium,
    /// Trains in about an hour.
    Large,
}

impl Plan {
    /// A plan for a new model of this kind and size, for a text with these counts.
    pub fn preset(kind: Kind, size: Size, facts: &Facts) -> Self {
        let (model, tokenizer, train) = match kind {
            Kind::CharLstm => char_lstm(size),
            Kind::Gpt2 => gpt(size, facts),
            Kind::Seq2seq => seq2seq(size),
            Kind::Transformer => transformer(size),
            Kind::TextClassifier => text_classifier(size, facts),
            Kind::Tagger => tagger(size, facts),
            Kind::Bert => bert(size),
        };
        let mut plan = Self {
            name: String::new(),
            model: Some(model),
            tokenizer: Some(tokenizer),
            data: PlannedData::default(),
            train,
            layers: Layers::All,
        };
        plan.fit_windows(facts.train_characters);
        plan
    }

    /// A plan for fine-tuning a model of this kind, at a rate that preserves what it has learned.
    pub fn fine_tuning(kind: Kind, layers: Layers, facts: &Facts) -> Self {
        let lr = match (kind, layers) {
            (Kind::CharLstm | Kind::Seq2seq | Kind::TextClassifier | Kind::Tagger, _) => 1e-3,
            (Kind::Gpt2 | Kind::Transformer | Kind::Bert, Layers::All) => 5e-4,
            (Kind::Gpt2 | Kind::Transformer | Kind::Bert, Layers::Last) => 1e-3,
        };
        let train = match kind {
            Kind::Gpt2 => {
                PlannedTraining { lr, batch_size: 4, weight_decay: 0.1, ..PlannedTraining::default() }
            }
            Kind::CharLstm => PlannedTraining { lr, batch_size: 8, ..PlannedTraining::default() },
            _ => PlannedTraining { lr, ..PlannedTraining::default() },
        };
        let data = PlannedData::default();
        let mut plan = Self { name: String::new(), model: None, tokenizer: None, data, train, layers };
        plan.fit_windows(facts.train_characters);
        plan
    }

    /// Sets the schedule for `steps` steps, given the steps per epoch. The more epochs a new LSTM is trained
    /// for, the more dropout it gets; without it, it would soon memorise the text and predict other texts
    /// worse.
    pub fn spread_over_epochs(&mut self, steps: u64, steps_per_epoch: usize) {
        self.spread_over(steps);
        let epochs = steps / steps_per_epoch.max(1) as u64;
        if let Some(sizes) = self.model.as_mut().filter(|sizes| matches!(sizes.kind(), Ok(Kind::CharLstm))) {
            let dropout = sizes.get("dropout").unwrap_or_default();
            sizes.set("dropout", dropout.max(lstm_dropout(epochs)));
        }
    }

    /// Uses smaller batches for a short text, so that an epoch has several.
    fn fit_windows(&mut self, characters: usize) {
        const BATCHES: usize = 8;
        let train = &mut self.train;
        while train.batch_size > 2 && train.batch_size * train.window * BATCHES > characters {
            train.batch_size /= 2;
        }
    }
}

/// Measured with two layers of 128 units on 80,000 characters of Shakespeare, in held-out bits per character:
/// after 40 epochs 2.38 with a dropout of 0.1, 2.24 with 0.3, 2.18 with 0.6; after 13 epochs 2.22 with 0.1,
/// 2.30 with 0.6.
fn lstm_dropout(epochs: u64) -> f64 {
    match epochs {
        0..16 => 0.1,
        16..30 => 0.3,
        _ => 0.6,
    }
}

type Parts = (Sizes, PlannedTokenizer, PlannedTraining);

fn char_lstm(size: Size) -> Parts {
    let (embedding_size, hidden_size, num_layers, dropout) = match size {
        Size::Small => (32, 96, 2, 0.1),
        Size::Medium => (32, 128, 2, 0.1),
        Size::Large => (64, 256, 3, 0.1),
    };
    let lr = if size == Size::Large { 3e-3 } else { 8e-3 };
    let sizes = json!({
        "embedding_size": embedding_size,
        "hidden_size": hidden_size,
        "num_layers": num_layers,
        "dropout": dropout,
    });
    let train =
        PlannedTraining { lr, batch_size: 16, window: 64, weight_decay: 0.1, ..PlannedTraining::default() };
    (Sizes::new(Kind::CharLstm, sizes), PlannedTokenizer::Chars, train)
}

fn gpt(size: Size, facts: &Facts) -> Parts {
    let (n_positions, n_embd, n_layer, n_head, dropout) = match size {
        Size::Small => (64, 64, 2, 4, 0.0),
        Size::Medium => (64, 96, 3, 4, 0.0),
        Size::Large => (128, 192, 4, 6, 0.1),
    };
    // A subword needs many occurrences to be learned.
    let tokenizer = match facts.train_characters {
        0..200_000 => PlannedTokenizer::Chars,
        200_000..1_000_000 => PlannedTokenizer::Bpe { vocab_size: 512 },
        _ => PlannedTokenizer::Bpe { vocab_size: 2048 },
    };
    // The text must be several windows long.
    let n_positions = n_positions.min((facts.train_characters / 64).next_power_of_two() / 2).max(16);
    let sizes = json!({
        "n_positions": n_positions,
        "n_embd": n_embd,
        "n_layer": n_layer,
        "n_head": n_head,
        "layer_norm_epsilon": 1e-5,
        "resid_pdrop": dropout,
        "embd_pdrop": dropout,
        "attn_pdrop": dropout,
    });
    let window = n_positions;
    let lr = if size == Size::Large { 2e-3 } else { 5e-3 };
    let train =
        PlannedTraining { lr, batch_size: 8, window, weight_decay: 0.1, ..PlannedTraining::default() };
    (Sizes::new(Kind::Gpt2, sizes), tokenizer, train)
}

fn seq2seq(size: Size) -> Parts {
    let (embedding_size, hidden_size) = match size {
        Size::Small => (64, 96),
        Size::Medium => (96, 160),
        Size::Large => (128, 256),
    };
    let sizes = json!({
        "embedding_size": embedding_size,
        "hidden_size": hidden_size,
        "attention_size": embedding_size,
        "num_layers": 1,
        "bidirectional": true,
        "dropout": 0.1,
        "tie_embeddings": false,
    });
    let words = PlannedTokenizer::Words { vocab_size: 8000, min_count: 1, lowercase: false };
    let sizes = Sizes::new(Kind::Seq2seq, sizes);
    (sizes, words, PlannedTraining { lr: 3e-3, tokens_per_batch: 256, ..PlannedTraining::default() })
}

fn transformer(size: Size) -> Parts {
    let (d_model, nhead, layers) = match size {
        Size::Small => (64, 4, 1),
        Size::Medium => (96, 4, 2),
        Size::Large => (192, 6, 3),
    };
    let sizes = json!({
        "d_model": d_model,
        "nhead": nhead,
        "num_encoder_layers": layers,
        "num_decoder_layers": layers,
        "dim_feedforward": 4 * d_model,
        "dropout": 0.1,
        "norm_first": true,
        "tie_embeddings": false,
    });
    let words = PlannedTokenizer::Words { vocab_size: 8000, min_count: 1, lowercase: false };
    let sizes = Sizes::new(Kind::Transformer, sizes);
    (sizes, words, PlannedTraining { lr: 2e-3, tokens_per_batch: 256, ..PlannedTraining::default() })
}

fn bert(size: Size) -> Parts {
    let (hidden_size, heads, layers) = match size {
        Size::Small => (64, 4, 2),
        Size::Medium => (96, 4, 2),
        Size::Large => (192, 6, 3),
    };
    let sizes = json!({
        "hidden_size": hidden_size,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "intermediate_size": 4 * hidden_size,
        "max_position_embeddings": 128,
        "type_vocab_size": 1,
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
    });
    let train = PlannedTraining { lr: 2e-3, tokens_per_batch: 512, ..PlannedTraining::default() };
    (Sizes::new(Kind::Bert, sizes), PlannedTokenizer::Bpe { vocab_size: 2000 }, train)
}

fn text_classifier(size: Size, facts: &Facts) -> Parts {
    let (embedding_size, hidden_size) = match size {
        Size::Small => (32, 32),
        Size::Medium => (64, 64),
        Size::Large => (96, 128),
    };
    let sizes = json!({
        "embedding_size": embedding_size,
        "hidden_size": hidden_size,
        "num_layers": 1,
        "pooling": "mean",
        "dropout": 0.4,
        "labels": facts.labels,
    });
    let train = PlannedTraining { lr: 3e-3, tokens_per_batch: 256, ..PlannedTraining::default() };
    (Sizes::new(Kind::TextClassifier, sizes), PlannedTokenizer::Bpe { vocab_size: 1000 }, train)
}

fn tagger(size: Size, facts: &Facts) -> Parts {
    let (embedding_size, hidden_size) = match size {
        Size::Small => (32, 32),
        Size::Medium => (48, 64),
        Size::Large => (64, 112),
    };
    let sizes = json!({
        "embedding_size": embedding_size,
        "char_embedding_size": 24,
        "char_hidden_size": 24,
        "hidden_size": hidden_size,
        "num_layers": 1,
        "dropout": 0.3,
        "labels": facts.labels,
    });
    let words = PlannedTokenizer::Words { vocab_size: 8000, min_count: 2, lowercase: true };
    let train = PlannedTraining { lr: 4e-3, tokens_per_batch: 256, ..PlannedTraining::default() };
    (Sizes::new(Kind::Tagger, sizes), words, train)
}
