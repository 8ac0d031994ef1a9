//! Ops that change the order or shape of the elements, but not their values.

use super::device::computed;
use crate::cpu::permute::permute;
use crate::shape::Shape;
use crate::tensor::{Tensor, record};
use crate::wgsl::{self, permute::Slab};
use std::ops::Range;

/// Part `start..start + len` of a tensor seen as `(outer, size, inner)`.
struct Part {
    slab: Slab,
    /// Shape of the part.
    shape: Shape,
}

impl Part {
    fn of(whole: &[usize], axis: usize, start: usize, len: usize) -> Self {
        let blocks = [whole[..axis].iter().product(), whole[axis], whole[axis + 1..].iter().product()];
        let mut shape = whole.to_vec();
        shape[axis] = len;
        Self { slab: Slab { whole: blocks, start, len }, shape: Shape::new(&shape) }
    }

    /// Yields, for each block, its range in the whole tensor and its range in the part.
    fn blocks(&self) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
        let Slab { whole: [outer, size, inner], start, len } = self.slab;
        let (part, whole, offset) = (len * inner, size * inner, start * inner);
        (0..outer).map(move |i| {
            let begin = i * whole + offset;
            (begin..begin + part, i * part..(i + 1) * part)
        })
    }

    /// Copies this part out of `whole`.
    fn read(&self, whole: &Tensor) -> Tensor {
        let on_cpu = |[whole]: [&[f32]; 1], part: &mut [f32]| {
            self.blocks().for_each(|(from, to)| part[to].copy_from_slice(&whole[from]));
        };
        computed([whole], &self.shape, on_cpu, |[whole], part| {
            wgsl::permute::read_slab(self.slab, whole, part);
        })
    }

    fn write(&self, part: &[f32], whole: &mut [f32]) {
        self.blocks().for_each(|(to, from)| whole[to].copy_from_slice(&part[from]));
    }

    /// A tensor of this shape that holds `part` in its place and 0 elsewhere.
    fn padded(&self, part: &Tensor, shape: &[usize]) -> Tensor {
        let on_cpu = |[part]: [&[f32]; 1], whole: &mut [f32]| self.write(part, whole);
        computed([part], shape, on_cpu, |[part], whole| {
            wgsl::elementwise::fill(0.0, whole);
            wgsl::permute::write_slab(self.slab, part, whole);
        })
    }
}

/// Permutes dimensions: dimension `i` of the result is dimension `axes[i]` of `x`; not tracked.
fn permuted(x: &Tensor, axes: &[usize]) -> Tensor {
    let shape: Vec<usize> = axes.iter().map(|&axis| x.dim(axis)).collect();
    let sizes = x.shape();
    computed(
        [x],
        &shape,
        |[x], y| permute(x, sizes, axes, y),
        |[x], y| wgsl::permute::permute(x, sizes, axes, y),
    )
}

impl Tensor {
    /// Returns the same values, row-major, with another shape.
    #[track_caller]
    pub fn reshape(&self, shape: &[usize]) -> Self {
        let before = self.shape_struct();
        let [y] = record(&[self], [self.with_shape(shape)], move |upstream| {
            vec![Some(upstream.grad().with_shape(&before))]
        });
        y
    }

    /// Permutes dimensions: dimension `i` of the result is dimension `axes[i]` of this tensor.
    #[track_caller]
    pub fn permute(&self, axes: &[usize]) -> Self {
        let mut inverse = vec![usize::MAX; axes.len()];
        axes.iter().enumerate().for_each(|(to, &from)| inverse[from] = to);
        assert!(
            axes.len() == self.shape().len() && !inverse.contains(&usize::MAX),
            "permute: axes {axes:?} of shape {:?}",
            self.shape()
        );
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

    /// Returns part `start..start + len` along `axis`. In main memory a contiguous part shares its storage.
    #[track_caller]
    pub fn narrow(&self, axis: usize, start: usize, len: usize) -> Self {
        let shape = self.shape_struct();
        assert!(start + len <= shape[axis], "narrow: {start}+{len} of dimension {axis} of {shape:?}");
        let part = Part::of(&shape, axis, start, len);
        let in_a_piece = shape[..axis].iter().all(|&size| size == 1);
        let shared = in_a_piece.then(|| self.shared_part(start * part.slab.whole[2], &part.shape)).flatten();
        let y = shared.or_else(|| if axis == 0 { self.packed_rows(start, len) } else { None });
        let [y] = record(&[self], [y.unwrap_or_else(|| part.read(self))], move |upstream| {
            vec![Some(part.padded(upstream.grad(), &shape))]
        });
        y
    }
}

/// Joins tensors along `axis`; all other dimensions must be equal.
///
/// # Panics
/// If `tensors` is empty or the shapes do not fit.
#[track_caller]
pub fn concat(tensors: &[&Tensor], axis: usize) -> Tensor {
    let first = tensors.first().expect("concat of no tensors");
    let mut shape = first.shape().to_vec();
    shape[axis] = tensors.iter().map(|tensor| tensor.dim(axis)).sum();
    let mut parts = Vec::with_capacity(tensors.len());
    let mut start = 0;
    for tensor in tensors {
        let fits = tensor.shape().len() == shape.len()
            && (0..shape.len()).all(|other| other == axis || tensor.dim(other) == shape[other]);
        assert!(fits, "concat along {axis}: {:?} and {:?}", first.shape(), tensor.shape());
        parts.push(Part::of(&shape, axis, start, tensor.dim(axis)));
        start += tensor.dim(axis);
    }
    let pairs = || parts.iter().zip(tensors);
    let y = match Tensor::gpu_of(tensors) {
        None => {
            let mut values = vec![0.0; shape.iter().product()];
            pairs().for_each(|(part, tensor)| part.write(tensor.data(), &mut values));
            Tensor::from_vec(values, &shape)
        }
        Some(gpu) => Tensor::on_gpu(&gpu, &shape, |y| {
            for (part, tensor) in pairs() {
                wgsl::permute::write_slab(part.slab, (&tensor.buffer(&gpu)).into(), y);
            }
        }),
    };
    let [y] = record(tensors, [y], move |upstream| {
        parts.iter().map(|part| Some(part.read(upstream.grad()))).collect()
    });
    y
}
