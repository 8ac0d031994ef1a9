//! Permutation of axes, slices along an axis, and repetition; twin of [`cpu::permute`](crate::cpu::permute).
//! Any length: tensors too large for one binding are processed in parts.

use super::lib;
use super::strided::{Axes, Grid, TWO, contiguous, padded};
use crate::gpu::{Access, Kernel, View};
use crate::shape::MAX_RANK;

const STRIDED: Kernel = Kernel {
    name: "strided",
    source: &[lib::HEAD, lib::ELEMENTS, lib::AXES, include_str!("../../shaders/strided.wgsl")],
    bindings: &[Access::Read, Access::Write],
    params: TWO,
};

/// The kernels of this file.
pub const KERNELS: &[Kernel] = &[STRIDED];

/// `out[i_axes[0], i_axes[1], …] = x[i_0, i_1, …]`: axis `d` of the result is axis `axes[d]` of `x`, which
/// has this `shape`. Any rank up to 4.
#[track_caller]
pub fn permute(x: View<'_>, shape: &[usize], axes: &[usize], out: View<'_>) {
    let rank = shape.len();
    assert_eq!(axes.len(), rank, "permute: one axis for each dimension");
    assert!((0..rank).all(|axis| axes.contains(&axis)), "permute: {axes:?} is no permutation");
    let missing = MAX_RANK - rank;
    let from = padded(shape);
    let in_x = contiguous(&from);
    let of_x = |axis: usize| if axis < missing { axis } else { missing + axes[axis - missing] };
    let sizes: Axes = std::array::from_fn(|axis| from[of_x(axis)]);
    let strides: Axes = std::array::from_fn(|axis| in_x[of_x(axis)]);
    assert_eq!([x.len, out.len], [sizes.iter().product::<usize>(); 2], "permute: lengths");
    Grid::new(sizes, [strides, contiguous(&sizes)]).dispatch(&STRIDED, &[], [x, out]);
}

/// A slice of a tensor along one axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slab {
    /// The tensor viewed as (outer, size, inner).
    pub whole: [usize; 3],
    /// Start of the slice along `size`.
    pub start: usize,
    /// Length of the slice along `size`.
    pub len: usize,
}

impl Slab {
    /// The grid of an operation between the whole tensor, its first operand, and the slice.
    fn grid(&self) -> Grid<2> {
        let [outer, size, inner] = self.whole;
        let sizes = padded(&[outer, self.len * inner]);
        let strides = [[0, 0, size * inner, 1], [0, 0, self.len * inner, 1]];
        Grid { sizes, starts: [self.start * inner, 0], strides }
    }

    #[track_caller]
    fn check(&self, whole: View<'_>, part: View<'_>) {
        let [outer, size, inner] = self.whole;
        assert!(self.start + self.len <= size, "slab: {self:?}");
        assert_eq!([whole.len, part.len], [size, self.len].map(|size| outer * size * inner), "slab: lengths");
    }
}

/// Copies the slice of `whole` to `part`.
#[track_caller]
pub fn read_slab(slab: Slab, whole: View<'_>, part: View<'_>) {
    slab.check(whole, part);
    slab.grid().dispatch(&STRIDED, &[], [whole, part]);
}

/// Copies `part` to the slice of `whole`; the rest is unchanged.
#[track_caller]
pub fn write_slab(slab: Slab, part: View<'_>, whole: View<'_>) {
    slab.check(whole, part);
    let Grid { sizes, starts: [a, b], strides: [from, to] } = slab.grid();
    let turned = Grid { sizes, starts: [b, a], strides: [to, from] };
    turned.dispatch(&STRIDED, &[], [part, whole]);
}

/// `out[o, s, i] = x[o, i]` for `x` (outer, inner) and `out` (outer, size, inner): the backward pass of a sum
/// over `size`.
#[track_caller]
pub fn repeat(x: View<'_>, [outer, size, inner]: [usize; 3], out: View<'_>) {
    assert_eq!([x.len, out.len], [outer * inner, outer * size * inner], "repeat: lengths");
    let sizes = padded(&[outer, size, inner]);
    Grid::new(sizes, [[0, inner, 0, 1], contiguous(&sizes)]).dispatch(&STRIDED, &[], [x, out]);
}
