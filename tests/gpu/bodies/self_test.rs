use liedwerk::gpu::Gpu;
use liedwerk::self_test::{CASES, Scope, self_test};

pub async fn passes(gpu: &Gpu) {
    let written = self_test(gpu, Scope::Inference).await.expect("this GPU computes as the CPU does");
    let trained = self_test(gpu, Scope::Training).await.expect("this GPU computes as the CPU does");
    let needed = CASES.iter().filter(|(_, scope, _)| *scope == Scope::Inference).count();
    assert_eq!((written.ops, trained.ops), (needed, CASES.len()));
    assert!(written.largest_error < 3e-6 && trained.largest_error < 3e-6, "{written:?} {trained:?}");
}

/// A GPU that chooses its kernels as software does, or as hardware does.
#[cfg(not(target_arch = "wasm32"))]
async fn pretending(software: bool) -> Gpu {
    let gpu = Gpu::request().await.expect("a GPU, if only in software");
    gpu.pretend(software);
    gpu
}

/// Who only writes is served by no kernel that was not checked.
#[cfg(not(target_arch = "wasm32"))]
pub async fn checks_what_writes() {
    for software in [true, false] {
        let checked = pretending(software).await;
        self_test(&checked, Scope::Inference).await.expect("this GPU computes as the CPU does");
        let proven = checked.kernels();
        let gpu = pretending(software).await;
        super::models::texts(&gpu).await;
        super::models::translations(&gpu).await;
        super::models::dispatches_of_songs(&gpu, 1).await;
        let unproven: Vec<_> = gpu.kernels().into_iter().filter(|name| !proven.contains(name)).collect();
        assert!(unproven.is_empty(), "software {software}: {unproven:?} write without having been checked");
        println!("software {software}: {} kernels are checked to write", proven.len());
    }
}

/// On hardware and on software together, which get other kernels for matrix products.
#[cfg(not(target_arch = "wasm32"))]
pub async fn runs_every_kernel() {
    let mut run = Vec::new();
    for software in [true, false] {
        let gpu = pretending(software).await;
        passes(&gpu).await;
        run.extend(gpu.kernels());
    }
    let all = liedwerk::wgsl::KERNELS.iter().copied().flatten().map(|kernel| kernel.name);
    // What only measures the adapter gives no number that a text depends on.
    let measures = |name: &str| liedwerk::wgsl::peak::KERNELS.iter().any(|kernel| kernel.name == name);
    let left_out: Vec<&str> = all.filter(|name| !run.contains(name) && !measures(name)).collect();
    assert!(left_out.is_empty(), "the self-test does not run {left_out:?}");
}
