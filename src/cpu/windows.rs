//! Sliding windows over planes: their geometry, and unfolding them into the rows of a matrix and folding them
//! back (PyTorch's `unfold` and `fold`), which reduces a convolution to a product.

use std::ops::Range;

/// Windows over planes (C, H, W) at intervals of `stride`, with `padding` rows and columns beyond each edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Windows {
    /// Height and width of a plane.
    pub plane: [usize; 2],
    /// Height and width of a window.
    pub kernel: [usize; 2],
    /// Step from one window to the next, in both directions.
    pub stride: usize,
    /// Rows and columns of padding beyond each edge.
    pub padding: usize,
}

impl Windows {
    /// Number of windows per column and per row.
    ///
    /// # Panics
    /// If the stride or the kernel size is 0, or a window does not fit.
    #[track_caller]
    pub fn count(&self) -> [usize; 2] {
        let Self { plane, kernel, stride, padding } = *self;
        let fits = (0..2).all(|axis| (1..=plane[axis] + 2 * padding).contains(&kernel[axis]));
        assert!(stride > 0 && fits, "windows: {self:?}");
        [0, 1].map(|axis| (plane[axis] + 2 * padding - kernel[axis]) / stride + 1)
    }

    /// Number of elements in a window.
    pub fn area(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    /// Number of elements in a plane.
    pub fn plane_area(&self) -> usize {
        self.plane[0] * self.plane[1]
    }

    /// Number of windows in a plane.
    #[track_caller]
    pub fn windows(&self) -> usize {
        let [rows, columns] = self.count();
        rows * columns
    }

    /// Position in the plane, along one axis, of element `offset` of window `window`; `None` beyond the edge.
    #[inline(always)]
    pub(super) fn at(&self, axis: usize, window: usize, offset: usize) -> Option<usize> {
        let place = (window * self.stride + offset).checked_sub(self.padding)?;
        (place < self.plane[axis]).then_some(place)
    }

    /// The range of windows in a row whose column `offset` is inside the plane, and its position in the first
    /// of them.
    fn inside(&self, offset: usize) -> (Range<usize>, usize) {
        let Self { plane, stride, padding, .. } = *self;
        let count = self.count()[1];
        let end = (plane[1] + padding).saturating_sub(offset).div_ceil(stride).min(count);
        let start = padding.saturating_sub(offset).div_ceil(stride).min(end);
        let first = (start * stride + offset).saturating_sub(padding).min(plane[1]);
        (start..end, first)
    }
}

/// `y[c, ky, kx, p] = x[c, …]`, the element (ky, kx) of window p; 0 beyond the edges. For `x` (C, H, W) and
/// `y` (C, kernel, windows).
pub fn unfold(windows: Windows, x: &[f32], y: &mut [f32]) {
    let (_, [rows, columns]) = (planes(windows, x.len(), y.len()), windows.count());
    let ([_, kernel_columns], [_, width]) = (windows.kernel, windows.plane);
    let places = y.chunks_exact_mut(windows.area() * rows * columns);
    for (x, y) in x.chunks_exact(windows.plane_area()).zip(places) {
        for (offset, y) in y.chunks_exact_mut(rows * columns).enumerate() {
            let (inside, first) = windows.inside(offset % kernel_columns);
            for (row, y) in y.chunks_exact_mut(columns).enumerate() {
                let Some(top) = windows.at(0, row, offset / kernel_columns) else {
                    y.fill(0.0);
                    continue;
                };
                y[..inside.start].fill(0.0);
                y[inside.end..].fill(0.0);
                let (x, y) = (&x[top * width..][..width], &mut y[inside.clone()]);
                match windows.stride {
                    1 => y.copy_from_slice(&x[first..][..y.len()]),
                    stride => y.iter_mut().zip(x[first..].iter().step_by(stride)).for_each(|(y, x)| *y = *x),
                }
            }
        }
    }
}

/// `x[c, …] += y[c, ky, kx, p]`: the transpose of [`unfold`], and so its gradient. Windows are added in
/// ascending order of (ky, kx), then of p.
pub fn fold(windows: Windows, y: &[f32], x: &mut [f32]) {
    let (planes, [rows, columns]) = (planes(windows, x.len(), y.len()), windows.count());
    let ([_, kernel_columns], [_, width]) = (windows.kernel, windows.plane);
    for (plane, y) in (0..planes).zip(y.chunks_exact(windows.area() * rows * columns)) {
        let x = &mut x[plane * windows.plane_area()..][..windows.plane_area()];
        for (offset, y) in y.chunks_exact(rows * columns).enumerate() {
            let (inside, first) = windows.inside(offset % kernel_columns);
            for (row, y) in y.chunks_exact(columns).enumerate() {
                let Some(top) = windows.at(0, row, offset / kernel_columns) else { continue };
                let (x, y) = (&mut x[top * width..][..width], &y[inside.clone()]);
                match windows.stride {
                    1 => x[first..].iter_mut().zip(y).for_each(|(x, y)| *x += y),
                    stride => x[first..].iter_mut().step_by(stride).zip(y).for_each(|(x, y)| *x += y),
                }
            }
        }
    }
}

/// Checks the lengths and returns the number of planes.
#[track_caller]
fn planes(windows: Windows, x: usize, y: usize) -> usize {
    let planes = x.checked_div(windows.plane_area()).unwrap_or(0);
    let expected = (planes * windows.plane_area(), planes * windows.area() * windows.windows());
    assert_eq!((x, y), expected, "windows: lengths");
    planes
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::testing::{assert_close, doubles, gradient, numbers, weighted};
    use super::*;

    /// Windows of all kinds: square or not, adjacent, overlapping, with gaps, beyond the edges.
    pub const CASES: [Windows; 6] = [
        Windows { plane: [5, 7], kernel: [3, 3], stride: 1, padding: 1 },
        Windows { plane: [6, 4], kernel: [2, 2], stride: 2, padding: 0 },
        Windows { plane: [7, 5], kernel: [3, 2], stride: 2, padding: 1 },
        Windows { plane: [5, 5], kernel: [1, 1], stride: 1, padding: 0 },
        Windows { plane: [4, 4], kernel: [1, 1], stride: 3, padding: 0 },
        Windows { plane: [3, 4], kernel: [3, 4], stride: 1, padding: 0 },
    ];

    /// Computes every element from the definition.
    fn oracle(windows: Windows, planes: usize, x: &[f64]) -> Vec<f64> {
        let ([rows, columns], [height, width]) = (windows.count(), windows.plane);
        let mut y = Vec::new();
        for plane in 0..planes {
            for (ky, kx) in
                (0..windows.kernel[0]).flat_map(|ky| (0..windows.kernel[1]).map(move |kx| (ky, kx)))
            {
                for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
                    let top = (row * windows.stride + ky) as isize - windows.padding as isize;
                    let left = (column * windows.stride + kx) as isize - windows.padding as isize;
                    let inside = (0..height as isize).contains(&top) && (0..width as isize).contains(&left);
                    let index = plane as isize * (height * width) as isize + top * width as isize + left;
                    y.push(if inside { x[index as usize] } else { 0.0 });
                }
            }
        }
        y
    }

    #[test]
    fn unfolding_and_its_gradient_agree_with_the_oracle() {
        for windows in CASES {
            for planes in [0, 1, 3] {
                let x = numbers(planes * windows.plane_area(), 1);
                let mut y = vec![f32::NAN; planes * windows.area() * windows.windows()];
                unfold(windows, &x, &mut y);
                assert_close("unfold", &y, &oracle(windows, planes, &doubles(&x)), 0.0);
                let dy = numbers(y.len(), 2);
                let mut dx = vec![0.0; x.len()];
                fold(windows, &dy, &mut dx);
                let expected = gradient(&x, |x| weighted(&oracle(windows, planes, x), &dy));
                assert_close("fold", &dx, &expected, 1e-5);
            }
        }
    }

    #[test]
    #[should_panic(expected = "windows")]
    fn a_window_larger_than_its_plane_is_a_mistake() {
        Windows { plane: [2, 2], kernel: [3, 3], stride: 1, padding: 0 }.count();
    }
}
