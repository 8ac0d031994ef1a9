//! Strided access to several operands over common axes.

use super::{CHUNK, most_words, part, word};
use crate::gpu::{Dispatch, Kernel, Params, View};
use crate::shape::MAX_RANK;

/// Sizes or strides of four axes, outermost first; missing axes, on the left, have size 1.
pub(super) type Axes = [usize; MAX_RANK];

/// Parameter layout of a grid of two operands, as a shader declares it. [`Grid::dispatch`] writes the
/// parameters word by word for any number of operands, so there is no struct to derive this from.
pub(super) const TWO: Params = Params {
    bytes: 52,
    fields: &[("sizes", "[u32; 4]", 0), ("x", "[u32; 4]", 16), ("y", "[u32; 4]", 32), ("len", "u32", 48)],
};

/// Parameter layout of a grid of three operands.
pub(super) const THREE: Params = Params {
    bytes: 68,
    fields: &[
        ("sizes", "[u32; 4]", 0),
        ("a", "[u32; 4]", 16),
        ("b", "[u32; 4]", 32),
        ("y", "[u32; 4]", 48),
        ("len", "u32", 64),
    ],
};

/// `N` operands over common axes: at index `i`, the element of operand `n` is `starts[n] + Σ i · strides[n]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Grid<const N: usize> {
    pub sizes: Axes,
    pub starts: [usize; N],
    pub strides: [Axes; N],
}

impl<const N: usize> Grid<N> {
    pub fn new(sizes: Axes, strides: [Axes; N]) -> Self {
        Self { sizes, starts: [0; N], strides }
    }

    fn len(&self) -> usize {
        self.sizes.iter().product()
    }

    /// Number of words from operand `n`'s first element through its last.
    fn span(&self, n: usize) -> usize {
        1 + self.sizes.iter().zip(&self.strides[n]).map(|(size, stride)| (size - 1) * stride).sum::<usize>()
    }

    /// The same elements in the same order with as few axes as possible, and the number of these axes.
    fn joined(&self) -> (Self, usize) {
        let mut joined = Self { sizes: [1; MAX_RANK], strides: [[0; MAX_RANK]; N], ..*self };
        // The joined axis being extended; `MAX_RANK` before the first.
        let mut to = MAX_RANK;
        for axis in (0..MAX_RANK).rev().filter(|&axis| self.sizes[axis] > 1) {
            let continues = to < MAX_RANK
                && (0..N).all(|n| self.strides[n][axis] == joined.strides[n][to] * joined.sizes[to]);
            if continues {
                joined.sizes[to] *= self.sizes[axis];
                continue;
            }
            to -= 1;
            joined.sizes[to] = self.sizes[axis];
            (0..N).for_each(|n| joined.strides[n][to] = self.strides[n][axis]);
        }
        (joined, (MAX_RANK - to).max(1))
    }

    /// Splits in two the axis along which operand `n` spans the most words.
    fn halves(&self, n: usize) -> [Self; 2] {
        let extent = |&axis: &usize| (self.sizes[axis] - 1) * self.strides[n][axis];
        let axis = (0..MAX_RANK).max_by_key(extent).expect("there are axes");
        let (mut head, mut tail) = (*self, *self);
        head.sizes[axis] = self.sizes[axis] / 2;
        tail.sizes[axis] = self.sizes[axis] - head.sizes[axis];
        for (start, strides) in tail.starts.iter_mut().zip(&self.strides) {
            *start += head.sizes[axis] * strides[axis];
        }
        [head, tail]
    }

    /// Splits the grid into parts in which no operand spans more than `most` words.
    fn parts(self, most: usize) -> Vec<Self> {
        let mut open = vec![self];
        let mut parts = Vec::new();
        while let Some(grid) = open.pop().filter(|grid| grid.len() > 0) {
            match (0..N).find(|&n| grid.span(n) > most) {
                Some(n) => open.extend(grid.halves(n).into_iter().rev()),
                None => parts.push(grid),
            }
        }
        parts
    }

