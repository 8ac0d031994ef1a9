//! The kernels, models and training on a GPU: natively on what Vulkan, Metal or DX12 offer, in a browser on
//! WebGPU. Where there is no GPU these tests fail: a software adapter (Mesa's lavapipe) will do.

mod bodies;

use liedwerk::gpu::Gpu;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// Natively every test runs in a thread of its own and asks for a GPU of its own. In a browser all run in one
/// worker, one after the other, and share it with the shaders that it has compiled.
async fn a_gpu() -> Gpu {
    #[cfg(target_arch = "wasm32")]
    {
        thread_local!(static SHARED: std::cell::RefCell<Option<Gpu>> = const { std::cell::RefCell::new(None) });
        if let Some(gpu) = SHARED.with_borrow(Clone::clone) {
            return gpu;
        }
        let gpu = Gpu::request().await.expect("a GPU, if only in software");
        SHARED.set(Some(gpu.clone()));
        gpu
    }
    #[cfg(not(target_arch = "wasm32"))]
    Gpu::request().await.expect("a GPU, if only in software")
}

macro_rules! on_gpu {
    ($body:path) => {
        async {
            let gpu = a_gpu().await;
            $body(&gpu).await;
            gpu.check().expect("no error on the GPU");
        }
    };
}

macro_rules! gpu_test {
    ($name:ident, $body:path) => {
        #[cfg(not(target_arch = "wasm32"))]
        #[test]
        fn $name() {
            pollster::block_on(on_gpu!($body));
        }

        #[cfg(target_arch = "wasm32")]
        #[wasm_bindgen_test::wasm_bindgen_test]
        async fn $name() {
            on_gpu!($body).await;
        }
    };
}

for_each_gpu_test!(gpu_test);

#[cfg(not(target_arch = "wasm32"))]
mod natively {
    use super::{a_gpu, bodies};

    gpu_test!(training_memory, bodies::natively::memory);

    #[test]
    fn self_test_runs_every_kernel() {
        pollster::block_on(bodies::natively::runs_every_kernel());
    }

    #[test]
    fn self_test_checks_what_writes() {
        pollster::block_on(bodies::natively::checks_what_writes());
    }

    #[test]
    fn training_survives() {
        pollster::block_on(bodies::natively::survives());
    }
}
