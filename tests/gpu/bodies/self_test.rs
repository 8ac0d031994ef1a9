use liedwerk::gpu::Gpu;
use liedwerk::self_test::{CASES, Scope, self_test};

pub async fn passes(gpu: &Gpu) {
    let written = self_test(gpu, Scope::Inference).await.expect("this GPU computes as the CPU does");
    let trained = self_test(gpu, Scope::Training).await.expect("this GPU computes as the CPU does");
    let needed = CASES.iter().filter(|(_, scope, _)| *scope == Scope::Inference).count();
    assert_eq!((written.ops, trained.ops), (needed, CASES.len()));
    assert!(written.largest_error < 3e-6 && trained.largest_error < 3e-6, "{written:?} {trained:?}");
}
