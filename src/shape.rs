//! Tensor shapes: at most four dimensions, row-major.

use std::fmt;
use std::ops::Deref;

/// The largest number of dimensions a tensor may have.
pub const MAX_RANK: usize = 4;

/// The size of every dimension, outermost first. A scalar has rank 0.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    dims: [usize; MAX_RANK],
    rank: usize,
}

impl Shape {
    /// Creates a shape from its dimensions, outermost first.
    ///
    /// # Panics
    /// If there are more than [`MAX_RANK`] dimensions.
    #[track_caller]
    pub fn new(dims: &[usize]) -> Self {
        assert!(dims.len() <= MAX_RANK, "rank {} is above {MAX_RANK}: {dims:?}", dims.len());
        let mut shape = Self { dims: [1; MAX_RANK], rank: dims.len() };
        shape.dims[..dims.len()].copy_from_slice(dims);
        shape
    }

    /// Number of elements.
    pub fn numel(&self) -> usize {
        self.iter().product()
    }

    /// The common shape of two operands under NumPy's broadcasting rule. `op` names the operation in the
    /// panic message.
    ///
    /// # Panics
    /// If a dimension differs and neither side is 1.
    #[track_caller]
    pub fn broadcast(&self, other: &Self, op: &str) -> Self {
        let rank = self.rank.max(other.rank);
        let mut dims = [1; MAX_RANK];
        for (axis, dim) in dims[..rank].iter_mut().enumerate() {
            *dim = match (self.dim_from_left(axis, rank), other.dim_from_left(axis, rank)) {
                (a, b) if a == b => a,
                (1, b) => b,
                (a, 1) => a,
                _ => panic!("{op}: shapes {self:?} and {other:?} do not broadcast"),
            };
        }
        Self::new(&dims[..rank])
    }

    /// Size of dimension `axis` after padding this shape with ones on the left to `rank` dimensions.
    fn dim_from_left(&self, axis: usize, rank: usize) -> usize {
        let missing = rank - self.rank;
        if axis < missing { 1 } else { self.dims[axis - missing] }
    }

    /// Element strides of this shape when broadcast to `to`: 0 where an axis is repeated.
    pub(crate) fn strides_as(&self, to: &Self) -> [usize; MAX_RANK] {
        let mut strides = [0; MAX_RANK];
        let mut step = 1;
        for axis in (0..to.rank).rev() {
            let dim = self.dim_from_left(axis, to.rank);
            strides[axis] = if dim == 1 { 0 } else { step };
            step *= dim;
        }
        strides
    }
}

impl Deref for Shape {
    type Target = [usize];
    fn deref(&self) -> &[usize] {
        &self.dims[..self.rank]
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broadcasting_follows_numpy() {
        let a = Shape::new(&[2, 1, 3]);
        let b = Shape::new(&[4, 1]);
        let c = a.broadcast(&b, "add");
        assert_eq!(&*c, &[2, 4, 3]);
        assert_eq!(&a.strides_as(&c)[..3], &[3, 0, 1]);
        assert_eq!(&b.strides_as(&c)[..3], &[0, 1, 0]);
        assert_eq!(Shape::new(&[]).numel(), 1);
    }

    #[test]
    #[should_panic(expected = "do not broadcast")]
    fn incompatible_shapes_panic() {
        Shape::new(&[2]).broadcast(&Shape::new(&[3]), "add");
    }
}
