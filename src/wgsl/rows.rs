//! Kernels over rows: a workgroup for a long row, an invocation for a short one.

use super::{most_words, word};
use crate::gpu::{Dispatch, Gpu, Kernel, Params, View};
use std::ops::Range;

/// Rows up to this length are short: a tree of barriers would cost more than its sum.
const SHORT: usize = 32;
/// Rows up to this length get a small workgroup.
const MIDDLING: usize = 1024;
/// Invocations of a small workgroup.
pub(super) const SMALL: usize = 64;

/// A kernel in its two forms.
pub(super) struct RowKernel {
    pub narrow: Kernel,
    pub wide: Kernel,
}

/// The [`RowKernel`] with this name, these bindings and these parameters.
macro_rules! row_kernel {
    ($name:literal, $bindings:expr, $params:expr) => {
        crate::wgsl::rows::RowKernel {
            narrow: Kernel {
                name: concat!($name, "_narrow"),
                source: &[
                    lib::HEAD,
                    lib::MATH,
                    lib::ROWS_NARROW,
                    include_str!(concat!("../../shaders/", $name, ".wgsl")),
                ],
                bindings: $bindings,
                params: $params,
            },
            wide: Kernel {
                name: $name,
                source: &[
                    lib::HEAD,
                    lib::MATH,
                    lib::REDUCE,
                    lib::ROWS_WIDE,
                    include_str!(concat!("../../shaders/", $name, ".wgsl")),
                ],
                bindings: $bindings,
                params: $params,
            },
        }
    };
}
pub(super) use row_kernel;

params! {
    /// How many rows, and how long.
    struct Rows {
        rows: u32,
        cols: u32,
    }
}

/// How the parameters of a kernel lie that needs no more than `rows` and `cols`.
pub(super) const PARAMS: Params = Rows::PARAMS;

/// These parameters.
pub(super) fn params(rows: usize, cols: usize) -> [u8; size_of::<Rows>()] {
    bytemuck::cast(Rows { rows: word(rows), cols: word(cols) })
}

impl RowKernel {
    /// Runs over `rows` rows of `cols` elements.
    #[track_caller]
    pub fn run(
        &self,
        [rows, cols]: [usize; 2],
        constants: &[(&'static str, f64)],
        params: &[u8],
        views: &[View<'_>],
    ) {
        let (kernel, width, groups) = match cols {
            0..=SHORT => (&self.narrow, SMALL, rows.div_ceil(SMALL)),
            _ if cols <= MIDDLING => (&self.wide, SMALL, rows),
            _ => (&self.wide, crate::gpu::WORKGROUP, rows),
        };
        let constants = [&[("WIDTH", width as f64)], constants].concat();
        let gpu = views[0].buffer.gpu();
        gpu.dispatch(&Dispatch { kernel, constants: &constants, params, views, groups });
    }
}

/// `rows` in pieces, so that a view of each can be bound wherever it begins: a multiple of `unit` rows, all
/// but the last. Not even one row may be larger than [`Gpu::most_words`].
pub(super) fn pieces(gpu: &Gpu, rows: usize, cols: usize, unit: usize) -> Vec<Range<usize>> {
    let most = most_words(gpu) / cols.max(1);
    let most = (most / unit * unit).max(unit);
    (0..rows).step_by(most).map(|first| first..rows.min(first + most)).collect()
}

/// These rows of a view.
#[track_caller]
pub(super) fn rows_of<'a>(view: View<'a>, rows: &Range<usize>, cols: usize) -> View<'a> {
    view.part(rows.start * cols, rows.len() * cols)
}
