//! 2-D convolution.

use super::device::computed;
use super::reduce::sum_axis;
use crate::cpu::conv2d as kernel;
use crate::cpu::windows::Windows;
use crate::tensor::{Tensor, record};
use crate::wgsl::conv2d as wgsl;

/// Geometry of [`Tensor::conv2d`]; the same for height and width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv2dOptions {
    /// Step from one window to the next.
    pub stride: usize,
    /// Rows and columns of zeros added at each edge.
    pub padding: usize,
    /// Number of groups of channels; outputs of a group see only the inputs of that group.
    pub groups: usize,
}

impl Default for Conv2dOptions {
    fn default() -> Self {
        Self { stride: 1, padding: 0, groups: 1 }
    }
}

/// Checks the shapes and describes the convolution to the kernels.
#[track_caller]
fn spec(x: &Tensor, weight: &Tensor, options: Conv2dOptions) -> kernel::Conv2d {
    let (&[_, channels, height, width], &[outputs, inputs, kernel_height, kernel_width]) =
        (x.shape(), weight.shape())
    else {
        panic!("conv2d: input {:?}, weight {:?}", x.shape(), weight.shape());
    };
    let Conv2dOptions { stride, padding, groups } = options;
    let divides = groups > 0 && outputs.is_multiple_of(groups) && channels == groups * inputs;
    assert!(divides, "conv2d: input {:?}, weight {:?}, {options:?}", x.shape(), weight.shape());
    let windows = Windows { plane: [height, width], kernel: [kernel_height, kernel_width], stride, padding };
    kernel::Conv2d { channels, outputs, groups, windows }
}

impl Tensor {
    /// Convolves `x (N, C, H, W)` with `weight (O, C / groups, kernel height, kernel width)` and adds
    /// `bias (O)`, like `torch.nn.Conv2d`:
    /// `y[n, o, i, j] = bias[o] + Σ_c,a,b weight[o, c, a, b] · x[n, c, u, v]` with
    /// `u = i·stride + a - padding` and `v = j·stride + b - padding`.
    ///
    /// # Panics
    /// If the shapes do not fit, or the kernel is larger than the padded input.
    #[track_caller]
    pub fn conv2d(&self, weight: &Self, bias: Option<&Self>, options: Conv2dOptions) -> Self {
        let spec = spec(self, weight, options);
        let [rows, columns] = spec.windows.count();
        let shape = [self.dim(0), spec.outputs, rows, columns];
        let y = computed(
            [self, weight],
            &shape,
            |[x, weight], y| kernel::conv2d(spec, x, weight, y),
            |[x, weight], y| wgsl::conv2d(spec, x, weight, y),
        );
        let (x, w) = (self.detach(), weight.detach());
        let [y] = record(&[self, weight], [y], move |upstream| {
            let dy = upstream.grad();
            let dx = upstream.when(0, || {
                computed(
                    [&w, dy],
                    x.shape(),
                    |[w, dy], dx| kernel::conv2d_backward_input(spec, w, dy, dx),
                    |[w, dy], dx| wgsl::conv2d_backward_input(spec, w, dy, dx),
                )
            });
            let dw = upstream.when(1, || {
                computed(
                    [&x, dy],
                    w.shape(),
                    |[x, dy], dw| kernel::conv2d_backward_weight(spec, x, dy, dw),
                    |[x, dy], dw| wgsl::conv2d_backward_weight(spec, x, dy, dw),
                )
            });
            vec![dx, dw]
        });
        match bias {
            Some(bias) => y.add_channels(bias),
            None => y,
        }
    }

    /// `x[n, c, …] + bias[c]` for `(N, C, H, W)` and `bias (C)`.
    #[track_caller]
    fn add_channels(&self, bias: &Self) -> Self {
        let (images, channels) = (self.dim(0), self.dim(1));
        assert_eq!(bias.shape(), [channels], "conv2d: {channels} outputs, bias {:?}", bias.shape());
        let area = self.numel() / (images * channels).max(1);
        let y = self.detach().add(&bias.detach().reshape(&[channels, 1, 1]));
        let [y] = record(&[self, bias], [y], move |upstream| {
            let dy = upstream.grad();
            let sum = || sum_axis(&sum_axis(dy, [images * channels, area, 1]), [1, images, channels]);
            vec![Some(dy.clone()), upstream.when(1, || sum().with_shape(&[channels]))]
        });
        y
    }
}