    /// Runs a kernel over the grid. Its parameters are the sizes, the strides of each operand and the number
    /// of elements.
    #[track_caller]
    pub fn dispatch(self, kernel: &Kernel, constants: &[(&'static str, f64)], views: [View<'_>; N]) {
        let gpu = views[0].buffer.gpu();
        for grid in self.parts(most_words(gpu)) {
            let (joined, rank) = grid.joined();
            let axes = [joined.sizes].into_iter().chain(joined.strides).flatten();
            let params: Vec<u32> = axes.chain([joined.len()]).map(word).collect();
            let constants = [constants, &[("RANK", rank as f64)]].concat();
            let shown: [View<'_>; N] =
                std::array::from_fn(|n| part(views[n], joined.starts[n], joined.span(n)));
            gpu.dispatch(&Dispatch {
                kernel,
                constants: &constants,
                params: bytemuck::cast_slice(&params),
                views: &shown,
                groups: joined.len().div_ceil(CHUNK),
            });
        }
    }
}

/// Pads sizes to four axes.
pub(super) fn padded(sizes: &[usize]) -> Axes {
    let mut axes = [1; MAX_RANK];
    axes[MAX_RANK - sizes.len()..].copy_from_slice(sizes);
    axes
}

/// Strides of a contiguous row-major tensor with these sizes.
pub(super) fn contiguous(sizes: &Axes) -> Axes {
    let mut strides = [1; MAX_RANK];
    for axis in (1..MAX_RANK).rev() {
        strides[axis - 1] = strides[axis] * sizes[axis];
    }
    strides
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The elements of every operand, in order.
    fn elements<const N: usize>(grid: &Grid<N>) -> Vec<[usize; N]> {
        let strides = contiguous(&grid.sizes);
        let index = |element: usize, axis: usize| element / strides[axis] % grid.sizes[axis];
        let at = |element, n: usize| -> usize {
            let steps = (0..MAX_RANK).map(|axis| index(element, axis) * grid.strides[n][axis]);
            grid.starts[n] + steps.sum::<usize>()
        };
        (0..grid.len()).map(|element| std::array::from_fn(|n| at(element, n))).collect()
    }

    fn grids() -> Vec<Grid<2>> {
        let mut grids = Vec::new();
        for sizes in [[1, 1, 1, 1], [1, 1, 1, 7], [1, 5, 1, 3], [2, 3, 5, 4], [3, 1, 4, 1]] {
            let full = contiguous(&sizes);
            let row = [0, 0, 0, 1].map(|stride| stride * usize::from(sizes[3] > 1));
            let turned = [full[1], full[0], full[3], full[2]];
            let turned_sizes = [sizes[1], sizes[0], sizes[3], sizes[2]];
            grids.push(Grid::new(sizes, [full, full]));
            grids.push(Grid::new(sizes, [full, row]));
            grids.push(Grid::new(sizes, [[0; 4], full]));
            grids.push(Grid::new(turned_sizes, [turned, contiguous(&turned_sizes)]));
        }
        grids.push(Grid::new([0, 1, 2, 3], [[6, 6, 3, 1]; 2]));
        grids
    }

    #[test]
    fn joined_axes_are_the_same_elements() {
        for grid in grids().into_iter().filter(|grid| grid.len() > 0) {
            let (joined, rank) = grid.joined();
            assert_eq!(elements(&joined), elements(&grid));
            assert!(joined.sizes[..MAX_RANK - rank].iter().all(|&size| size == 1), "{joined:?}");
        }
        let equal = Grid::new([2, 3, 4, 5], [[60, 20, 5, 1]; 3]).joined();
        assert_eq!(equal.1, 1);
        let rows = Grid::new([2, 3, 4, 5], [[60, 20, 5, 1], [0, 0, 0, 1]]).joined();
        assert_eq!((rows.0.sizes, rows.1), ([1, 1, 24, 5], 2));
    }

    #[test]
    fn parts_are_small_and_miss_nothing() {
        for grid in grids() {
            for most in [1, 2, 7, 1000] {
                let parts = grid.parts(most);
                assert!(parts.iter().all(|part| (0..2).all(|n| part.span(n) <= most)), "{grid:?}");
                let mut found: Vec<_> = parts.iter().flat_map(elements).collect();
                let mut expected = elements(&grid);
                found.sort_unstable();
                expected.sort_unstable();
                assert_eq!(found, expected, "{grid:?} {most}");
            }
        }
    }
}
