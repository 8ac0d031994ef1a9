use super::harness::{Guarded, SIZES, TOLERANCE, assert_close, doubles, numbers};
use super::on_both::{OnBoth, on_both};
use half::f16;
use liedwerk::cpu::matmul::Matmul;
use liedwerk::gpu::{Buffer, Gpu};
use liedwerk::tensor::{Device, Tape, Tensor};
use liedwerk::wgsl::elementwise::fill;
use liedwerk::wgsl::matmul::{Activation, Weights, batched, linear, matmul, pack_f16, pack_int8};

/// A matrix (rows, cols), stored or its transpose stored, in double precision.
fn matrix(x: &[f32], rows: usize, cols: usize, transposed: bool) -> impl Fn(usize, usize) -> f64 + '_ {
    move |row, col| f64::from(if transposed { x[col * rows + row] } else { x[row * cols + col] })
}

fn oracle(spec: Matmul, a: &[f32], b: &[f32], c: &[f32]) -> Vec<f64> {
    let Matmul { m, k, n, trans_a, trans_b, accumulate } = spec;
    let (a, b) = (matrix(a, m, k, trans_a), matrix(b, k, n, trans_b));
    let value = |index: usize| {
        let start = if accumulate { f64::from(c[index]) } else { 0.0 };
        (0..k).fold(start, |sum, p| sum + a(index / n, p) * b(p, index % n))
    };
    (0..m * n).map(value).collect()
}

fn spec(m: usize, k: usize, n: usize, bits: u32) -> Matmul {
    let bit = |bit: u32| bits >> bit & 1 == 1;
    Matmul { m, k, n, trans_a: bit(0), trans_b: bit(1), accumulate: bit(2) }
}

/// Numbers in the GPU's memory, beginning at a multiple of four words or not.
fn place(gpu: &Gpu, values: &[f32], aligned: bool) -> Guarded {
    if aligned { Guarded::aligned(gpu, values) } else { Guarded::new(gpu, values) }
}

async fn agrees(gpu: &Gpu, spec: Matmul, aligned: bool) {
    let Matmul { m, k, n, .. } = spec;
    let (a, b, c) = (numbers(m * k, 1), numbers(k * n, 2), numbers(m * n, 3));
    let expected = oracle(spec, &a, &b, &c);
    let [a, b, c] = [a, b, c].map(|x| place(gpu, &x, aligned));
    matmul(spec, a.view(), b.view(), c.view());
    assert_close(&format!("{spec:?}, aligned: {aligned}"), &c.read().await, &expected, TOLERANCE);
}

/// What `of_one` tests, with the kernels that this GPU would get and with those that it would not. Not in a
/// browser: software there takes seconds to compile one of the others.
async fn with_all_kernels(gpu: &Gpu, of_one: impl AsyncFn(&Gpu)) {
    of_one(gpu).await;
    if !cfg!(target_arch = "wasm32") {
        let software = gpu.is_software();
        gpu.pretend(!software);
        of_one(gpu).await;
        gpu.pretend(software);
    }
}

/// A few kernels for hardware, in a browser too.
pub async fn as_on_hardware(gpu: &Gpu) {
    let software = gpu.is_software();
    gpu.pretend(false);
    agrees(gpu, spec(68, 72, 132, 0), true).await;
    agrees(gpu, spec(67, 70, 131, 7), false).await;
    agrees(gpu, spec(3, 133, 21, 2), false).await;
    gpu.pretend(software);
}

pub async fn products(gpu: &Gpu) {
    with_all_kernels(gpu, products_around_edges).await;
}

pub async fn shapes(gpu: &Gpu) {
    with_all_kernels(gpu, special_shapes).await;
}

pub async fn batches(gpu: &Gpu) {
    with_all_kernels(gpu, batched_products).await;
}

pub async fn linears(gpu: &Gpu) {
    with_all_kernels(gpu, linear_layers).await;
}

