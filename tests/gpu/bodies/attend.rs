use super::harness::{Guarded, TOLERANCE, assert_close, doubles, numbers};
use super::softmax::row as softmax_row;
use liedwerk::gpu::{Buffer, Gpu};
use liedwerk::ops::Reach;
use liedwerk::tensor::{Device, Tensor, read_all};
use liedwerk::wgsl::attend::{Cached, attend, attend_weights, extend};

/// The contexts of queries, and their weights, in double precision; `places` are each row's cache and how many
/// positions it has.
fn oracle(x: &[f64], keys: &[f64], values: &[f64], places: &[[usize; 2]], shapes: Cached) -> [Vec<f64>; 2] {
    let Cached { heads, channels, capacity } = shapes;
    let (d, stride) = (channels / heads, x.len() / places.len().max(1));
    let (mut context, mut all) = (Vec::new(), vec![0.0; places.len() * heads * capacity]);
    for (row, &[cache, length]) in places.iter().enumerate() {
        for head in 0..heads {
            let query = &x[row * stride + head * d..][..d];
            let at = |j: usize| (cache * capacity + j) * channels + head * d;
            let score = |j: usize| {
                query.iter().zip(&keys[at(j)..]).map(|(q, k)| q * k).sum::<f64>() / (d as f64).sqrt()
            };
            let weights = softmax_row(&(0..length).map(score).collect::<Vec<_>>());
            all[(row * heads + head) * capacity..][..length].copy_from_slice(&weights);
            let sum = |c: usize| weights.iter().enumerate().map(|(j, w)| w * values[at(j) + c]).sum::<f64>();
            context.extend((0..d).map(sum));
        }
    }
    [context, all]
}

fn upload(gpu: &Gpu, places: &[[usize; 2]]) -> Buffer {
    gpu.upload(&places.iter().flatten().map(|&word| word as u32).collect::<Vec<_>>())
}

/// Small caches and large ones, of which more is read than a workgroup takes at once; several rows that read
/// one cache; no position; wide heads and narrow ones.
pub async fn reading(gpu: &Gpu) {
    let cases: [(&[usize; 3], &[[usize; 2]]); 7] = [
        (&[2, 5, 1], &[[0, 1], [1, 0], [0, 1]]),
        (&[1, 1, 3], &[[1, 3], [1, 2], [0, 1]]),
        (&[8, 32, 100], &[[2, 100], [0, 65], [2, 64], [1, 17]]),
        (&[3, 7, 300], &[[0, 300], [1, 257], [0, 256]]),
        (&[1, 128, 130], &[[0, 129]]),
        (&[2, 129, 40], &[[0, 33]]),
        (&[1, 64, 1030], &[[0, 1025], [0, 3]]),
    ];
    for (&[heads, d, capacity], places) in cases {
        check(gpu, Cached { heads, channels: heads * d, capacity }, places).await;
    }
    // More workgroups than fit into one dimension; most of them have little to do.
    let many: Vec<[usize; 2]> = (0..65_537).map(|row| [row % 5, row / 65_530 * 2]).collect();
    check(gpu, Cached { heads: 1, channels: 1, capacity: 2 }, &many).await;
}

async fn check(gpu: &Gpu, shapes: Cached, places: &[[usize; 2]]) {
    let Cached { channels, capacity, .. } = shapes;
    let (rows, caches) = (places.len(), 1 + places.iter().map(|[cache, _]| *cache).max().unwrap_or(0));
    // Something stands behind the queries.
    let x = numbers(rows * (channels + 3), 1);
    let [keys, values] = [2, 3].map(|seed| numbers(caches * capacity * channels, seed));
    let expected = oracle(&doubles(&x), &doubles(&keys), &doubles(&values), places, shapes);
    let [x, keys_in, values_in] = [&x, &keys, &values].map(|x| Guarded::new(gpu, x));
    let found = expected.each_ref().map(|x| Guarded::output(gpu, x.len()));
    let places = upload(gpu, places);
    let [context, weights] = found.each_ref().map(Guarded::view);
    attend(x.view(), (&places).into(), keys_in.view(), values_in.view(), context, shapes);
    attend_weights(x.view(), (&places).into(), keys_in.view(), weights, shapes);
    for ((name, found), expected) in ["context", "weights"].into_iter().zip(found).zip(expected) {
        assert_close(&format!("{name} of {shapes:?}"), &found.read().await, &expected, TOLERANCE);
    }
    assert!(keys_in.read().await == keys && values_in.read().await == values, "{shapes:?}: caches changed");
}

