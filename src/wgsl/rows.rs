//! Row-wise kernels: one workgroup per long row, one invocation per short row.

use super::{most_words, word};
use crate::gpu::{Dispatch, Gpu, Kernel, Params, View};
use std::ops::Range;

/// Rows up to this length get one invocation: a tree reduction with barriers would cost more than the sum.
const SHORT: usize = 32;
/// Rows up to this length get a small workgroup.
const MIDDLING: usize = 1024;
/// Size of a small workgroup.
pub(super) const SMALL: usize = 64;

/// A kernel in its two variants.
pub(super) struct RowKernel {
    pub narrow: Kernel,
    pub wide: Kernel,
}

/// Builds the [`RowKernel`] with this name, these bindings and these parameters.
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
    /// Number and length of rows.
    struct Rows {
        rows: u32,
        cols: u32,
    }
}

/// Parameter layout of kernels that need only `rows` and `cols`.
pub(super) const PARAMS: Params = Rows::PARAMS;

/// Parameters with the layout [`PARAMS`].
pub(super) fn params(rows: usize, cols: usize) -> [u8; size_of::<Rows>()] {
    bytemuck::cast(Rows { rows: word(rows), cols: word(cols) })
}

impl RowKernel {
    /// Runs the kernel over `rows` rows of `cols` elements.
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

/// Splits `rows` into ranges for which a view can be bound at any start. All but the last have a multiple of
/// `unit` rows. A single row must not be larger than [`Gpu::most_words`].
pub(super) fn pieces(gpu: &Gpu, rows: usize, cols: usize, unit: usize) -> Vec<Range<usize>> {
    let most = most_words(gpu) / cols.max(1);
    let most = (most / unit * unit).max(unit);
    (0..rows).step_by(most).map(|first| first..rows.min(first + most)).collect()
}

/// The part of a view that holds these rows.
#[track_caller]
pub(super) fn rows_of<'a>(view: View<'a>, rows: &Range<usize>, cols: usize) -> View<'a> {
    view.part(rows.start * cols, rows.len() * cols)
}
