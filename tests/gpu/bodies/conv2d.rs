use super::harness::{Guarded, TOLERANCE, assert_close, doubles, numbers};
use super::on_both::{OnBoth, on_both};
use liedwerk::cpu::pool2d::Pool;
use liedwerk::cpu::windows::Windows;
use liedwerk::gpu::Gpu;
use liedwerk::ops::Conv2dOptions;
use liedwerk::wgsl::pool2d::pool2d;
use liedwerk::wgsl::windows::{fold, unfold};

/// Windows beside each other, overlapping, with gaps, over the edges; the last fill more than one workgroup.
const CASES: [Windows; 5] = [
    Windows { plane: [5, 7], kernel: [3, 3], stride: 1, padding: 1 },
    Windows { plane: [7, 5], kernel: [3, 2], stride: 2, padding: 1 },
    Windows { plane: [4, 4], kernel: [1, 1], stride: 3, padding: 0 },
    Windows { plane: [3, 4], kernel: [3, 4], stride: 1, padding: 0 },
    Windows { plane: [33, 31], kernel: [2, 2], stride: 2, padding: 0 },
];

/// Where in a plane element (ky, kx) of window (row, column) lies, if not beyond the edge.
fn place(windows: &Windows, [row, column]: [usize; 2], [ky, kx]: [usize; 2]) -> Option<usize> {
    let inside = |place: usize, size: usize| place.checked_sub(windows.padding).filter(|&place| place < size);
    let top = inside(row * windows.stride + ky, windows.plane[0])?;
    let left = inside(column * windows.stride + kx, windows.plane[1])?;
    Some(top * windows.plane[1] + left)
}

/// Every pair of numbers below these two.
fn pairs([rows, columns]: [usize; 2]) -> impl Iterator<Item = [usize; 2]> {
    (0..rows).flat_map(move |row| (0..columns).map(move |column| [row, column]))
}

pub async fn unfolding(gpu: &Gpu) {
    for (windows, (images, channels)) in CASES.iter().zip([(2, 3), (3, 2), (1, 1), (2, 1), (0, 2)]) {
        let x = numbers(images * channels * windows.plane_area(), 1);
        let (mut unfolded, mut folded) = (Vec::new(), vec![0.0; x.len()]);
        let dy = numbers(images * channels * windows.area() * windows.windows(), 2);
        for channel in 0..channels {
            for (element, image) in pairs(windows.kernel).flat_map(|e| (0..images).map(move |n| (e, n))) {
                for window in pairs(windows.count()) {
                    let at = place(windows, window, element)
                        .map(|place| (image * channels + channel) * windows.plane_area() + place);
                    if let Some(at) = at {
                        folded[at] += f64::from(dy[unfolded.len()]);
                    }
                    unfolded.push(at.map_or(0.0, |at| f64::from(x[at])));
                }
            }
        }
        let [x, dy] = [&x, &dy].map(|values| Guarded::new(gpu, values));
        let [y, dx] = [unfolded.len(), folded.len()].map(|len| Guarded::output(gpu, len));
        unfold(*windows, channels, x.view(), y.view());
        fold(*windows, channels, dy.view(), dx.view());
        assert_close("unfold", &y.read().await, &unfolded, TOLERANCE);
        assert_close("fold", &dx.read().await, &folded, TOLERANCE);
    }
}

pub async fn pools(gpu: &Gpu) {
    for windows in CASES.iter().filter(|windows| windows.kernel[1] > 2 * windows.padding) {
        let x = numbers(3 * windows.plane_area(), 1);
        for pool in [Pool::Average, Pool::Max] {
            let mut expected = Vec::new();
            for plane in doubles(&x).chunks_exact(windows.plane_area()) {
                for window in pairs(windows.count()) {
                    let inside = pairs(windows.kernel).filter_map(|element| place(windows, window, element));
                    let inside: Vec<f64> = inside.map(|place| plane[place]).collect();
                    expected.push(match pool {
                        Pool::Average => inside.iter().sum::<f64>() / windows.area() as f64,
                        Pool::Max => inside.into_iter().fold(f64::NEG_INFINITY, f64::max),
                    });
                }
            }
            let (input, y) = (Guarded::new(gpu, &x), Guarded::output(gpu, expected.len()));
            pool2d(pool, *windows, input.view(), y.view());
            assert_close(&format!("{pool:?}"), &y.read().await, &expected, TOLERANCE);
        }
    }
}

pub async fn ops(gpu: &Gpu) {
    let conv2d = [(1, 0, 1), (2, 1, 2), (1, 1, 4)].map(|(stride, padding, groups)| {
        let options = Conv2dOptions { stride, padding, groups };
        let shapes: [&[usize]; 3] = [&[3, 4, 9, 7], &[8, 4 / groups, 3, 3], &[8]];
        OnBoth::new("conv2d", &shapes, move |x| x[0].conv2d(&x[1], Some(&x[2]), options))
    });
    let cases = [
        OnBoth::new("avg_pool2d", &[&[2, 3, 7, 6]], |x| x[0].avg_pool2d(3, 2, 1)),
        OnBoth::new("max_pool2d", &[&[2, 3, 7, 6]], |x| x[0].max_pool2d(3, 1, 1)),
        OnBoth::new("upsample_nearest2d", &[&[2, 3, 4, 5]], |x| x[0].upsample_nearest2d(3)),
        OnBoth::new("group_norm", &[&[2, 6, 5, 4], &[6], &[6]], |x| x[0].group_norm(3, &x[1], &x[2], 1e-5)),
        OnBoth::new("silu", &[&[300]], |x| x[0].silu()),
        OnBoth::new("leaky_relu", &[&[300]], |x| x[0].add_scalar(-0.7).leaky_relu(0.2)),
        OnBoth::new("binary_cross_entropy", &[&[3, 1]], |x| {
            x[0].binary_cross_entropy_with_logits(&[1, 0, 1])
        }),
    ];
    on_both(gpu, conv2d.into_iter().chain(cases).collect()).await;
}