/// A row's own key and value join its cache, and nothing else changes; a row has the bits that it has alone.
pub async fn extending(gpu: &Gpu) {
    let cases: [(&[usize; 3], &[[usize; 2]]); 4] = [
        (&[2, 5, 4], &[[2, 0], [0, 3], [1, 1]]),
        (&[3, 33, 70], &[[0, 69], [1, 63], [2, 64]]),
        (&[2, 64, 600], &[[0, 599], [1, 255], [2, 256]]),
        (&[1, 128, 20], &[[0, 5]]),
    ];
    for (&[heads, d, capacity], places) in cases {
        let shapes = Cached { heads, channels: heads * d, capacity };
        let (rows, channels) = (places.len(), heads * d);
        let x = numbers(3 * rows * channels, 1);
        let [mut keys, mut values] = [2, 3].map(|seed| numbers(rows * capacity * channels, seed));
        let [keys_in, values_in] = [&keys, &values].map(|x| Guarded::new(gpu, x));
        for (&[cache, length], x) in places.iter().zip(x.chunks(3 * channels)) {
            let at = (cache * capacity + length) * channels;
            keys[at..][..channels].copy_from_slice(&x[channels..2 * channels]);
            values[at..][..channels].copy_from_slice(&x[2 * channels..]);
        }
        let after: Vec<[usize; 2]> = places.iter().map(|[cache, length]| [*cache, length + 1]).collect();
        let [expected, _] = oracle(&doubles(&x), &doubles(&keys), &doubles(&values), &after, shapes);
        let (x, places_in) = (Guarded::new(gpu, &x), upload(gpu, places));
        let [context, alone] = [rows, 1].map(|rows| Guarded::output(gpu, rows * channels));
        let caches = [keys_in.view(), values_in.view()];
        extend(x.view(), (&places_in).into(), caches[0], caches[1], context.view(), shapes);
        let first = (x.view().part(0, 3 * channels), places_in.view(0, 2));
        extend(first.0, first.1, caches[0], caches[1], alone.view(), shapes);
        let context = context.read().await;
        assert_close(&format!("{shapes:?}"), &context, &expected, TOLERANCE);
        assert_eq!(alone.read().await, context[..channels], "{shapes:?}: a row alone");
        assert!(keys_in.read().await == keys && values_in.read().await == values, "{shapes:?}: caches");
    }
}

/// Scores of thousands, equal and opposite.
pub async fn hostile(gpu: &Gpu) {
    let shapes = Cached { heads: 1, channels: 1, capacity: 3 };
    let [x, keys, values] = [&[1e4][..], &[1.0, -1.0, 1.0], &[1.0, 5.0, 3.0]].map(|x| Guarded::new(gpu, x));
    let (context, weights) = (Guarded::output(gpu, 1), Guarded::output(gpu, 3));
    let places = upload(gpu, &[[0, 3]]);
    attend(x.view(), (&places).into(), keys.view(), values.view(), context.view(), shapes);
    attend_weights(x.view(), (&places).into(), keys.view(), weights.view(), shapes);
    assert_eq!((context.read().await, weights.read().await), (vec![2.0], vec![0.5, 0.0, 0.5]));
}

/// Caches grow in place, unless another tensor shares them, on either device to the same numbers.
pub async fn ops(gpu: &Gpu) {
    let run = |device: &Device| {
        let tensor =
            |shape: &[usize], seed| Tensor::from_vec(numbers(shape.iter().product(), seed), shape).to(device);
        let [mut keys, mut values] = [1, 2].map(|seed| tensor(&[2, 20, 12], seed));
        let before = keys.clone();
        let new = tensor(&[2, 3, 36], 3);
        keys.write_positions(&new, 12, 0, 4);
        values.write_positions(&new, 24, 0, 17);
        let reach = Reach { texts: &[1, 0, 1], lengths: &[6, 20, 1] };
        let (context, weights) = tensor(&[3, 12], 4).attend_cached(&keys, &values, reach, 3, true);
        let shared = values.clone();
        let each = Reach { texts: &[1, 0], lengths: &[20, 19] };
        let (next, _) = tensor(&[2, 36], 5).extend_cached(&mut keys, &mut values, each, 3, false);
        // Several positions of one text.
        let one = Reach { texts: &[1, 1, 1], lengths: &[7, 8, 9] };
        let (after, seen) = tensor(&[3, 36], 6).extend_cached(&mut keys, &mut values, one, 3, true);
        keys.copy_texts(&[(0, 1, 12)]);
        let keys = keys.narrow(1, 0, 12);
        // A cache begins in main memory.
        let mut empty = Tensor::zeros(&[2, 5, 12]);
        empty.write_positions(&new.narrow(0, 1, 1), 0, 1, 2);
        let found = [before, keys, values, shared, context, next, after, empty];
        found.into_iter().chain(weights).chain(seen).collect::<Vec<_>>()
    };
    let (found, expected) = (run(&Device::Gpu(gpu.clone())), run(&Device::Cpu));
    let found = read_all(&found.iter().collect::<Vec<_>>()).await.expect("the GPU answers");
    let expected: Vec<f32> = expected.iter().flat_map(Tensor::to_vec).collect();
    assert_close("cached attention", &found, &doubles(&expected), 1e-5);
}
