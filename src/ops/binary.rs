//! Elementwise ops on two operands with NumPy's broadcasting.

use super::reduce::sum_axis;
use crate::cpu::elementwise::Binary;
use crate::shape::{MAX_RANK, Shape};
use crate::tensor::{Tensor, record};
use crate::wgsl;

/// Applies `op` with broadcasting; not tracked.
#[track_caller]
fn broadcast(op: Binary, a: &Tensor, b: &Tensor) -> Tensor {
    let [sa, sb] = [a, b].map(Tensor::shape_struct);
    let shape = sa.broadcast(&sb, name(op));
    match Tensor::gpu_of(&[a, b]) {
        None => match op {
            Binary::Add => on_cpu(a, b, &shape, |a, b| a + b),
            Binary::Sub => on_cpu(a, b, &shape, |a, b| a - b),
            Binary::Mul => on_cpu(a, b, &shape, |a, b| a * b),
            Binary::Div => on_cpu(a, b, &shape, |a, b| a / b),
        },
        Some(gpu) => Tensor::on_gpu(&gpu, &shape, |y| {
            let [a, b] = [a, b].map(|operand| operand.buffer(&gpu));
            wgsl::elementwise::binary(op, ((&a).into(), &sa), ((&b).into(), &sb), (y, &shape));
        }),
    }
}

fn name(op: Binary) -> &'static str {
    match op {
        Binary::Add => "add",
        Binary::Sub => "sub",
        Binary::Mul => "mul",
        Binary::Div => "div",
    }
}

fn on_cpu(a: &Tensor, b: &Tensor, shape: &Shape, f: impl Fn(f32, f32) -> f32) -> Tensor {
    let (x, y) = (a.data(), b.data());
    let values = if a.shape() == b.shape() {
        x.iter().zip(y).map(|(&x, &y)| f(x, y)).collect()
    } else {
        let (sx, sy) = (a.shape_struct().strides_as(shape), b.shape_struct().strides_as(shape));
        let mut values = Vec::with_capacity(shape.numel());
        for_each_row(shape, [&sx, &sy], |[ix, iy], cols, [dx, dy]| {
            values.extend((0..cols).map(|col| f(x[ix + col * dx], y[iy + col * dy])));
        });
        values
    };
    Tensor::from_vec(values, shape)
}

/// Calls `visit` for every row (last dimension) of `shape` with each operand's start offset, the row length,
/// and each operand's column stride.
fn for_each_row<const N: usize>(
    shape: &Shape,
    strides: [&[usize; MAX_RANK]; N],
    mut visit: impl FnMut([usize; N], usize, [usize; N]),
) {
    let Some((&cols, outer)) = shape.split_last() else { return visit([0; N], 1, [0; N]) };
    let rows: usize = outer.iter().product();
    for row in 0..rows {
        let mut rest = row;
        let mut starts = [0; N];
        for axis in (0..outer.len()).rev() {
            let index = rest % outer[axis];
            rest /= outer[axis];
            for (start, strides) in starts.iter_mut().zip(&strides) {
                *start += index * strides[axis];
            }
        }
        visit(starts, cols, strides.map(|strides| strides[outer.len()]));
    }
}

/// Sums a gradient of the broadcast shape back to the shape of one operand.
fn unbroadcast(grad: &Tensor, shape: &Shape) -> Tensor {
    if grad.shape() == &**shape {
        return grad.clone();
    }
    if grad.gpu().is_some() {
        return unbroadcast_on_gpu(grad, shape);
    }
    let full = grad.shape_struct();
    let mut sum = vec![0.0; shape.numel()];
    let mut next = 0;
    for_each_row(&full, [&shape.strides_as(&full)], |[start], cols, [stride]| {
        for (col, &value) in grad.data()[next..next + cols].iter().enumerate() {
            sum[start + col * stride] += value;
        }
        next += cols;
    });
    Tensor::from_vec(sum, shape)
}

/// Sums once per run of adjacent axes along which the operand was repeated.
fn unbroadcast_on_gpu(grad: &Tensor, shape: &Shape) -> Tensor {
    let mut sizes = grad.shape().to_vec();
    let missing = sizes.len() - shape.len();
    let repeated: Vec<bool> = (0..sizes.len())
        .map(|axis| sizes[axis] != 1 && (axis < missing || shape[axis - missing] == 1))
        .collect();
    let mut sum = grad.clone();
    let mut axis = 0;
    while axis < sizes.len() {
        let run = repeated[axis..].iter().take_while(|&&repeated| repeated).count();
        if run > 0 {
            let product = |sizes: &[usize]| sizes.iter().product();
            let [head, middle, tail] =
                [&sizes[..axis], &sizes[axis..axis + run], &sizes[axis + run..]].map(product);
            sum = sum_axis(&sum, [head, middle, tail]);
            sizes[axis..axis + run].fill(1);
        }
        axis += run + 1;
    }
    sum.with_shape(shape)
}

impl Tensor {
    /// `a + b`.
    #[track_caller]
    pub fn add(&self, other: &Self) -> Self {
        let sum = broadcast(Binary::Add, self, other);
        let (a, b) = (self.shape_struct(), other.shape_struct());
        let [sum] = record(&[self, other], [sum], move |upstream| {
            let dy = upstream.grad();
            vec![upstream.when(0, || unbroadcast(dy, &a)), upstream.when(1, || unbroadcast(dy, &b))]
        });
        sum
    }

    /// `a - b`.
    #[track_caller]
    pub fn sub(&self, other: &Self) -> Self {
        let difference = broadcast(Binary::Sub, self, other);
        let (a, b) = (self.shape_struct(), other.shape_struct());
        let [difference] = record(&[self, other], [difference], move |upstream| {
            let dy = upstream.grad();
            vec![upstream.when(0, || unbroadcast(dy, &a)), upstream.when(1, || unbroadcast(&dy.neg(), &b))]
        });
        difference
    }

    /// `a · b`.
    #[track_caller]
    pub fn mul(&self, other: &Self) -> Self {
        let product = broadcast(Binary::Mul, self, other);
        let (a, b) = (self.detach(), other.detach());
        let [product] = record(&[self, other], [product], move |upstream| {
            let times = |factor: &Self| broadcast(Binary::Mul, upstream.grad(), factor);
            vec![
                upstream.when(0, || unbroadcast(&times(&b), &a.shape_struct())),
                upstream.when(1, || unbroadcast(&times(&a), &b.shape_struct())),
            ]
        });
        product
    }

    /// `a / b`.
    #[track_caller]
    pub fn div(&self, other: &Self) -> Self {
        let quotient = broadcast(Binary::Div, self, other);
        let (a, b, kept) = (self.shape_struct(), other.detach(), quotient.detach());
        let [quotient] = record(&[self, other], [quotient], move |upstream| {
            let da = broadcast(Binary::Div, upstream.grad(), &b);
            vec![
                upstream.when(0, || unbroadcast(&da, &a)),
                upstream
                    .when(1, || unbroadcast(&broadcast(Binary::Mul, &da, &kept).neg(), &b.shape_struct())),
            ]
        });
        quotient
    }
}
