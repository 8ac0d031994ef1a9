use liedwerk::gpu::Gpu;
use liedwerk::self_test::{CASES, self_test};

pub async fn passes(gpu: &Gpu) {
    let checked = self_test(gpu).await.expect("this GPU computes as the CPU does");
    assert!(checked.ops == CASES.len() && checked.largest_error < 3e-6, "{checked:?}");
}

/// On hardware and on software together, which get other kernels for matrix products.
#[cfg(not(target_arch = "wasm32"))]
pub async fn runs_every_kernel() {
    let mut run = Vec::new();
    for software in [true, false] {
        let gpu = Gpu::request().await.expect("a GPU, if only in software");
        gpu.pretend(software);
        passes(&gpu).await;
        run.extend(gpu.kernels());
    }
    let all = liedwerk::wgsl::KERNELS.iter().copied().flatten().map(|kernel| kernel.name);
    // What only measures the adapter gives no number that a text depends on.
    let measures = |name: &str| liedwerk::wgsl::peak::KERNELS.iter().any(|kernel| kernel.name == name);
    let left_out: Vec<&str> = all.filter(|name| !run.contains(name) && !measures(name)).collect();
    assert!(left_out.is_empty(), "the self-test does not run {left_out:?}");
}
