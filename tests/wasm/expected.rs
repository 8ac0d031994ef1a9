//! Small computations whose exact results are written down, for every platform to repeat.

use liedwerk::generate::{Generator, Options, Sampling, Search, TranslateOptions, Translator};
use liedwerk::io::{Precision, Weights, to_safetensors};
use liedwerk::models::{
    CharLstm, CharLstmConfig, Decoder, Gpt, ModelConfig, TranslationModel, stored_layout,
};
use liedwerk::nn::Module;
use liedwerk::rng::Rng;
use liedwerk::text::{CharTokenizer, Normalize, Normalizer, PairTokenizer, fold, learn_bpe, learn_text_bpe};
use liedwerk::train::{Learner, PlannedTraining, Trainer};
use liedwerk::workshop::{Kind, Plan, PlannedData, Size, Workshop, inspect};
use pollster::block_on;

/// Of `liedwerk::cpu::portable_fingerprint`.
pub const FINGERPRINT: u64 = 0x81ea_2e76_9119_8433;
/// Of [`respelled`].
pub const RESPELLED: u64 = 0x7730_f270_6e0a_a6aa;
/// Of [`song`].
pub const SONG: &str = "hlz nmxomfzvpczdgzg yehzgnu szdbgb  sj njczdnzndjbfgs bjnjhb  nngcfgngffnhuns fmn zigszf gpno o od  vvd bpdp  znnz vgzy z  gpdon np pd zbpdpdybjyjddqyozjcopdyd glyj gg y swzgygjggn sy g efwswggndgnssz";
/// Of [`translation`] by the Transformer and by the GRUs.
pub const TRANSLATIONS: [u64; 2] = [0xf330_de99_45df_d477, 0x3bb3_a7f9_125c_a8e3];
/// Of [`gpt`].
pub const GPT: u64 = 0xf5b4_bc97_0178_11d9;
/// Of [`continuation`].
pub const CONTINUATION: u64 = 0x3f47_eb0a_5b5d_f6c8;
/// Of [`long_training`].
pub const LOSSES: [f32; 3] = [3.3363433, 3.3549356, 3.352093];

/// Of [`planned_training`], kind by kind. The version of the crate stands in the card of the model's file.
pub const PLANNED: [u64; 4] =
    [0x9b8b_d900_78b9_1b80, 0x447e_ee98_27be_7e85, 0xb65b_4868_8d1a_8558, 0xb6d7_1e85_1bc9_96ff];

const ALPHABET: &str = "\n abcdefghijklmnopqrstuvwxyz";

fn config(hidden_size: usize, num_layers: usize) -> CharLstmConfig {
    let vocab_size = ALPHABET.chars().count();
    CharLstmConfig { vocab_size, embedding_size: 12, hidden_size, num_layers, dropout: 0.1 }
}

/// The three files of a model of random weights: `config.json`, `tokenizer.json`, `model.safetensors`.
pub fn files() -> (String, String, Vec<u8>) {
    let config = config(40, 2);
    let model = CharLstm::init(config.clone(), &mut Rng::new(4)).unwrap();
    let config = serde_json::to_string(&ModelConfig::CharLstm(config)).unwrap();
    let tokenizer = CharTokenizer::from_text(Normalize::None, ALPHABET);
    (config, tokenizer.to_json(), to_safetensors(&model.parameters(), Precision::F16).unwrap())
}

/// 200 characters written by that model.
pub fn song() -> String {
    let (config, tokenizer, weights) = files();
    let mut generator = Generator::from_files(&config, &tokenizer, &weights).unwrap();
    // Low, since random weights know no preference of their own.
    let sampling =
        Sampling { temperature: 0.3, top_k: 12, top_p: 0.9, repetition_penalty: 1.1, ..Sampling::default() };
    let options = Options { sampling, seed: 11, max_new_tokens: 200, ..Options::default() };
    generator.start("sing", options).unwrap();
    std::iter::from_fn(|| generator.next().unwrap()).map(|token| token.text).collect()
}

