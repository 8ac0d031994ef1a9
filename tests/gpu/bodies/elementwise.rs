use super::harness::{Guarded, SIZES, TOLERANCE, assert_close, doubles, numbers};
use super::on_both::{OnBoth, on_both};
use liedwerk::cpu::elementwise::{Binary, Unary};
use liedwerk::gpu::Gpu;
use liedwerk::rng::uniform_at;
use liedwerk::shape::Shape;
use liedwerk::tensor::{Device, Tape, Tensor};
use liedwerk::wgsl::elementwise::{
    add_assign, affine, binary, dropout, fill, mix, unary as unary_kernel, unary_backward,
};

const UNARY: [Unary; 10] = [
    Unary::Exp,
    Unary::Log,
    Unary::Sqrt,
    Unary::Tanh,
    Unary::Sigmoid,
    Unary::Relu,
    Unary::Gelu,
    Unary::Neg,
    Unary::Square,
    Unary::GeluErf,
];

/// Value and derivative.
fn oracle(function: Unary, x: f64) -> [f64; 2] {
    match function {
        Unary::Exp => [x.exp(); 2],
        Unary::Log => [x.ln(), 1.0 / x],
        Unary::Sqrt => [x.sqrt(), 0.5 / x.sqrt()],
        Unary::Tanh => [x.tanh(), 1.0 - x.tanh().powi(2)],
        Unary::Sigmoid => {
            let y = 1.0 / (1.0 + (-x).exp());
            [y, y * (1.0 - y)]
        }
        Unary::Relu => [x.max(0.0), f64::from(u8::from(x > 0.0))],
        Unary::Gelu => {
            let scale = (2.0 / std::f64::consts::PI).sqrt();
            let tanh = (scale * (x + 0.044_715 * x.powi(3))).tanh();
            let inner = scale * (1.0 + 3.0 * 0.044_715 * x * x);
            [0.5 * x * (1.0 + tanh), 0.5 * (1.0 + tanh) + 0.5 * x * (1.0 - tanh * tanh) * inner]
        }
        Unary::Neg => [-x, -1.0],
        Unary::Square => [x * x, 2.0 * x],
        Unary::GeluErf => {
            let below = 0.5 * (1.0 + erf(x * std::f64::consts::FRAC_1_SQRT_2));
            let density = (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt();
            [x * below, below + x * density]
        }
    }
}

/// The error function, by a series whose terms all have one sign.
fn erf(x: f64) -> f64 {
    let (mut term, mut sum) = (x, 0.0);
    for n in 0..200 {
        sum += term;
        term *= 2.0 * x * x / f64::from(2 * n + 3);
    }
    sum * (-x * x).exp() * std::f64::consts::FRAC_2_SQRT_PI
}

pub async fn unary(gpu: &Gpu) {
    for (number, function) in UNARY.into_iter().enumerate() {
        // Each function meets one of the lengths at the edges of a workgroup's share.
        for length in [1500, [0, 1, 3, 255, 256, 257, 1023, 1024, 1025, 511][number]] {
            let mut x: Vec<f32> = numbers(length, 1).iter().map(|x| 6.0 * x).collect();
            if matches!(function, Unary::Log | Unary::Sqrt) {
                x.iter_mut().for_each(|x| *x = x.abs() + 1e-3);
            }
            let expected: Vec<[f64; 2]> = doubles(&x).iter().map(|&x| oracle(function, x)).collect();
            let values: Vec<f64> = expected.iter().map(|[y, _]| *y).collect();
            let dy = numbers(length, 2);
            let slopes: Vec<f64> = expected.iter().zip(&dy).map(|([_, d], dy)| d * f64::from(*dy)).collect();
            let [input, upstream] = [&x, &dy].map(|values| Guarded::new(gpu, values));
            let [y, dx] = [(); 2].map(|()| Guarded::output(gpu, length));
            unary_kernel(function, input.view(), y.view());
            unary_backward(function, input.view(), y.view(), upstream.view(), dx.view());
            assert_close(&format!("{function:?} of {length}"), &y.read().await, &values, TOLERANCE);
            assert_close(&format!("{function:?} backward of {length}"), &dx.read().await, &slopes, TOLERANCE);
        }
    }
}

/// Large arguments neither overflow into nonsense nor lose what is not a number.
pub async fn unary_hostile(gpu: &Gpu) {
    let x = [100.0, -100.0, f32::MAX, f32::MIN, 0.0];
    let expected: [(Unary, [f32; 5]); 5] = [
        (Unary::Tanh, [1.0, -1.0, 1.0, -1.0, 0.0]),
        (Unary::Sigmoid, [1.0, 0.0, 1.0, 0.0, 0.5]),
        (Unary::Gelu, [100.0, 0.0, f32::MAX, 0.0, 0.0]),
        (Unary::GeluErf, [100.0, 0.0, f32::MAX, 0.0, 0.0]),
        (Unary::Relu, [100.0, 0.0, f32::MAX, 0.0, 0.0]),
    ];
    let input = Guarded::new(gpu, &x);
    for (function, expected) in expected {
        let y = Guarded::output(gpu, 5);
        unary_kernel(function, input.view(), y.view());
        for (y, expected) in y.read().await.into_iter().zip(expected) {
            assert!((y - expected).abs() <= 1e-30, "{function:?}: {y}, expected {expected}");
        }
    }
    let (input, y) = (Guarded::new(gpu, &[f32::NAN, -1.0]), Guarded::output(gpu, 2));
    unary_kernel(Unary::Relu, input.view(), y.view());
    let y = y.read().await;
    assert!(y[0].is_nan() && y[1] == 0.0, "{y:?}");
}

pub async fn binary_broadcasts(gpu: &Gpu) {
    let functions = [Binary::Add, Binary::Sub, Binary::Mul, Binary::Div];
    let shapes: [[&[usize]; 2]; 12] = [
        [&[], &[]],
        [&[3, 0], &[3, 0]],
        [&[1025], &[1025]],
        [&[7, 33], &[33]],
        [&[33], &[7, 33]],
        [&[7, 33], &[7, 1]],
        [&[2, 3, 4, 5], &[3, 1, 5]],
        [&[2, 1, 4, 1], &[3, 1, 5]],
        [&[5, 1], &[1, 9]],
        [&[2, 3, 1, 5], &[2, 1, 4, 5]],
        [&[4, 300], &[]],
        [&[1, 1], &[6]],
    ];
    for (number, [a_shape, b_shape]) in shapes.into_iter().enumerate() {
        let [sa, sb] = [a_shape, b_shape].map(Shape::new);
        let shape = sa.broadcast(&sb, "test");
        let a = numbers(sa.numel(), 1);
        let b: Vec<f32> = numbers(sb.numel(), 2).iter().map(|b| b.abs() + 0.5).collect();
        let at = |of: &Shape, index: usize| {
            let (mut rest, mut place, mut step) = (index, 0, 1);
            for axis in (0..shape.len()).rev() {
                let size = (axis + of.len()).checked_sub(shape.len()).map_or(1, |axis| of[axis]);
                place += if size == 1 { 0 } else { rest % shape[axis] * step };
                (rest, step) = (rest / shape[axis], step * size);
            }
            place
        };
        let function = functions[number % 4];
        let expected: Vec<f64> = (0..shape.numel())
            .map(|index| {
                let (a, b) = (f64::from(a[at(&sa, index)]), f64::from(b[at(&sb, index)]));
                match function {
                    Binary::Add => a + b,
                    Binary::Sub => a - b,
                    Binary::Mul => a * b,
                    Binary::Div => a / b,
                }
            })
            .collect();
        let [left, right] = [&a, &b].map(|values| Guarded::new(gpu, values));
        let y = Guarded::output(gpu, shape.numel());
        binary(function, (left.view(), &sa), (right.view(), &sb), (y.view(), &shape));
        assert_close(&format!("{function:?} {sa:?} {sb:?}"), &y.read().await, &expected, TOLERANCE);
    }
}

pub async fn updates(gpu: &Gpu) {
    for length in SIZES.into_iter().chain([1025]) {
        let (x, start) = (numbers(length, 3), numbers(length, 4));
        let expected = |f: fn(f64, f64) -> f64| -> Vec<f64> {
            x.iter().zip(&start).map(|(&x, &y)| f(f64::from(x), f64::from(y))).collect()
        };
        let input = Guarded::new(gpu, &x);
        let [mixed, added] = [(); 2].map(|()| Guarded::new(gpu, &start));
        let [scaled, filled] = [(); 2].map(|()| Guarded::output(gpu, length));
        mix(2.5, input.view(), -0.5, mixed.view());
        add_assign(input.view(), added.view());
        affine(3.0, 0.25, input.view(), scaled.view());
        fill(7.0, filled.view());
        assert_close("mix", &mixed.read().await, &expected(|x, y| 2.5 * x - 0.5 * y), TOLERANCE);
        assert_close("add_assign", &added.read().await, &expected(|x, y| x + y), TOLERANCE);
        assert_close("affine", &scaled.read().await, &expected(|x, _| 3.0 * x + 0.25), TOLERANCE);
        assert_eq!(filled.read().await, vec![7.0; length]);
    }
}

/// The mask is the CPU's, bit for bit.
pub async fn dropout_mask(gpu: &Gpu) {
    for (seed, p) in [(0, 0.1), (7, 0.5), (u64::MAX, 0.9), (0x1234_5678_9abc_def0, 0.3), (1 << 32, 0.25)] {
        let x = numbers(5000, 1);
        let factor = |index: u32| if uniform_at(seed, index) < p { 0.0 } else { 1.0 / (1.0 - p) };
        let expected: Vec<f32> = (0..).zip(&x).map(|(index, x)| x * factor(index)).collect();
        let (input, y) = (Guarded::new(gpu, &x), Guarded::output(gpu, 5000));
        dropout(p, seed, input.view(), y.view());
        let y = y.read().await;
        assert!(y.iter().zip(&expected).all(|(a, b)| a.to_bits() == b.to_bits() || (*a == 0.0 && *b == 0.0)));
    }
}

/// Ops with gradients, one after the other on one tape.
pub async fn ops(gpu: &Gpu) {
    let mut cases: Vec<OnBoth> = Vec::new();
    for (name, f) in [
        ("exp", Tensor::exp as fn(&Tensor) -> Tensor),
        ("log", Tensor::log),
        ("sqrt", Tensor::sqrt),
        ("square", Tensor::square),
        ("neg", Tensor::neg),
        ("tanh", Tensor::tanh),
        ("sigmoid", Tensor::sigmoid),
        ("relu", Tensor::relu),
        ("gelu", Tensor::gelu),
        ("gelu_erf", Tensor::gelu_erf),
        ("mul_scalar", |x| x.mul_scalar(-2.5)),
        ("add_scalar", |x| x.add_scalar(0.75)),
        ("dropout", |x| x.dropout(0.3, 0x1_0000_0002)),
    ] {
        cases.push(OnBoth::new(name, &[&[5, 7]], move |x| f(&x[0])));
    }
    for (name, f) in [
        ("add", Tensor::add as fn(&Tensor, &Tensor) -> Tensor),
        ("sub", Tensor::sub),
        ("mul", Tensor::mul),
        ("div", Tensor::div),
    ] {
        let shapes: [[&[usize]; 2]; 6] = [
            [&[4, 5], &[4, 5]],
            [&[4, 5], &[5]],
            [&[2, 3, 4, 5], &[3, 1, 5]],
            [&[2, 1, 4, 1], &[3, 1, 5]],
            [&[], &[3, 2]],
            [&[6], &[1, 1]],
        ];
        for shapes in shapes {
            cases.push(OnBoth::new(&format!("{name} {shapes:?}"), &shapes, move |x| f(&x[0], &x[1])));
        }
    }
    // One operand twice, and gradients that several users share.
    cases.push(OnBoth::new("x + x", &[&[9]], |x| x[0].add(&x[0])));
    cases.push(OnBoth::new("residual", &[&[9]], |x| {
        let y = x[0].add(&x[0].tanh());
        y.add(&y.square()).add(&y)
    }));
    on_both(gpu, cases).await;
}

/// A constant in main memory is brought to the GPU, and a gradient is not changed behind another's back.
pub async fn mixed_operands(gpu: &Gpu) {
    let tape = Tape::new();
    let x = tape.watch(&Tensor::from_vec(vec![1.0, 2.0], &[2]).to(&Device::Gpu(gpu.clone())));
    let constant = Tensor::from_vec(vec![3.0, 4.0], &[2]);
    let y = constant.mul(&x).add(&x).sum_all();
    let grads = tape.backward(&y);
    let found = grads.get(&x).expect("a gradient").read().await.expect("the GPU answers");
    assert_eq!(found, [4.0, 5.0]);
    assert_eq!(y.read().await.expect("the GPU answers"), [14.0]);
}
