//! Natively only, since software in a browser would need minutes for it: which kernels there are and how the pool of
//! memory grows is the same there, and a GPU that is lost while a model learns is tested with the page.

use super::expected;
use super::models;
use super::self_test::passes as self_test_passes;
use super::training::{gpt, lstm, translator};
use liedwerk::ErrorCode;
use liedwerk::gpu::Gpu;
use liedwerk::self_test::{Scope, self_test};
use liedwerk::tensor::Device;
use liedwerk::train::{Learner, Optimizer};
use liedwerk::workshop::{Kind, Plan, PlannedData, Size, Workshop, inspect};

/// A GPU that chooses its kernels as software does, or as hardware does.
async fn pretending(software: bool) -> Gpu {
    let gpu = Gpu::request().await.expect("a GPU, if only in software");
    gpu.pretend(software);
    gpu
}

/// Who only writes is served by no kernel that was not checked.
pub async fn checks_what_writes() {
    for software in [true, false] {
        let checked = pretending(software).await;
        self_test(&checked, Scope::Inference).await.expect("this GPU computes as the CPU does");
        let proven = checked.kernels();
        let gpu = pretending(software).await;
        models::texts(&gpu).await;
        models::translations(&gpu).await;
        models::dispatches_of_songs(&gpu, 1).await;
        let unproven: Vec<_> = gpu.kernels().into_iter().filter(|name| !proven.contains(name)).collect();
        assert!(unproven.is_empty(), "software {software}: {unproven:?} write without having been checked");
        println!("software {software}: {} kernels are checked to write", proven.len());
    }
}

/// On hardware and on software together, which get other kernels for matrix products.
pub async fn runs_every_kernel() {
    let mut run = Vec::new();
    for software in [true, false] {
        let gpu = pretending(software).await;
        self_test_passes(&gpu).await;
        run.extend(gpu.kernels());
    }
    let all = liedwerk::wgsl::KERNELS.iter().copied().flatten().map(|kernel| kernel.name);
    // What only measures the adapter gives no number that a text depends on.
    let measures = |name: &str| liedwerk::wgsl::peak::KERNELS.iter().any(|kernel| kernel.name == name);
    let left_out: Vec<&str> = all.filter(|name| !run.contains(name) && !measures(name)).collect();
    assert!(left_out.is_empty(), "the self-test does not run {left_out:?}");
}

/// Where the GPU goes in the middle of a training, the CPU goes on from what was kept last, and the losses are those of
/// a training that never had one.
pub async fn survives() {
    let text = include_str!("../../../www/places/train/texts/verse-en.txt");
    let facts = inspect(text, Kind::CharLstm, &PlannedData::default(), 1).unwrap();
    let mut plan = Plan::preset(Kind::CharLstm, Size::Small, &facts);
    (plan.train.batch_size, plan.train.window) = (2, 8);
    plan.spread_over(8);
    let mut alone = Workshop::new(plan.clone(), text, None).unwrap();
    let mut expected = Vec::new();
    while !alone.is_done() {
        expected.push(alone.step().await.unwrap().loss);
    }
    let gpu = Gpu::request().await.unwrap();
    let mut workshop = Workshop::new(plan, text, None).unwrap();
    workshop.use_gpu(&gpu).await.unwrap();
    let mut found = vec![0.0; expected.len()];
    for step in 0.. {
        if step == 3 {
            workshop.keep(1.0).await.unwrap();
        }
        if step == 5 {
            assert!(workshop.take_gpu_fault().is_none());
            gpu.destroy();
        }
        let metrics = workshop.step().await.unwrap();
        // The steps after the one that was kept are done again.
        assert_eq!(metrics.step, if step < 5 { step + 1 } else { step - 1 });
        found[metrics.step as usize - 1] = metrics.loss;
        if workshop.is_done() {
            break;
        }
    }
    assert_eq!(workshop.take_gpu_fault().map(|fault| fault.code()), Some(ErrorCode::GpuLost));
    assert!(workshop.take_gpu_fault().is_none());
    for (found, expected) in found.into_iter().zip(expected) {
        assert!((found - expected).abs() < 1e-4 * expected, "{found} instead of {expected}");
    }
}

/// Steps of a long training; 1,000 of them on demand.
fn long() -> usize {
    let wanted = std::env::var("LIEDWERK_GPU_STEPS").ok();
    wanted.map_or(200, |steps| steps.parse().expect("LIEDWERK_GPU_STEPS is a number"))
}

/// Batches of all shapes have come by then.
const WARM_UP: usize = 100;

macro_rules! flat {
    ($name:literal, $gpu:expr, $trainer:expr) => {
        let mut trainer = $trainer;
        trainer.to(&Device::Gpu($gpu.clone()));
        for _ in 0..WARM_UP {
            trainer.step().await.unwrap();
        }
        let warm = $gpu.memory();
        for _ in WARM_UP..long() {
            trainer.step().await.unwrap();
        }
        let after = $gpu.memory();
        println!("{}: {} bytes after {WARM_UP} steps, {} after {}", $name, warm.bytes, after.bytes, long());
        assert!(after == warm, "{}: {warm:?} has become {after:?}", $name);
    };
}

/// However long a model is trained, it asks for no more memory.
pub async fn memory(gpu: &Gpu) {
    flat!("lstm", gpu, lstm());
    flat!("gpt", gpu, gpt(Optimizer::AdamW));
    flat!("transformer", gpu, translator(expected::TRANSFORMER));
    flat!("seq2seq", gpu, translator(expected::SEQ2SEQ));
}