/// Every combination of transposes and sums, around the edges of tiles.
async fn products_around_edges(gpu: &Gpu) {
    for (index, size) in SIZES.into_iter().enumerate() {
        for (m, k, n, bits) in [(size, 7, 17, 0), (33, size, 5, 1), (9, 31, size, 2)] {
            agrees(gpu, spec(m, k, n, bits + index as u32 % 2 * 4), false).await;
        }
    }
    for bits in 0..4 {
        agrees(gpu, spec(68, 72, 132, bits + 4), true).await;
        if bits % 3 == 0 {
            agrees(gpu, spec(67, 70, 130, bits), false).await;
        }
    }
}

/// Long sums in parts and in pieces, and enough output for the largest tiles, which leave columns over.
async fn special_shapes(gpu: &Gpu) {
    for (m, k, n, bits) in [(68, 2048, 64, 1), (36, 9001, 17, 5), (60, 600, 24, 7)] {
        agrees(gpu, spec(m, k, n, bits), true).await;
    }
    agrees(gpu, spec(1410, 3, 1410, 0), false).await;
}

/// Matrices larger than a binding of the smallest GPU: the result, and the weights of a linear layer.
pub async fn larger_than_a_binding(_: &Gpu) {
    let gpu = &Gpu::request_baseline().await.expect("a GPU");
    let (m, n) = (9000, 4001);
    let (a, b, c) = (numbers(m, 1), numbers(n, 2), gpu.empty(m * n));
    let product = Matmul { trans_b: false, ..spec(m, 1, n, 0) };
    matmul(product, (&gpu.upload(&a)).into(), (&gpu.upload(&b)).into(), (&c).into());
    let places: Vec<usize> = [0, n - 1, 4607 * n + 7, 4608 * n + 7, 4500 * n, m * n - 1].into();
    let found: Vec<_> = places.iter().map(|&place| c.view(place, 1)).collect();
    let expected: Vec<f32> = places.iter().map(|place| a[place / n] * b[place % n]).collect();
    assert_eq!(gpu.read(&found).await.expect("the GPU answers"), expected);

    let (n, k) = (10_300, 4096);
    let (w, rows) = (gpu.empty(n * k), [0, 5149, 5150, 5151, 5183, 5184, n - 1]);
    fill(0.5, (&w).into());
    let (x, bias, own) = (numbers(k, 3), numbers(n, 4), numbers(rows.len() * k, 5));
    for (&row, values) in rows.iter().zip(own.chunks(k)) {
        gpu.copy((&gpu.upload(values)).into(), w.view(row * k, k));
    }
    let mut expected: Vec<f64> = vec![0.5 * x.iter().map(|&x| f64::from(x)).sum::<f64>(); n];
    rows.iter().zip(oracle(spec(1, k, rows.len(), 2), &x, &own, &[])).for_each(|(&row, y)| expected[row] = y);
    expected.iter_mut().zip(&bias).for_each(|(y, &bias)| *y += f64::from(bias));
    let (x, bias, y) = (gpu.upload(&x), gpu.upload(&bias), gpu.empty(n));
    let weights = Weights::F32((&w).into());
    linear((&x).into(), weights, Some((&bias).into()), (&y).into(), [n, k], Activation::None, false);
    let found = gpu.read(&[(&y).into()]).await.expect("the GPU answers");
    assert_close("weights larger than a binding", &found, &expected, TOLERANCE);
    gpu.check().expect("no error");
}

