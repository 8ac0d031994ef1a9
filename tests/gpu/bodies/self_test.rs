use liedwerk::gpu::Gpu;
use liedwerk::self_test::{CASES, self_test};

pub async fn passes(gpu: &Gpu) {
    let checked = self_test(gpu).await.expect("this GPU computes as the CPU does");
    assert!(checked.ops == CASES.len() && checked.largest_error < 3e-6, "{checked:?}");
}
