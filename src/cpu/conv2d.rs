//! 2-D convolution: each image is unfolded into a matrix (im2col) and multiplied by the weight.

use super::matmul::{Matmul, matmul};
use super::windows::{Windows, fold, unfold};

/// Shape of a convolution from `x (N, C, H, W)` with `weight (O, C / groups, kernel)` to `y (N, O, windows)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv2d {
    /// C: input channels.
    pub channels: usize,
    /// O: output channels.
    pub outputs: usize,
    /// Number of groups of channels and outputs; each output sees only the channels of its group.
    pub groups: usize,
    /// Geometry of the windows.
    pub windows: Windows,
}

impl Conv2d {
    /// Number of terms in each sum: rows of a group's matrix.
    pub fn depth(&self) -> usize {
        self.channels / self.groups * self.windows.area()
    }

    /// Number of elements in an image.
    pub fn image(&self) -> usize {
        self.channels * self.windows.plane_area()
    }

    /// Number of output elements per image.
    #[track_caller]
    pub fn output(&self) -> usize {
        self.outputs * self.windows.windows()
    }

    /// Number of elements in an image's unfolded windows.
    #[track_caller]
    pub fn columns(&self) -> usize {
        self.channels * self.windows.area() * self.windows.windows()
    }

    /// Checks the lengths of `x`, `weight` and `y`.
    #[track_caller]
    fn check(&self, x: usize, weight: usize, y: usize) {
        let images = x.checked_div(self.image()).unwrap_or(0);
        let expected = (images * self.image(), self.outputs * self.depth(), images * self.output());
        assert_eq!((x, weight, y), expected, "conv2d: lengths against {self:?}");
    }
}

/// `y[n, o] = Σ weight[o] · windows(x[n])`.
pub fn conv2d(spec: Conv2d, x: &[f32], weight: &[f32], y: &mut [f32]) {
    spec.check(x.len(), weight.len(), y.len());
    let (p, k, m) = (spec.windows.windows(), spec.depth(), spec.outputs / spec.groups);
    let product = Matmul { m, k, n: p, trans_a: false, trans_b: false, accumulate: false };
    let mut columns = vec![0.0; spec.columns()];
    for (x, y) in x.chunks_exact(spec.image()).zip(y.chunks_exact_mut(spec.output())) {
        unfold(spec.windows, x, &mut columns);
        let groups = weight.chunks_exact(m * k).zip(columns.chunks_exact(k * p));
        for ((weight, columns), y) in groups.zip(y.chunks_exact_mut(m * p)) {
            matmul(product, weight, columns, y);
        }
    }
}

/// Adds the gradient of [`conv2d`] with respect to its images to `dx`.
pub fn conv2d_backward_input(spec: Conv2d, weight: &[f32], dy: &[f32], dx: &mut [f32]) {
    spec.check(dx.len(), weight.len(), dy.len());
    let (p, k, m) = (spec.windows.windows(), spec.depth(), spec.outputs / spec.groups);
    let product = Matmul { m: k, k: m, n: p, trans_a: true, trans_b: false, accumulate: false };
    let mut columns = vec![0.0; spec.columns()];
    for (dx, dy) in dx.chunks_exact_mut(spec.image()).zip(dy.chunks_exact(spec.output())) {
        let groups = weight.chunks_exact(m * k).zip(columns.chunks_exact_mut(k * p));
        for ((weight, columns), dy) in groups.zip(dy.chunks_exact(m * p)) {
            matmul(product, weight, dy, columns);
        }
        fold(spec.windows, &columns, dx);
    }
}

/// Adds the gradient of [`conv2d`] with respect to its weight to `dweight`, image by image in ascending
/// order.
pub fn conv2d_backward_weight(spec: Conv2d, x: &[f32], dy: &[f32], dweight: &mut [f32]) {
    spec.check(x.len(), dweight.len(), dy.len());
    let (p, k, m) = (spec.windows.windows(), spec.depth(), spec.outputs / spec.groups);
    let product = Matmul { m, k: p, n: k, trans_a: false, trans_b: true, accumulate: true };
    let mut columns = vec![0.0; spec.columns()];
    for (x, dy) in x.chunks_exact(spec.image()).zip(dy.chunks_exact(spec.output())) {
        unfold(spec.windows, x, &mut columns);
        let groups = dweight.chunks_exact_mut(m * k).zip(columns.chunks_exact(k * p));
        for ((dweight, columns), dy) in groups.zip(dy.chunks_exact(m * p)) {
            matmul(product, dy, columns, dweight);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, doubles, gradient, numbers, weighted};
    use super::super::windows::tests::CASES;
    use super::*;

    /// The definition as seven nested loops.
    fn oracle(spec: Conv2d, images: usize, x: &[f64], weight: &[f64]) -> Vec<f64> {
        let Windows { plane: [height, width], kernel: [kh, kw], stride, padding } = spec.windows;
        let ([rows, columns], inputs) = (spec.windows.count(), spec.channels / spec.groups);
        let mut y = Vec::new();
        for (n, o) in (0..images).flat_map(|n| (0..spec.outputs).map(move |o| (n, o))) {
            let first = o / (spec.outputs / spec.groups) * inputs;
            for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
                let mut sum = 0.0;
                for (c, ky, kx) in
                    (0..inputs).flat_map(|c| (0..kh).flat_map(move |ky| (0..kw).map(move |kx| (c, ky, kx))))
                {
                    let (top, left) = (row * stride + ky, column * stride + kx);
                    if (padding..height + padding).contains(&top)
                        && (padding..width + padding).contains(&left)
                    {
                        let plane = (n * spec.channels + first + c) * height * width;
                        let value = x[plane + (top - padding) * width + left - padding];
                        sum += value * weight[((o * inputs + c) * kh + ky) * kw + kx];
                    }
                }
                y.push(sum);
            }
        }
        y
    }

    #[test]
    fn convolutions_and_their_gradients_agree_with_the_oracle() {
        for (windows, (channels, outputs, groups)) in
            CASES.into_iter().zip([(3, 5, 1), (4, 6, 2), (2, 4, 2), (3, 2, 1), (6, 6, 6), (1, 1, 1)])
        {
            let spec = Conv2d { channels, outputs, groups, windows };
            for images in [0, 1, 2] {
                let (x, weight) = (numbers(images * spec.image(), 1), numbers(outputs * spec.depth(), 2));
                let mut y = vec![f32::NAN; images * spec.output()];
                conv2d(spec, &x, &weight, &mut y);
                let (wide_x, wide_weight) = (doubles(&x), doubles(&weight));
                assert_close("conv2d", &y, &oracle(spec, images, &wide_x, &wide_weight), 1e-5);

                let dy = numbers(y.len(), 3);
                let mut dx = vec![0.0; x.len()];
                conv2d_backward_input(spec, &weight, &dy, &mut dx);
                let expected = gradient(&x, |x| weighted(&oracle(spec, images, x, &wide_weight), &dy));
                assert_close("conv2d by input", &dx, &expected, 1e-5);

                let mut dweight = vec![0.0; weight.len()];
                conv2d_backward_weight(spec, &x, &dy, &mut dweight);
                let expected =
                    gradient(&weight, |weight| weighted(&oracle(spec, images, &wide_x, weight), &dy));
                assert_close("conv2d by weight", &dweight, &expected, 1e-5);
            }
        }
    }
}
