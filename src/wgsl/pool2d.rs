//! Average and max pooling over the windows of a plane; twin of [`cpu::pool2d`](crate::cpu::pool2d). Tensors
//! too large for one binding are processed in parts.

use super::{CHUNK, lib, most_words, part, word};
use crate::cpu::pool2d::Pool;
use crate::cpu::windows::Windows;
use crate::gpu::{Access, Dispatch, Kernel, View};

const POOL2D: Kernel = Kernel {
    name: "pool2d",
    source: &[lib::HEAD, lib::ELEMENTS, lib::MATH, lib::POOL2D, include_str!("../../shaders/pool2d.wgsl")],
    bindings: &[Access::Read, Access::Write],
    params: Params::PARAMS,
};

const POOL2D_BACKWARD: Kernel = Kernel {
    name: "pool2d_backward",
    source: &[
        lib::HEAD,
        lib::ELEMENTS,
        lib::MATH,
        lib::POOL2D,
        include_str!("../../shaders/pool2d_backward.wgsl"),
    ],
    bindings: &[Access::Read, Access::Read, Access::Write],
    params: Params::PARAMS,
};

/// The kernels of this file.
pub const KERNELS: &[Kernel] = &[POOL2D, POOL2D_BACKWARD];

params! {
    struct Params {
        len: u32,
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

/// Pools `x (C, H, W)` into `y (C, windows)`.
#[track_caller]
pub fn pool2d(pool: Pool, windows: Windows, x: View<'_>, y: View<'_>) {
    let sizes = [windows.plane_area(), windows.windows()];
    run(&POOL2D, pool, windows, [x, y], sizes);
}

/// The gradient of [`pool2d`]; overwrites `dx`.
#[track_caller]
pub fn pool2d_backward(pool: Pool, windows: Windows, x: View<'_>, dy: View<'_>, dx: View<'_>) {
    let sizes = [windows.plane_area(), windows.windows(), windows.plane_area()];
    run(&POOL2D_BACKWARD, pool, windows, [x, dy, dx], sizes);
}

/// Runs a kernel on views whose planes have these sizes, with one invocation per element of the last view.
#[track_caller]
fn run<const N: usize>(
    kernel: &'static Kernel,
    pool: Pool,
    windows: Windows,
    views: [View<'_>; N],
    sizes: [usize; N],
) {
    let (gpu, planes) = (views[0].buffer.gpu(), views[0].len.checked_div(sizes[0]).unwrap_or(0));
    let fits = views.iter().zip(sizes).all(|(view, size)| view.len == planes * size);
    assert!(fits, "{}: lengths against {windows:?}", kernel.name);
    let Windows { plane: [height, width], kernel: [kernel_height, kernel_width], stride, padding } = windows;
    let [rows, columns] = windows.count();
    let most = (most_words(gpu) / sizes.into_iter().max().unwrap_or(1)).max(1);
    for first in (0..planes).step_by(most) {
        let count = most.min(planes - first);
        let shown: [View<'_>; N] =
            std::array::from_fn(|n| part(views[n], first * sizes[n], count * sizes[n]));
        let params = Params {
            len: word(shown[N - 1].len),
            height: word(height),
            width: word(width),
            kernel_height: word(kernel_height),
            kernel_width: word(kernel_width),
            rows: word(rows),
            columns: word(columns),
            stride: word(stride),
            padding: word(padding),
        };
        gpu.dispatch(&Dispatch {
            kernel,
            constants: &[("MAX", f64::from(u8::from(pool == Pool::Max)))],
            params: bytemuck::bytes_of(&params),
            views: &shown,
            groups: shown[N - 1].len.div_ceil(CHUNK),
        });
    }
}
