//! Workloads for the page's benchmarks; JavaScript measures the time.

use super::Gpu;
use super::error::to_js;
use crate::bench::{self, Size};
use crate::tensor::Device;
use wasm_bindgen::prelude::*;

/// A workload on a device. Must be `free()`d by JavaScript.
#[wasm_bindgen]
pub struct Bench(bench::Bench);

fn size(small: bool) -> Size {
    if small { Size::Small } else { Size::Full }
}

#[wasm_bindgen]
impl Bench {
    /// Names of the workloads for the CPU.
    #[wasm_bindgen(js_name = namesOnCpu)]
    pub fn names_on_cpu(small: bool) -> Vec<String> {
        bench::names(&Device::Cpu, size(small))
    }

    /// A workload on the CPU, by name.
    #[wasm_bindgen(js_name = onCpu)]
    pub fn on_cpu(name: &str, small: bool) -> Result<Bench, JsValue> {
        bench::Bench::new(name, size(small), &Device::Cpu).map(Self).map_err(to_js)
    }

    /// Unit of the result: `GFLOP/s`, `GB/s` or `tokens/s`.
    #[wasm_bindgen(getter)]
    pub fn unit(&self) -> String {
        self.0.unit().rate().to_owned()
    }

    /// Name of the workload that shows the device's peak performance in this unit, if there is one.
    #[wasm_bindgen(getter)]
    pub fn peak(&self) -> Option<String> {
        self.0.unit().peak().map(str::to_owned)
    }

    /// Runs the workload `times` times and returns the units of work done. Rejects with `gpu-lost` or
    /// `out-of-memory`.
    pub async fn run(&mut self, times: usize) -> Result<f64, JsValue> {
        self.0.run(times).await.map_err(to_js)
    }

    /// Names of the workloads for this GPU.
    #[wasm_bindgen(js_name = namesOnGpu)]
    pub fn names_on_gpu(small: bool, gpu: &Gpu) -> Vec<String> {
        bench::names(&Device::Gpu(gpu.inner.clone()), size(small))
    }

    /// A workload on this GPU, by name.
    #[wasm_bindgen(js_name = onGpu)]
    pub fn on_gpu(name: &str, small: bool, gpu: &Gpu) -> Result<Bench, JsValue> {
        let device = Device::Gpu(gpu.inner.clone());
        bench::Bench::new(name, size(small), &device).map(Self).map_err(to_js)
    }
}
