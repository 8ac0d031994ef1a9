use super::harness::{Guarded, SIZES, TOLERANCE, assert_close, doubles, numbers};
use super::on_both::{OnBoth, on_both};
use liedwerk::gpu::Gpu;
use liedwerk::tensor::Tensor;
use liedwerk::wgsl::permute::repeat;
use liedwerk::wgsl::reduce::{sum, sum_axis, sum_of_squares, sum_rows};

/// Sums of random signs cancel: the error is held against that of a sum whose terms have one sign.
pub async fn sums(gpu: &Gpu) {
    for length in SIZES.into_iter().chain([16_383, 16_385, 300_007]) {
        let x: Vec<f32> = numbers(length, 1).iter().map(|x| x + 0.5).collect();
        let exact: f64 = doubles(&x).iter().sum();
        let (input, out) = (Guarded::new(gpu, &x), Guarded::output(gpu, 1));
        sum(input.view(), out.view());
        assert_close(&format!("sum of {length}"), &out.read().await, &[exact], TOLERANCE);
    }
}

pub async fn axes(gpu: &Gpu) {
    let edges = SIZES.into_iter().flat_map(|size| [[1, size, 33], [3, 17, size], [size, 5, 2]]);
    // Many rows; many blocks, of which a workgroup takes several or one.
    for [outer, size, inner] in
        edges.chain([[1, 4099, 3], [2, 2500, 40], [9000, 2, 1], [257, 3, 5], [600, 300, 1]])
    {
        let x: Vec<f32> = numbers(outer * size * inner, 1).iter().map(|x| x + 0.5).collect();
        let mut expected = vec![0.0; outer * inner];
        for (index, x) in doubles(&x).into_iter().enumerate() {
            expected[index / (size * inner) * inner + index % inner] += x;
        }
        let (input, out) = (Guarded::new(gpu, &x), Guarded::output(gpu, outer * inner));
        sum_axis(input.view(), [outer, size, inner], out.view());
        let what = format!("sum of {outer} x {size} x {inner}");
        assert_close(&what, &out.read().await, &expected, TOLERANCE);
    }
    let (input, out) = (Guarded::new(gpu, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), Guarded::output(gpu, 2));
    sum_rows(input.view(), 2, out.view());
    assert_eq!(out.read().await, [9.0, 12.0]);
}

/// More than one binding of the smallest GPU shows: the work is done in pieces.
pub async fn larger_than_a_binding(_: &Gpu) {
    let gpu = &Gpu::request_baseline().await.expect("a GPU");
    let row: Vec<f32> = (1..=64).map(|x| x as f32).collect();
    let rows = gpu.most_words() / 64 + 100;
    let (x, out) = (gpu.empty(64 * rows), gpu.empty(64));
    repeat((&gpu.upload(&row)).into(), [1, rows, 64], (&x).into());
    sum_rows((&x).into(), 64, (&out).into());
    let sums = gpu.read(&[(&out).into()]).await.expect("the GPU answers");
    let expected: Vec<f64> = (1..=64).map(|x| f64::from(x) * rows as f64).collect();
    assert_close("sums of rows", &sums, &expected, TOLERANCE);
    gpu.check().expect("no error");
}

/// The squares of many tensors together; equal input gives equal bits.
pub async fn squares(gpu: &Gpu) {
    for lengths in [vec![], vec![0], vec![1, 0, 3], vec![257, 20_000, 5, 33_000]] {
        let xs: Vec<Vec<f32>> = (1..).zip(lengths).map(|(seed, length)| numbers(length, seed)).collect();
        let exact: f64 = xs.iter().flatten().map(|&x| f64::from(x).powi(2)).sum();
        let buffers: Vec<_> = xs.iter().map(|x| gpu.upload(x)).collect();
        let [first, second] = [(); 2].map(|()| Guarded::output(gpu, 1));
        sum_of_squares(&buffers, first.view());
        sum_of_squares(&buffers, second.view());
        let first = first.read().await;
        assert_close("sum of squares", &first, &[exact], TOLERANCE);
        assert_eq!(second.read().await, first);
    }
    let (bad, out) = (gpu.upload(&[1.0, f32::NAN]), Guarded::output(gpu, 1));
    sum_of_squares(&[bad], out.view());
    assert!(out.read().await[0].is_nan());
}

pub async fn ops(gpu: &Gpu) {
    let mut cases = vec![
        OnBoth::new("sum_all", &[&[3, 5, 7]], |x| x[0].sum_all()),
        OnBoth::new("mean_all", &[&[257]], |x| x[0].mean_all()),
        OnBoth::new("mean", &[&[3, 5, 7]], |x| x[0].mean(1)),
    ];
    for axis in 0..4 {
        cases.push(OnBoth::new("sum", &[&[2, 3, 4, 5]], move |x| x[0].sum(axis)));
    }
    cases.push(OnBoth::new("variance", &[&[6, 9]], |x| {
        let centred: Tensor = x[0].sub(&x[0].mean(1));
        centred.square().mean(1)
    }));
    on_both(gpu, cases).await;
}
