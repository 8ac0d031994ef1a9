//! Sliding windows over planes; twin of [`cpu::windows`](crate::cpu::windows), for several images at once,
//! whose windows are adjacent in the result. `x` and `y` must each fit into a binding.

use super::{CHUNK, lib, word};
use crate::cpu::windows::Windows;
use crate::gpu::{Access, Dispatch, Kernel, View};

const UNFOLD: Kernel = Kernel {
    name: "unfold",
    source: &[lib::HEAD, lib::ELEMENTS, lib::WINDOWS, include_str!("../../shaders/unfold.wgsl")],
    bindings: &[Access::Read, Access::Write],
    params: Params::PARAMS,
};

const FOLD: Kernel = Kernel {
    name: "fold",
    source: &[lib::HEAD, lib::ELEMENTS, lib::WINDOWS, include_str!("../../shaders/fold.wgsl")],
    bindings: &[Access::Read, Access::Write],
    params: Params::PARAMS,
};

/// The kernels of this file.
pub const KERNELS: &[Kernel] = &[UNFOLD, FOLD];

params! {
    struct Params {
        len: u32,
        images: u32,
        channels: u32,
        height: u32,
        width: u32,
        kernel_height: u32,
        kernel_width: u32,
        rows: u32,
        columns: u32,
        stride: u32,
        padding: u32,
    }
}

/// `y[c, ky, kx, n, p] = x[n, c, …]`, the element (ky, kx) of window p; 0 beyond the edges. For `x` (N,
/// `channels`, H, W) and `y` (`channels`, kernel, N, windows).
#[track_caller]
pub fn unfold(windows: Windows, channels: usize, x: View<'_>, y: View<'_>) {
    run(&UNFOLD, windows, channels, x.len, [x, y]);
}

/// The transpose of [`unfold`]: overwrites each element of `x` with the sum over all places in `y` that
/// `unfold` copies it to.
#[track_caller]
pub fn fold(windows: Windows, channels: usize, y: View<'_>, x: View<'_>) {
    run(&FOLD, windows, channels, x.len, [y, x]);
}

/// Runs a kernel with one invocation per element of the second view; `x` is the number of elements in all
/// images.
#[track_caller]
fn run(kernel: &Kernel, windows: Windows, channels: usize, x: usize, views: [View<'_>; 2]) {
    let Windows { plane: [height, width], kernel: [kernel_height, kernel_width], stride, padding } = windows;
    let ([rows, columns], image) = (windows.count(), channels * windows.plane_area());
    let images = x.checked_div(image).unwrap_or(0);
    let unfolded = images * channels * windows.area() * rows * columns;
    let fits = x == images * image && views[0].len + views[1].len == x + unfolded;
    assert!(fits, "{}: lengths against {windows:?}", kernel.name);
    let params = Params {
        len: word(views[1].len),
        images: word(images),
        channels: word(channels),
        height: word(height),
        width: word(width),
        kernel_height: word(kernel_height),
        kernel_width: word(kernel_width),
        rows: word(rows),
        columns: word(columns),
        stride: word(stride),
        padding: word(padding),
    };
    views[0].buffer.gpu().dispatch(&Dispatch {
        kernel,
        constants: &[],
        params: bytemuck::bytes_of(&params),
        views: &views,
        groups: views[1].len.div_ceil(CHUNK),
    });
}