/// A batch of products; a single matrix serves all.
async fn batched_products(gpu: &Gpu) {
    let items = 3;
    for (m, k, n, bits) in [(5, 7, 9, 0), (80, 36, 40, 3), (3, 600, 70, 6)] {
        let spec = spec(m, k, n, bits);
        for (of_a, of_b) in [(items, items), (1, items), (items, 1), (1, 1)] {
            let (a, b) = (numbers(of_a * m * k, 1), numbers(of_b * k * n, 2));
            let c = numbers(items * m * n, 3);
            let expected: Vec<f64> = (0..items)
                .flat_map(|item| {
                    let [a, b] = [(&a, of_a, m * k), (&b, of_b, k * n)]
                        .map(|(x, of, size)| &x[item % of * size..][..size]);
                    oracle(spec, a, b, &c[item * m * n..][..m * n])
                })
                .collect();
            let [a, b, c] = [a, b, c].map(|x| place(gpu, &x, bits == 3));
            batched(spec, items, a.view(), b.view(), c.view());
            assert_close(&format!("{items} x {spec:?}"), &c.read().await, &expected, TOLERANCE);
        }
    }
}

/// Weights as 16-bit numbers in the GPU's memory, and what they stand for.
fn f16_rows(gpu: &Gpu, w: &[f32], k: usize) -> (Buffer, Vec<f32>) {
    let rounded: Vec<f16> = w.iter().map(|&x| f16::from_f32(x)).collect();
    let words = pack_f16(&rounded, k);
    (gpu.upload(&words), rounded.iter().map(|x| x.to_f32()).collect())
}

/// Weights as integers with scales in the GPU's memory, and what they stand for.
fn int8_rows(gpu: &Gpu, w: &[f32], k: usize) -> (Buffer, Buffer, Vec<f32>) {
    let scales: Vec<f32> = (0..w.len() / k.max(1)).map(|row| 0.01 + 0.003 * row as f32).collect();
    let values: Vec<i8> = w.iter().map(|&x| (x * 128.0) as i8).collect();
    let stands_for = values.iter().enumerate().map(|(i, &x)| f32::from(x) * scales[i / k]).collect();
    (gpu.upload(&pack_int8(&values, k)), gpu.upload(&scales), stands_for)
}

fn gelu(x: f64) -> f64 {
    0.5 * x * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3))).tanh())
}

/// Every format of weights, few rows and many, with bias and activation, rows of any length.
async fn linear_layers(gpu: &Gpu) {
    // Each with a format of its own: every pair would be a kernel to compile.
    let activations = [Activation::None, Activation::Relu, Activation::Gelu];
    let shapes = [(1, 3, 7), (1, 64, 64), (8, 65, 9), (1, 300, 31), (70, 33, 67), (70, 36, 68)];
    for (index, (m, k, n)) in shapes.into_iter().enumerate() {
        for (aligned, accumulate) in [(false, false), (true, index % 2 == 0)] {
            let (x, w, bias, y) = (numbers(m * k, 1), numbers(n * k, 2), numbers(n, 3), numbers(m * n, 4));
            let bias = (index % 3 != 1).then_some(bias);
            let spec = Matmul { accumulate, ..spec(m, k, n, 2) };
            let f32_rows = place(gpu, &w, aligned);
            let (f16_rows, f16_values) = f16_rows(gpu, &w, k);
            let (int8_rows, scales, int8_values) = int8_rows(gpu, &w, k);
            let formats = [
                (Weights::F32(f32_rows.view()), &w),
                (Weights::F16((&f16_rows).into()), &f16_values),
                (Weights::Int8((&int8_rows).into(), (&scales).into()), &int8_values),
            ];
            let on_gpu = (place(gpu, &x, aligned), bias.as_ref().map(|bias| Guarded::new(gpu, bias)));
            for (format, (weights, values)) in formats.into_iter().enumerate() {
                let activation = activations[format];
                let mut expected = oracle(spec, &x, values, &y);
                for (i, y) in expected.iter_mut().enumerate() {
                    *y += bias.as_ref().map_or(0.0, |bias| f64::from(bias[i % n]));
                    *y = match activation {
                        Activation::None => *y,
                        Activation::Relu => y.max(0.0),
                        Activation::Gelu => gelu(*y),
                    };
                }
                let (y, (x, bias)) = (place(gpu, &y, aligned), &on_gpu);
                let bias = bias.as_ref().map(Guarded::view);
                linear(x.view(), weights, bias, y.view(), [n, k], activation, accumulate);
                let what = format!("linear {m} x {k} x {n}, format {format}, aligned: {aligned}");
                assert_close(&what, &y.read().await, &expected, TOLERANCE);
            }
        }
    }
}

