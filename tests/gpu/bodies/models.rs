//! Whole models: what they write and translate on the GPU is what they do on the CPU.

use super::expected;
use liedwerk::ErrorCode;
use liedwerk::generate::{Generator, Options, Sampling, TranslateOptions, TranslatedPiece, Translator};
use liedwerk::gpu::Gpu;
use liedwerk::io::{Precision, Weights, to_safetensors};
use liedwerk::models::{Gpt, LanguageModel, ModelConfig};
use liedwerk::nn::Module;
use liedwerk::rng::Rng;
use liedwerk::tensor::Device;

/// Greedy, since between two tokens of one probability a draw may go either way.
fn greedy(max_new_tokens: usize, beam_width: usize) -> Options {
    let sampling = Sampling { temperature: 0.0, top_p: 1.0, ..Sampling::default() };
    Options { sampling, max_new_tokens, beam_width, ..Options::default() }
}

fn writers() -> [(Generator, &'static str); 2] {
    let open = |(config, tokenizer, weights): (String, String, Vec<u8>)| {
        Generator::from_files(&config, &tokenizer, &weights).unwrap()
    };
    [(open(expected::files()), "sing"), (open(expected::gpt_files()), "Das Wandern ist")]
}

async fn written(generator: &mut Generator, prompt: &str, options: Options) -> String {
    generator.start_async(prompt, options).await.unwrap();
    let mut text = String::new();
    while let Some(token) = generator.next_async().await.unwrap() {
        text += &token.text;
    }
    text
}

/// Also where the GPT's window of 16 tokens slides on, again and again.
pub async fn texts(gpu: &Gpu) {
    for (mut generator, prompt) in writers() {
        for options in [greedy(120, 1), greedy(24, 3)] {
            generator.use_gpu(None);
            let expected = written(&mut generator, prompt, options.clone()).await;
            generator.use_gpu(Some(gpu));
            assert_eq!(written(&mut generator, prompt, options).await, expected);
            assert!(generator.gpu_fault().is_none());
        }
    }
}

/// What a model does at each token can be looked at on either device; of this GPT the window slides on.
pub async fn insides(gpu: &Gpu) {
    for (mut generator, prompt) in writers() {
        let mut recorded = Vec::new();
        for on in [None, Some(gpu)] {
            generator.use_gpu(on);
            written(&mut generator, prompt, Options { recording: true, ..greedy(30, 1) }).await;
            recorded.push(generator.take_recorded().unwrap());
        }
        assert!(generator.gpu_fault().is_none());
        let [cpu, gpu] = [0, 1].map(|device: usize| &recorded[device].frames);
        assert!(cpu.len() > 30 && cpu.spans == gpu.spans);
        assert_eq!(cpu.values.len(), gpu.values.len());
        for place in 0..cpu.len() {
            let (cpu, gpu) = (cpu.frame(place), gpu.frame(place));
            let largest = cpu.iter().fold(1.0, |largest: f32, value| largest.max(value.abs()));
            // Weights of attention and sums of blocks are rounded where the largest are, up to 76 here.
            let off = cpu.iter().zip(gpu).map(|(cpu, gpu)| (cpu - gpu).abs()).fold(0.0, f32::max);
            // And the CPU rounds what it multiplies with integers of 8 bits.
            assert!(off <= 1e-3 * largest, "frame {place}: {off:e} beside {largest}");
        }
    }
}

fn translators() -> [Translator; 2] {
    [expected::TRANSFORMER, expected::SEQ2SEQ].map(|layers| {
        let (config, tokenizer, weights) = expected::translator_files(layers);
        Translator::from_files(&config, &tokenizer, &weights).unwrap()
    })
}

async fn translated(translator: &mut Translator, options: TranslateOptions) -> Vec<TranslatedPiece> {
    translator.start("Das Wandern!\nLust ist des Müllers Lust.", options).unwrap();
    let mut pieces = Vec::new();
    while let Some(piece) = translator.next_async().await.unwrap() {
        pieces.push(piece);
    }
    pieces
}

/// With a beam, and the attention of every token.
pub async fn translations(gpu: &Gpu) {
    for mut translator in translators() {
        translator.use_gpu(None);
        let expected = translated(&mut translator, expected::translate_options()).await;
        translator.use_gpu(Some(gpu));
        let found = translated(&mut translator, expected::translate_options()).await;
        assert!(translator.gpu_fault().is_none());
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found.target_tokens, expected.target_tokens);
            let pairs = found.attention.concat().into_iter().zip(expected.attention.concat());
            // The CPU rounds what it multiplies with integers of 8 bits.
            pairs
                .for_each(|(found, expected)| assert!((found - expected).abs() < 1e-3, "{found} {expected}"));
            assert_eq!(found.attention.len(), expected.attention.len());
        }
        assert_eq!(found.len(), expected.len());
    }
}

