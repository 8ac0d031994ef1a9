use super::harness::{Guarded, numbers};
use super::on_both::{OnBoth, on_both};
use liedwerk::cpu;
use liedwerk::gpu::Gpu;
use liedwerk::ops::concat;
use liedwerk::wgsl::permute::{Slab, permute, read_slab, repeat, write_slab};

pub async fn axes(gpu: &Gpu) {
    let cases: [(&[usize], &[usize]); 12] = [
        (&[], &[]),
        (&[257], &[0]),
        (&[3, 0], &[1, 0]),
        (&[1, 1], &[1, 0]),
        (&[33, 31], &[1, 0]),
        (&[64, 65], &[1, 0]),
        (&[2, 3, 5], &[2, 0, 1]),
        (&[2, 3, 5, 4], &[0, 2, 1, 3]),
        (&[2, 3, 5, 4], &[3, 1, 0, 2]),
        (&[3, 7, 2, 17], &[2, 3, 0, 1]),
        (&[1, 3, 1, 4], &[3, 2, 1, 0]),
        (&[7, 9600], &[1, 0]),
    ];
    for (shape, order) in cases {
        let x = numbers(shape.iter().product(), 1);
        let mut expected = vec![f32::NAN; x.len()];
        cpu::permute::permute(&x, shape, order, &mut expected);
        let (input, out) = (Guarded::new(gpu, &x), Guarded::output(gpu, x.len()));
        permute(input.view(), shape, order, out.view());
        assert_eq!(out.read().await, expected, "{shape:?} {order:?}");
    }
}

pub async fn slabs(gpu: &Gpu) {
    let cases: [([usize; 3], usize, usize); 7] = [
        ([1, 1, 1], 0, 1),
        ([3, 5, 0], 1, 2),
        ([3, 5, 7], 1, 3),
        ([3, 5, 7], 0, 5),
        ([3, 5, 7], 2, 0),
        ([1, 300, 5], 17, 257),
        ([65, 4, 33], 3, 1),
    ];
    for (whole, start, len) in cases {
        let [outer, size, inner] = whole;
        let slab = Slab { whole, start, len };
        let (x, part) = (numbers(outer * size * inner, 1), numbers(outer * len * inner, 2));
        let (mut read, mut written) = (part.clone(), x.clone());
        for place in 0..part.len() {
            let block = place / (len * inner);
            let there = block * size * inner + start * inner + place % (len * inner);
            (read[place], written[there]) = (x[there], part[place]);
        }
        let (input, new) = (Guarded::new(gpu, &x), Guarded::new(gpu, &part));
        let out = Guarded::output(gpu, part.len());
        read_slab(slab, input.view(), out.view());
        write_slab(slab, new.view(), input.view());
        assert_eq!(out.read().await, read, "{slab:?}");
        assert_eq!(input.read().await, written, "{slab:?}");
    }
}

pub async fn repetition(gpu: &Gpu) {
    for [outer, size, inner] in [[1, 1025, 1], [3, 5, 7], [4, 3, 0], [2, 0, 3], [1, 4, 300]] {
        let x = numbers(outer * inner, 1);
        let expected: Vec<f32> =
            (0..outer).flat_map(|block| x[block * inner..][..inner].repeat(size)).collect();
        let (input, out) = (Guarded::new(gpu, &x), Guarded::output(gpu, expected.len()));
        repeat(input.view(), [outer, size, inner], out.view());
        assert_eq!(out.read().await, expected);
    }
}

pub async fn ops(gpu: &Gpu) {
    let mut cases = vec![
        OnBoth::new("reshape", &[&[4, 6]], |x| x[0].reshape(&[3, 8]).square()),
        OnBoth::new("permute", &[&[2, 3, 4, 5]], |x| x[0].permute(&[3, 1, 0, 2])),
        OnBoth::new("transpose", &[&[3, 4, 5]], |x| x[0].transpose(1, 2)),
        OnBoth::new("halves", &[&[4, 6]], |x| x[0].narrow(1, 0, 3).mul(&x[0].narrow(1, 3, 3))),
    ];
    for axis in 0..3 {
        cases.push(OnBoth::new("narrow", &[&[3, 4, 5]], move |x| x[0].narrow(axis, 1, 2)));
    }
    cases.push(OnBoth::new("concat 0", &[&[2, 3], &[1, 3], &[4, 3]], |x| concat(&[&x[0], &x[1], &x[2]], 0)));
    cases.push(OnBoth::new("concat 1", &[&[2, 3, 2], &[2, 1, 2]], |x| concat(&[&x[0], &x[1], &x[0]], 1)));
    cases.push(OnBoth::new("concat 2", &[&[2, 3, 2], &[2, 3, 5]], |x| concat(&[&x[0], &x[1]], 2)));
    on_both(gpu, cases).await;
}
