//! The kernels, models and training on a GPU: natively on what Vulkan, Metal or DX12 offer, in a browser on
//! WebGPU. Where there is no GPU these tests fail: a software adapter (Mesa's lavapipe) will do.

mod bodies;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);

macro_rules! on_gpu {
    ($body:path) => {
        async {
            let gpu = liedwerk::gpu::Gpu::request().await.expect("a GPU, if only in software");
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