/// Where the GPU goes in the middle of a text, the CPU goes on with it.
pub async fn loss(_: &Gpu) {
    for (mut generator, prompt) in writers() {
        let expected = written(&mut generator, prompt, greedy(40, 1)).await;
        let gpu = Gpu::request().await.unwrap();
        generator.use_gpu(Some(&gpu));
        generator.start_async(prompt, greedy(40, 1)).await.unwrap();
        let mut text = String::new();
        for index in 0..40 {
            if index == 17 {
                gpu.destroy();
            }
            text += &generator.next_async().await.unwrap().expect("the text goes on").text;
        }
        assert_eq!(text, expected);
        assert_eq!(generator.gpu_fault().map(|fault| fault.code()), Some(ErrorCode::GpuLost));
    }
    let [mut translator, _] = translators();
    let expected = translated(&mut translator, expected::translate_options()).await;
    let gpu = Gpu::request().await.unwrap();
    translator.use_gpu(Some(&gpu));
    gpu.destroy();
    let found = translated(&mut translator, expected::translate_options()).await;
    assert_eq!(found, expected);
    assert_eq!(translator.gpu_fault().map(|fault| fault.code()), Some(ErrorCode::GpuLost));
}

/// A step is one submission of few dispatches, and after the first ones asks for no more memory.
pub async fn economy(gpu: &Gpu) {
    for (mut generator, prompt) in writers() {
        generator.use_gpu(Some(gpu));
        generator.start_async(prompt, greedy(30, 1)).await.unwrap();
        for _ in 0..3 {
            generator.next_async().await.unwrap();
        }
        let (memory, (submitted, dispatched)) = (gpu.memory(), gpu.counts());
        let steps = 6;
        for _ in 0..steps {
            generator.next_async().await.unwrap();
        }
        let after = gpu.counts();
        assert_eq!(gpu.memory(), memory, "memory was asked for");
        assert_eq!(after.0 - submitted, steps, "submissions");
        // Two layers, and what is before and behind them.
        let each = (after.1 - dispatched) / steps;
        assert!(each <= 2 * 12 + 8, "{each} dispatches a step");
    }
}

/// Dispatches of a step of a GPT with so many layers, else in the sizes and the number format of the one that the
/// page opens with. It is one submission, and after the first step no more memory is asked for.
pub async fn dispatches_of_songs(gpu: &Gpu, layers: usize) -> u64 {
    let config = ModelConfig::from_json(&format!(
        r#"{{"model_type":"gpt2","vocab_size":4096,"n_positions":256,"n_embd":256,"n_layer":{layers},"n_head":8}}"#
    ));
    let ModelConfig::Gpt2(sizes) = config.unwrap() else { unreachable!() };
    let parameters = Gpt::init(sizes.clone(), &mut Rng::new(1)).unwrap().parameters();
    let file = to_safetensors(&parameters, Precision::Int8).unwrap();
    let mut weights = Weights::from_safetensors(&file).unwrap();
    let mut model = LanguageModel::from_weights(ModelConfig::Gpt2(sizes), &mut weights).unwrap();
    model.to(&Device::Gpu(gpu.clone()));
    let (mut state, mut logits) = (model.begin(), Vec::new());
    for tokens in [&[5, 6, 7][..], &[8]] {
        model.feed(&mut state, tokens, &mut logits).await.unwrap();
    }
    let (memory, (submitted, dispatched)) = (gpu.memory(), gpu.counts());
    let steps = 5;
    for id in 0..steps {
        model.feed(&mut state, &[id as u32], &mut logits).await.unwrap();
    }
    let after = gpu.counts();
    assert_eq!(gpu.memory(), memory, "memory was asked for");
    assert_eq!(after.0 - submitted, steps, "submissions");
    (after.1 - dispatched) / steps
}

/// What a layer more costs, by the kernels for software and by those for hardware.
pub async fn economy_of_songs(gpu: &Gpu) {
    let software = gpu.is_software();
    for pretended in [true, false] {
        gpu.pretend(pretended);
        let [four, five] = [dispatches_of_songs(gpu, 4).await, dispatches_of_songs(gpu, 5).await];
        println!("software {pretended}: {four} dispatches a step, {} a layer", five - four);
        assert!(five - four <= 12, "{} dispatches a layer", five - four);
        assert!(four <= 4 * 12 + 6, "{four} dispatches a step");
    }
    gpu.pretend(software);
}