pub async fn ops(gpu: &Gpu) {
    let product = |name: &str, shapes: &[&[usize]]| OnBoth::new(name, shapes, |x| x[0].matmul(&x[1]));
    let cases = vec![
        product("matmul", &[&[5, 7], &[7, 4]]),
        product("matmul, batched", &[&[2, 3, 5, 7], &[2, 3, 7, 4]]),
        product("matmul, A for all", &[&[5, 7], &[3, 7, 4]]),
        product("matmul, B for all", &[&[2, 3, 5, 7], &[7, 4]]),
        OnBoth::new("linear", &[&[3, 9, 6], &[5, 6], &[5]], |x| x[0].linear(&x[1], Some(&x[2]))),
        OnBoth::new("linear without bias", &[&[2, 6], &[5, 6]], |x| x[0].linear(&x[1], None)),
    ];
    on_both(gpu, cases).await;
}

/// Matrices that came in 16 or 8 bits stay so on the GPU, and are what they were to every op.
pub async fn packed_tensors(gpu: &Gpu) {
    let (n, k) = (37, 22);
    let halves: Vec<f16> = numbers(n * k, 1).iter().map(|&x| f16::from_f32(x)).collect();
    let integers: Vec<i8> = numbers(n * k, 2).iter().map(|x| (x * 128.0) as i8).collect();
    let scales: Vec<f32> = numbers(n, 3).iter().map(|x| x * 0.01).collect();
    let device = Device::Gpu(gpu.clone());
    let ids = [36, 0, 7, 7];
    for matrix in [Tensor::from_f16(&halves, &[n, k]), Tensor::from_int8(integers, scales, [n, k])] {
        let before = gpu.memory().bytes;
        let on_gpu = matrix.to(&device);
        assert!(gpu.memory().bytes - before <= 3 * (n * k) as u64, "it takes as much as f32");
        let run = |matrix: &Tensor, device: &Device| {
            let x = |rows: usize| Tensor::from_vec(numbers(rows * k, 4), &[rows, k]).to(device);
            let tape = Tape::new();
            let watched = tape.watch(&x(20));
            let y = watched.linear(matrix, None);
            let gradient = tape.backward(&y.mul(&y).sum_all()).take(&watched).expect("a gradient");
            let tape = Tape::new();
            let weight = tape.watch(matrix);
            let y = weight.embedding(&ids, &[4]).mul(&x(4));
            let of_weight = tape.backward(&y.sum_all()).take(&weight).expect("a gradient");
            vec![
                x(1).linear(matrix, None),
                x(9).linear(&matrix.narrow(0, 5, 11), None),
                matrix.embedding(&ids, &[2, 2]),
                matrix.narrow(0, 3, 2),
                matrix.transpose(0, 1),
                gradient,
                of_weight,
            ]
        };
        let found = Tensor::all_to_cpu(&run(&on_gpu, &device)).await.expect("the GPU answers");
        // Unpacked, since the CPU would round what it multiplies with integers.
        let unpacked = Tensor::from_vec(matrix.to_vec(), &[n, k]);
        for (index, (found, expected)) in found.iter().zip(run(&unpacked, &Device::Cpu)).enumerate() {
            assert_eq!(found.shape(), expected.shape());
            assert_close(&format!("packed {index}"), found.data(), &doubles(expected.data()), 1e-5);
        }
        assert_eq!(on_gpu.read().await.expect("the GPU answers"), matrix.to_vec());
    }
}
