use super::harness::{Guarded, SIZES, TOLERANCE, assert_close, numbers};
use super::on_both::{OnBoth, on_both};
use liedwerk::cpu;
use liedwerk::gpu::Gpu;
use liedwerk::wgsl::gather::{gather, gather_backward};

/// Ids of which some are frequent and some never occur.
fn ids(count: usize, rows: usize) -> Vec<u32> {
    let draw = |x: &f32| ((x.abs() * x.abs() * rows as f32) as u32).min(rows as u32 - 1);
    numbers(count, 5).iter().map(draw).collect()
}

pub async fn rows(gpu: &Gpu) {
    let edges = SIZES.into_iter().flat_map(|size| [(size, 7, 33), (50, 11, size), (19, size.max(1), 3)]);
    for (count, rows, cols) in edges.chain([(3000, 5, 40), (70_000, 9, 1), (100, 2200, 1)]) {
        let ids = ids(count, rows);
        let (table, dout) = (numbers(rows * cols, 1), numbers(count * cols, 2));
        let mut expected = vec![f32::NAN; count * cols];
        cpu::gather::gather(&table, &ids, cols, &mut expected);
        let mut sums = vec![0.0; rows * cols];
        for (place, x) in dout.iter().enumerate() {
            sums[ids[place / cols] as usize * cols + place % cols] += f64::from(*x);
        }
        let [table, upstream] = [&table, &dout].map(|values| Guarded::new(gpu, values));
        let (out, dtable) = (Guarded::output(gpu, count * cols), Guarded::output(gpu, rows * cols));
        gather(table.view(), (&gpu.upload(&ids)).into(), cols, out.view());
        gather_backward(upstream.view(), &ids, cols, dtable.view());
        assert_eq!(out.read().await, expected, "{count} of {rows} x {cols}");
        let what = format!("gradient of {count} of {rows} x {cols}");
        assert_close(&what, &dtable.read().await, &sums, TOLERANCE);
    }
}

/// A table that is larger than a binding of the smallest GPU.
pub async fn large_table(_: &Gpu) {
    let gpu = &Gpu::request_baseline().await.expect("a GPU");
    let cols = 1024;
    let rows = gpu.most_words() / cols + 50;
    let table = gpu.empty(rows * cols);
    let last = rows as u32 - 1;
    let ids = [last, 3, last, 0, last - 60];
    let places: Vec<f32> = (0..5).flat_map(|place| vec![place as f32 + 1.0; cols]).collect();
    gather_backward((&gpu.upload(&places)).into(), &ids, cols, (&table).into());
    let out = gpu.empty(5 * cols);
    gather((&table).into(), (&gpu.upload(&ids)).into(), cols, (&out).into());
    let firsts: Vec<_> = (0..5).map(|place| out.view(place * cols + place, 1)).collect();
    assert_eq!(gpu.read(&firsts).await.expect("the GPU answers"), [4.0, 2.0, 4.0, 4.0, 5.0]);
    gpu.check().expect("no error");
}

pub async fn ops(gpu: &Gpu) {
    let embedding = OnBoth::new("embedding", &[&[11, 7]], |x| {
        let ids = ids(12, 11);
        x[0].embedding(&ids, &[3, 4]).add(&x[0].embedding(&ids[..4], &[4]))
    });
    on_both(gpu, vec![embedding]).await;
}
