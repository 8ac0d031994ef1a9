//! Average and max pooling over images, and nearest-neighbour upsampling.

use super::device::computed;
use super::reduce::{repeat, sum_axis};
use crate::cpu::pool2d::{Pool, pool2d, pool2d_backward};
use crate::cpu::windows::Windows;
use crate::tensor::{Tensor, record};
use crate::wgsl::pool2d as wgsl;

impl Tensor {
    /// Average of each `kernel` x `kernel` window of `(N, C, H, W)`; the `padding` beyond the edges counts as
    /// zeros.
    ///
    /// # Panics
    /// If the padding is more than half the kernel, or the kernel larger than the padded input.
    #[track_caller]
    pub fn avg_pool2d(&self, kernel: usize, stride: usize, padding: usize) -> Self {
        self.pooled(Pool::Average, kernel, stride, padding)
    }

    /// Maximum of each `kernel` x `kernel` window of `(N, C, H, W)`; elements of the `padding` are never
    /// chosen.
    ///
    /// # Panics
    /// If the padding is more than half the kernel, or the kernel larger than the padded input.
    #[track_caller]
    pub fn max_pool2d(&self, kernel: usize, stride: usize, padding: usize) -> Self {
        self.pooled(Pool::Max, kernel, stride, padding)
    }

    #[track_caller]
    fn pooled(&self, pool: Pool, kernel: usize, stride: usize, padding: usize) -> Self {
        let &[images, channels, height, width] = self.shape() else {
            panic!("pool2d: input {:?}", self.shape());
        };
        assert!(2 * padding <= kernel, "pool2d: padding {padding} of a kernel of {kernel}");
        let windows = Windows { plane: [height, width], kernel: [kernel; 2], stride, padding };
        let [rows, columns] = windows.count();
        let y = computed(
            [self],
            &[images, channels, rows, columns],
            |[x], y| pool2d(pool, windows, x, y),
            |[x], y| wgsl::pool2d(pool, windows, x, y),
        );
        let x = self.detach();
        let [y] = record(&[self], [y], move |upstream| {
            let dx = computed(
                [&x, upstream.grad()],
                x.shape(),
                |[x, dy], dx| pool2d_backward(pool, windows, x, dy, dx),
                |[x, dy], dx| wgsl::pool2d_backward(pool, windows, x, dy, dx),
            );
            vec![Some(dx)]
        });
        y
    }

    /// Repeats every pixel of `(N, C, H, W)` as a square of `scale` x `scale`; returns
    /// `(N, C, scale·H, scale·W)`, like `torch.nn.Upsample(mode="nearest")`.
    #[track_caller]
    pub fn upsample_nearest2d(&self, scale: usize) -> Self {
        let &[images, channels, height, width] = self.shape() else {
            panic!("upsample_nearest2d: input {:?}", self.shape());
        };
        let (pixels, row) = ([self.numel(), scale, 1], [images * channels * height, scale, scale * width]);
        let y = repeat(&repeat(&self.detach(), pixels), row);
        let y = y.with_shape(&[images, channels, scale * height, scale * width]);
        let shape = self.shape_struct();
        let [y] = record(&[self], [y], move |upstream| {
            vec![Some(sum_axis(&sum_axis(upstream.grad(), row), pixels).with_shape(&shape))]
        });
        y
    }
}
