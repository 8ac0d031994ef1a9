//! Ops on both devices.

use super::harness::{assert_close, doubles, numbers};
use liedwerk::gpu::Gpu;
use liedwerk::tensor::{Device, Tape, Tensor};

type Op = Box<dyn Fn(&[Tensor]) -> Tensor>;

/// An op, and the shapes of its operands.
pub struct OnBoth {
    name: String,
    shapes: Vec<Vec<usize>>,
    op: Op,
}

impl OnBoth {
    pub fn new(name: &str, shapes: &[&[usize]], op: impl Fn(&[Tensor]) -> Tensor + 'static) -> Self {
        let shapes = shapes.iter().map(|shape| shape.to_vec()).collect();
        Self { name: name.to_owned(), shapes, op: Box::new(op) }
    }

    /// The op's value and its gradients: those of the value's sum weighted with fixed numbers.
    fn run(&self, device: &Device) -> Vec<Tensor> {
        let tape = Tape::new();
        let watched = |(seed, shape): (u32, &Vec<usize>)| {
            // Positive, for logarithms and divisors, and not all on one side of 1.
            let values = numbers(shape.iter().product(), seed).iter().map(|x| x.abs() + 0.25).collect();
            tape.watch(&Tensor::from_vec(values, shape).to(device))
        };
        let operands: Vec<Tensor> = (1..).zip(&self.shapes).map(watched).collect();
        let y = (self.op)(&operands);
        let weights = Tensor::from_vec(numbers(y.numel(), 99), y.shape()).to(device);
        let mut grads = tape.backward(&y.mul(&weights).sum_all());
        let mut found = vec![y.detach()];
        found.extend(operands.iter().map(|x| grads.take(x).expect("every operand has a gradient")));
        found
    }
}

/// Fails if a value or a gradient on the GPU is not that of the CPU. All are read at once.
pub async fn on_both(gpu: &Gpu, cases: Vec<OnBoth>) {
    let device = Device::Gpu(gpu.clone());
    let found: Vec<Tensor> = cases.iter().flat_map(|case| case.run(&device)).collect();
    assert!(found.iter().all(|tensor| tensor.device() == device), "a result has left the GPU");
    let mut found = Tensor::all_to_cpu(&found).await.expect("the GPU answers").into_iter();
    for case in cases {
        for (index, expected) in case.run(&Device::Cpu).iter().enumerate() {
            let found = found.next().expect("as many as on the CPU");
            let what = format!("{} {}", case.name, if index == 0 { "forward" } else { "backward" });
            assert_eq!(found.shape(), expected.shape(), "{what}");
            assert_close(&what, found.data(), &doubles(expected.data()), 1e-5);
        }
    }
}
