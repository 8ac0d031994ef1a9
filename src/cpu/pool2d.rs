//! Average and max pooling over the windows of a plane.

use super::windows::Windows;

/// How a window is reduced to one element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pool {
    /// The sum of its elements divided by their number; elements beyond the edge count as 0.
    Average,
    /// The largest element; of several equal ones, the first.
    Max,
}

/// Pools `x (C, H, W)` into `y (C, windows)`.
pub fn pool2d(pool: Pool, windows: Windows, x: &[f32], y: &mut [f32]) {
    let (planes, [rows, columns]) = (check(windows, x.len(), y.len()), windows.count());
    for plane in 0..planes {
        let x = &x[plane * windows.plane_area()..][..windows.plane_area()];
        let y = &mut y[plane * rows * columns..][..rows * columns];
        for (window, y) in y.iter_mut().enumerate() {
            let window = [window / columns, window % columns];
            *y = match pool {
                Pool::Average => {
                    elements(windows, window).map(|place| x[place]).sum::<f32>() / windows.area() as f32
                }
                Pool::Max => x[largest(windows, window, x)],
            };
        }
    }
}

/// Adds the gradient of [`pool2d`] to `dx`.
pub fn pool2d_backward(pool: Pool, windows: Windows, x: &[f32], dy: &[f32], dx: &mut [f32]) {
    let (planes, [rows, columns]) = (check(windows, x.len(), dy.len()), windows.count());
    assert_eq!(dx.len(), x.len(), "pool2d_backward: lengths");
    for plane in 0..planes {
        let first = plane * windows.plane_area();
        let (x, dx) = (&x[first..][..windows.plane_area()], &mut dx[first..][..windows.plane_area()]);
        for (window, dy) in dy[plane * rows * columns..][..rows * columns].iter().enumerate() {
            let window = [window / columns, window % columns];
            match pool {
                Pool::Average => {
                    elements(windows, window).for_each(|place| dx[place] += dy / windows.area() as f32);
                }
                Pool::Max => dx[largest(windows, window, x)] += dy,
            }
        }
    }
}

/// Indices of a window's elements in its plane, without those beyond the edge.
fn elements(windows: Windows, [row, column]: [usize; 2]) -> impl Iterator<Item = usize> {
    let [kernel_rows, kernel_columns] = windows.kernel;
    (0..kernel_rows).filter_map(move |ky| windows.at(0, row, ky)).flat_map(move |top| {
        let lefts = (0..kernel_columns).filter_map(move |kx| windows.at(1, column, kx));
        lefts.map(move |left| top * windows.plane[1] + left)
    })
}

/// Index of the first of a window's largest elements.
fn largest(windows: Windows, window: [usize; 2], x: &[f32]) -> usize {
    let later = |best: usize, place: usize| if x[place] > x[best] { place } else { best };
    elements(windows, window).reduce(later).expect("no window lies wholly beyond the edge")
}

/// Checks the lengths and returns the number of planes.
#[track_caller]
fn check(windows: Windows, x: usize, y: usize) -> usize {
    let planes = x.checked_div(windows.plane_area()).unwrap_or(0);
    assert_eq!((x, y), (planes * windows.plane_area(), planes * windows.windows()), "pool2d: lengths");
    assert!(windows.kernel.iter().all(|size| 2 * windows.padding <= *size), "pool2d: {windows:?}");
    planes
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, doubles, gradient, numbers, weighted};
    use super::super::windows::tests::CASES;
    use super::*;

    fn oracle(pool: Pool, windows: Windows, x: &[f64]) -> Vec<f64> {
        let ([rows, columns], [height, width]) = (windows.count(), windows.plane);
        let mut y = Vec::new();
        for plane in x.chunks_exact(height * width) {
            for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
                let mut inside = Vec::new();
                for (ky, kx) in
                    (0..windows.kernel[0]).flat_map(|ky| (0..windows.kernel[1]).map(move |kx| (ky, kx)))
                {
                    let (top, left) = (row * windows.stride + ky, column * windows.stride + kx);
                    let within =
                        |place: usize, size| (windows.padding..size + windows.padding).contains(&place);
                    if within(top, height) && within(left, width) {
                        inside.push(plane[(top - windows.padding) * width + left - windows.padding]);
                    }
                }
                y.push(match pool {
                    Pool::Average => inside.iter().sum::<f64>() / windows.area() as f64,
                    Pool::Max => inside.into_iter().fold(f64::NEG_INFINITY, f64::max),
                });
            }
        }
        y
    }

    #[test]
    fn pools_and_their_gradients_agree_with_the_oracle() {
        let fits = |windows: &Windows| windows.kernel.iter().all(|size| 2 * windows.padding <= *size);
        for windows in CASES.into_iter().filter(fits) {
            for (pool, planes) in
                [Pool::Average, Pool::Max].into_iter().flat_map(|p| [0, 1, 3].map(|n| (p, n)))
            {
                let x = numbers(planes * windows.plane_area(), 1);
                let mut y = vec![f32::NAN; planes * windows.windows()];
                pool2d(pool, windows, &x, &mut y);
                assert_close("pool2d", &y, &oracle(pool, windows, &doubles(&x)), 1e-6);
                let (dy, mut dx) = (numbers(y.len(), 2), vec![0.0; x.len()]);
                pool2d_backward(pool, windows, &x, &dy, &mut dx);
                let expected = gradient(&x, |x| weighted(&oracle(pool, windows, x), &dy));
                assert_close("pool2d_backward", &dx, &expected, 1e-5);
            }
        }
    }

    #[test]
    fn of_equal_elements_the_first_gets_the_gradient() {
        let windows = Windows { plane: [2, 2], kernel: [2, 2], stride: 2, padding: 0 };
        let mut dx = [0.0; 4];
        pool2d_backward(Pool::Max, windows, &[1.0, 3.0, 3.0, 3.0], &[5.0], &mut dx);
        assert_eq!(dx, [0.0, 5.0, 0.0, 0.0]);
    }
}