/// The three files of a translator of random weights; `layers` are its own sizes as JSON.
pub fn translator_files(layers: &str) -> (String, String, Vec<u8>) {
    let lines = ["Das Wandern ist des Müllers Lust", "To wander is the miller's joy"];
    let tokenizer = PairTokenizer::Bpe(learn_bpe(lines, 280, Normalizer::translation()));
    let vocab = tokenizer.tgt_vocab_size();
    let config = format!(
        r#"{{{layers},"src_vocab_size":{vocab},"tgt_vocab_size":{vocab},"dropout":0.1,"tie_embeddings":true}}"#
    );
    let mut model =
        TranslationModel::init(ModelConfig::from_json(&config).unwrap(), &mut Rng::new(4)).unwrap();
    // Larger than fresh weights, so that what is read makes a difference.
    model.visit(&mut |_, parameter| parameter.data_mut().iter_mut().for_each(|value| *value *= 1.5));
    (config, tokenizer.to_json(), to_safetensors(&model.parameters(), Precision::Int8).unwrap())
}

/// Sizes of the Transformer of [`translation`].
pub const TRANSFORMER: &str = r#""model_type":"transformer","d_model":36,"nhead":4,"num_encoder_layers":2,
    "num_decoder_layers":2,"dim_feedforward":50,"norm_first":true"#;
/// Sizes of the GRUs of [`translation`].
pub const SEQ2SEQ: &str = r#""model_type":"seq2seq","embedding_size":34,"hidden_size":38,"attention_size":33,
    "num_layers":2,"bidirectional":true"#;

/// A beam of three.
pub fn translate_options() -> TranslateOptions {
    let search = Search { beam_width: 3, length_penalty: 0.7, no_repeat_ngram: 3 };
    TranslateOptions { search, max_new_tokens: 20 }
}

const HASH_START: u64 = 0xcbf2_9ce4_8422_2325;

fn hashed(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
}

/// The letters of Europe, alone and with one more accent, as a reader respells them: a hash of all. A browser's tables
/// of letters and marks must be those of the native crate.
pub fn respelled() -> u64 {
    let letters = ('\u{a0}'..='\u{52f}').chain('\u{1e00}'..='\u{1fff}');
    let texts = letters.flat_map(|c| [String::from(c), format!("e{c}\u{323}")]);
    let kept: [fn(char) -> bool; 2] = [|c| c.is_ascii(), |_| true];
    let folded = texts.flat_map(|text| kept.map(|keep| fold(&text, keep)));
    folded.flat_map(String::into_bytes).fold(HASH_START, hashed)
}

/// A text in two pieces translated by a model of random weights: a hash of the tokens, and the bits of
/// scores and attention.
pub fn translation(layers: &str) -> u64 {
    let (config, tokenizer, weights) = translator_files(layers);
    let mut translator = Translator::from_files(&config, &tokenizer, &weights).unwrap();
    translator.start("Das Wandern!\nLust ist des Müllers Lust.", translate_options()).unwrap();
    let mut hash = HASH_START;
    let mut add = |byte: u8| hash = hashed(hash, byte);
    for piece in std::iter::from_fn(|| translator.next().unwrap()) {
        piece.target_tokens.concat().bytes().for_each(&mut add);
        piece.score.to_le_bytes().into_iter().for_each(&mut add);
        piece.attention.concat().into_iter().flat_map(f32::to_le_bytes).for_each(&mut add);
    }
    hash
}

/// The likeliest 60 tokens by a GPT-2 of random weights in 8 bits, with windows of 16: a hash of all logits.
pub fn gpt() -> u64 {
    let config =
        r#"{"model_type":"gpt2","vocab_size":70,"n_positions":16,"n_embd":36,"n_layer":2,"n_head":4}"#;
    let ModelConfig::Gpt2(config) = ModelConfig::from_json(config).unwrap() else { unreachable!() };
    let mut model = Gpt::init(config.clone(), &mut Rng::new(4)).unwrap();
    // Larger than fresh weights, so that what is read makes a difference.
    model.visit(&mut |_, parameter| parameter.data_mut().iter_mut().for_each(|value| *value *= 10.0));
    let bytes = to_safetensors(&stored_layout(model.parameters(), Precision::Int8), Precision::Int8).unwrap();
    let model = Gpt::from_weights(config, &mut Weights::from_safetensors(&bytes).unwrap()).unwrap();
    let (mut decoder, mut logits, mut hash) = (model.decoder(1), Vec::new(), HASH_START);
    decoder.prefill(0, &[3, 14, 15, 9, 2], &mut logits);
    for _ in 0..60 {
        hash = logits.iter().copied().flat_map(f32::to_le_bytes).fold(hash, hashed);
        let likeliest = (0..logits.len()).max_by(|&a, &b| logits[a].total_cmp(&logits[b])).unwrap();
        block_on(decoder.step(&[likeliest as u32], &mut logits)).unwrap();
    }
    hash
}

