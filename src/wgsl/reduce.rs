//! Sums with a fixed order; twin of [`cpu::reduce`](crate::cpu::reduce), except that results overwrite the
//! output instead of being added to it.

use super::{lib, most_words, part, word};
use crate::gpu::{Access, Buffer, Dispatch, Gpu, Kernel, View, WORKGROUP};

const SUM: Kernel = Kernel {
    name: "sum",
    source: &[lib::HEAD, include_str!("../../shaders/sum.wgsl")],
    bindings: &[Access::Read, Access::Write],
    params: Params::PARAMS,
};

/// The kernels of this file.
pub const KERNELS: &[Kernel] = &[SUM];

/// Number of elements that one invocation sums serially. A tree sum follows, so the rounding error grows with
/// the logarithm of the length.
const SERIAL: usize = 64;
/// Maximum number of columns that a workgroup reads side by side: a cache line.
const WIDEST: usize = 32;

params! {
    struct Params {
        size: u32,
        inner: u32,
        part: u32,
        parts: u32,
        tiles: u32,
        all_parts: u32,
    }
}

/// One pass over (outer, size, inner), which reduces it to (outer, parts, inner).
#[derive(Clone, Copy)]
struct Pass {
    outer: usize,
    size: usize,
    inner: usize,
    /// Rows per part.
    part: usize,
    squared: bool,
}

impl Pass {
    fn new(gpu: &Gpu, [outer, size, inner]: [usize; 3], squared: bool) -> Self {
        let part = WORKGROUP / width(inner) * SERIAL;
        // A part must be small enough to be bound.
        Self { outer, size, inner, part: part.min((most_words(gpu) / inner.max(1)).max(2)), squared }
    }

    /// Number of parts along `size`. An empty input has one empty part, whose sum is 0.
    fn parts(&self) -> usize {
        self.size.div_ceil(self.part).max(1)
    }

    /// Records the pass, recursively in halves if `x` is too large for one binding.
    fn dispatch(self, x: View<'_>, y: View<'_>) {
        let (parts, gpu) = (self.parts(), x.buffer.gpu());
        if x.len > most_words(gpu) && self.outer * parts > 1 {
            let [head, tail] = self.halves();
            let (x_head, y_head) =
                (head.outer * head.size * self.inner, head.outer * head.parts() * self.inner);
            head.dispatch(part(x, 0, x_head), part(y, 0, y_head));
            return tail.dispatch(part(x, x_head, x.len - x_head), part(y, y_head, y.len - y_head));
        }
        let width = width(self.inner);
        // With few rows, a workgroup has room for several parts.
        let height = (WORKGROUP / width).min(self.size.next_power_of_two());
        let (tiles, all_parts) = (self.inner.div_ceil(width), self.outer * parts);
        let squared = f64::from(u8::from(self.squared));
        let params = Params {
            size: word(self.size),
            inner: word(self.inner),
            part: word(self.part),
            parts: word(parts),
            tiles: word(tiles),
            all_parts: word(all_parts),
        };
        gpu.dispatch(&Dispatch {
            kernel: &SUM,
            constants: &[("WIDTH", width as f64), ("HEIGHT", height as f64), ("SQUARED", squared)],
            params: bytemuck::bytes_of(&params),
            views: &[x, y],
            groups: all_parts.div_ceil(WORKGROUP / (width * height)) * tiles,
        });
    }

    /// Splits the outer blocks in two, or if there is only one, its parts.
    fn halves(self) -> [Self; 2] {
        if self.outer > 1 {
            let head = self.outer / 2;
            return [head, self.outer - head].map(|outer| Self { outer, ..self });
        }
        let head = self.parts() / 2 * self.part;
        [head, self.size - head].map(|size| Self { size, ..self })
    }
}

/// Number of columns that a workgroup processes side by side, a power of two.
fn width(inner: usize) -> usize {
    inner.next_power_of_two().min(WIDEST)
}

/// `out[o, i] = Σ_s x[o, s, i]` for `x` (outer, size, inner) of any size. If `x` is larger than a binding,
/// two rows of `inner` elements must fit into one.
#[track_caller]
pub fn sum_axis(x: View<'_>, [outer, size, inner]: [usize; 3], out: View<'_>) {
    assert_eq!([x.len, out.len], [outer * size * inner, outer * inner], "sum: lengths");
    let gpu = x.buffer.gpu();
    let pass = Pass::new(gpu, [outer, size, inner], false);
    let parts = pass.parts();
    if parts == 1 {
        return pass.dispatch(x, out);
    }
    let sums = gpu.empty(outer * parts * inner);
    pass.dispatch(x, (&sums).into());
    sum_axis((&sums).into(), [outer, parts, inner], out);
}

/// `out[0] = Σ x`, for any number of elements.
#[track_caller]
pub fn sum(x: View<'_>, out: View<'_>) {
    sum_axis(x, [1, x.len, 1], out);
}

/// `out[c] = Σ_r x[r, c]` for `x` (R, `cols`) and `out` (`cols`).
#[track_caller]
pub fn sum_rows(x: View<'_>, cols: usize, out: View<'_>) {
    sum_axis(x, [1, x.len.checked_div(cols).unwrap_or(0), cols], out);
}

/// Sets `out[0]` to the sum of squares over all of `xs`, for the norm of a gradient.
#[track_caller]
pub fn sum_of_squares(xs: &[Buffer], out: View<'_>) {
    let gpu = out.buffer.gpu();
    let passes: Vec<Pass> = xs.iter().map(|x| Pass::new(gpu, [1, x.len(), 1], true)).collect();
    let sums = gpu.empty(passes.iter().map(Pass::parts).sum());
    let mut at = 0;
    for (x, pass) in xs.iter().zip(passes) {
        pass.dispatch(x.into(), sums.view(at, pass.parts()));
        at += pass.parts();
    }
    sum((&sums).into(), out);
}
