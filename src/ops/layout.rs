//! The same numbers in another order or shape.

use crate::cpu::permute::permute;
use crate::tensor::{Tensor, record};

/// Copies between a tensor seen as `(outer, size, inner)` and its part `start..start + len` along `size`.
struct Slab {
    outer: usize,
    size: usize,
    inner: usize,
    start: usize,
    len: usize,
}

impl Slab {
    fn of(shape: &[usize], axis: usize, start: usize, len: usize) -> Self {
        let outer = shape[..axis].iter().product();
        let inner = shape[axis + 1..].iter().product();
        Self { outer, size: shape[axis], inner, start, len }
    }

    /// Whole-tensor range and part range of every block.
    fn blocks(&self) -> impl Iterator<Item = (std::ops::Range<usize>, std::ops::Range<usize>)> {
        let (part, whole, offset) = (self.len * self.inner, self.size * self.inner, self.start * self.inner);
        (0..self.outer).map(move |i| {
            let begin = i * whole + offset;
            (begin..begin + part, i * part..(i + 1) * part)
        })
    }

    fn read(&self, whole: &[f32]) -> Vec<f32> {
        let mut part = vec![0.0; self.outer * self.len * self.inner];
        self.blocks().for_each(|(from, to)| part[to].copy_from_slice(&whole[from]));
        part
    }

    fn write(&self, part: &[f32], whole: &mut [f32]) {
        self.blocks().for_each(|(to, from)| whole[to].copy_from_slice(&part[from]));
    }
}

impl Tensor {
    /// The same values, row-major, under another shape.
    #[track_caller]
    pub fn reshape(&self, shape: &[usize]) -> Self {
        let before = self.shape_struct();
        let [y] = record(&[self], [self.with_shape(shape)], move |upstream| {
            vec![Some(upstream.grad().with_shape(&before))]
        });
        y
    }

    /// Dimension `i` of the result is dimension `axes[i]` of this tensor.
    #[track_caller]
    pub fn permute(&self, axes: &[usize]) -> Self {
        let mut inverse = vec![usize::MAX; axes.len()];
        axes.iter().enumerate().for_each(|(to, &from)| inverse[from] = to);
        assert!(
            axes.len() == self.shape().len() && !inverse.contains(&usize::MAX),
            "permute: axes {axes:?} of shape {:?}",
            self.shape()
        );
        let permuted = |x: &Self, axes: &[usize]| {
            let mut values = vec![0.0; x.numel()];
            permute(x.data(), x.shape(), axes, &mut values);
            let shape: Vec<usize> = axes.iter().map(|&axis| x.dim(axis)).collect();
            Self::from_vec(values, &shape)
        };
        let [y] = record(&[self], [permuted(self, axes)], move |upstream| {
            vec![Some(permuted(upstream.grad(), &inverse))]
        });
        y
    }

    /// Swaps two dimensions.
    #[track_caller]
    pub fn transpose(&self, a: usize, b: usize) -> Self {
        let mut axes: Vec<usize> = (0..self.shape().len()).collect();
        axes.swap(a, b);
        self.permute(&axes)
    }

    /// Part `start..start + len` along `axis`.
    #[track_caller]
    pub fn narrow(&self, axis: usize, start: usize, len: usize) -> Self {
        let shape = self.shape_struct();
        assert!(start + len <= shape[axis], "narrow: {start}+{len} of dimension {axis} of {shape:?}");
        let slab = Slab::of(&shape, axis, start, len);
        let mut part = shape.to_vec();
        part[axis] = len;
        let y = Self::from_vec(slab.read(self.data()), &part);
        let [y] = record(&[self], [y], move |upstream| {
            let mut dx = vec![0.0; shape.numel()];
            slab.write(upstream.grad().data(), &mut dx);
            vec![Some(Self::from_vec(dx, &shape))]
        });
        y
    }
}

/// Joins tensors along `axis`; all other dimensions are equal.
///
/// # Panics
/// If `tensors` is empty or the shapes do not fit.
#[track_caller]
pub fn concat(tensors: &[&Tensor], axis: usize) -> Tensor {
    let first = tensors.first().expect("concat of no tensors");
    let mut shape = first.shape().to_vec();
    shape[axis] = tensors.iter().map(|tensor| tensor.dim(axis)).sum();
    let mut values = vec![0.0; shape.iter().product()];
    let mut slabs = Vec::with_capacity(tensors.len());
    let mut start = 0;
    for tensor in tensors {
        let fits = tensor.shape().len() == shape.len()
            && (0..shape.len()).all(|other| other == axis || tensor.dim(other) == shape[other]);
        assert!(fits, "concat along {axis}: {:?} and {:?}", first.shape(), tensor.shape());
        let slab = Slab::of(&shape, axis, start, tensor.dim(axis));
        slab.write(tensor.data(), &mut values);
        start += tensor.dim(axis);
        slabs.push((slab, tensor.shape_struct()));
    }
    let [y] = record(tensors, [Tensor::from_vec(values, &shape)], move |upstream| {
        let dy = upstream.grad().data();
        slabs.iter().map(|(slab, shape)| Some(Tensor::from_vec(slab.read(dy), shape))).collect()
    });
    y
}