/// The three files of a GPT-2 of random weights in 8 bits, with windows of 16 and a tokenizer of subwords.
pub fn gpt_files() -> (String, String, Vec<u8>) {
    let tokenizer = learn_text_bpe(["Das Wandern ist des Müllers Lust,\ndas Wandern!\n"], 275);
    let vocab = tokenizer.vocab_size();
    let config = format!(
        r#"{{"model_type":"gpt2","vocab_size":{vocab},"n_positions":16,"n_embd":36,"n_layer":2,"n_head":4}}"#
    );
    let ModelConfig::Gpt2(sizes) = ModelConfig::from_json(&config).unwrap() else { unreachable!() };
    let mut model = Gpt::init(sizes, &mut Rng::new(5)).unwrap();
    model.visit(&mut |_, parameter| parameter.data_mut().iter_mut().for_each(|value| *value *= 10.0));
    let parameters = stored_layout(model.parameters(), Precision::Int8);
    (config, tokenizer.to_json(), to_safetensors(&parameters, Precision::Int8).unwrap())
}

/// Every setting at once.
pub fn continue_options() -> Options {
    let sampling = Sampling {
        temperature: 0.9,
        top_k: 150,
        top_p: 0.95,
        min_p: 0.01,
        typical_p: 0.9,
        repetition_penalty: 1.2,
        no_repeat_ngram: 3,
    };
    let logit_bias = vec![(0, f32::NEG_INFINITY), (20, 1.5)];
    Options { sampling, logit_bias, seed: 3, max_new_tokens: 80, candidates: 4, ..Options::default() }
}

/// A text by that model: a hash of its tokens and of the figures of their tables.
pub fn continuation() -> u64 {
    let (config, tokenizer, weights) = gpt_files();
    let mut generator = Generator::from_files(&config, &tokenizer, &weights).unwrap();
    generator.start("Das Wandern", continue_options()).unwrap();
    let mut hash = HASH_START;
    for token in std::iter::from_fn(|| generator.next().unwrap()) {
        let figures = token.candidates.iter().flat_map(|row| [row.candidate.before, row.candidate.after]);
        let bytes = token.text.bytes().chain(token.id.to_le_bytes());
        hash = bytes.chain(figures.flat_map(f32::to_le_bytes)).fold(hash, hashed);
    }
    hash
}

/// Losses of three training steps, each backwards through 512 characters.
pub fn long_training() -> [f32; 3] {
    let model = CharLstm::init(config(24, 4), &mut Rng::new(6)).unwrap();
    let mut rng = Rng::new(7);
    let ids = (0..5000).map(|_| rng.below(ALPHABET.len()) as u32).collect();
    let settings = PlannedTraining {
        batch_size: 2,
        window: 512,
        seed: 9,
        steps: 3,
        lr: 1e-2,
        warmup_steps: 1,
        decay_steps: 1,
        ..PlannedTraining::default()
    };
    let mut trainer = Trainer::on_text(model, ids, &settings).unwrap();
    [(); 3].map(|()| block_on(trainer.step()).unwrap().loss)
}

/// Training as the page does it, from a text and a plan: the bits of ten losses, of what is then measured on the
/// held-out part, and of the model's file.
pub fn planned_training() -> [u64; 4] {
    [Kind::CharLstm, Kind::Gpt2, Kind::Seq2seq, Kind::Transformer].map(|kind| {
        let text = match kind {
            Kind::CharLstm | Kind::Gpt2 => include_str!("../../www/places/train/texts/verse-de.txt"),
            _ => include_str!("../../www/places/train/texts/pairs.tsv"),
        };
        let facts = inspect(text, kind, &PlannedData::default(), 1).unwrap();
        let mut plan = Plan::preset(kind, Size::Small, &facts);
        (plan.train.batch_size, plan.train.window, plan.train.tokens_per_batch) = (2, 24, 64);
        plan.spread_over(10);
        let mut workshop = Workshop::new(plan, text, None).unwrap();
        let mut hash = HASH_START;
        let mut add = |bytes: &[u8]| hash = bytes.iter().copied().fold(hash, hashed);
        (0..10).for_each(|_| add(&block_on(workshop.step()).unwrap().loss.to_le_bytes()));
        assert!(workshop.begin_validation());
        let measured =
            std::iter::repeat_with(|| block_on(workshop.validate()).unwrap()).find_map(|measured| measured);
        add(&measured.unwrap().loss.to_le_bytes());
        add(&block_on(workshop.model_file(1.0, Precision::F16)).unwrap());
        hash
    })
}
