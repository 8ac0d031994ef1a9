//! Two operands, element by element, with NumPy's broadcasting.

use crate::shape::{MAX_RANK, Shape};
use crate::tensor::{Tensor, record};

/// `f` over the broadcast of both operands.
#[track_caller]
fn broadcast(a: &Tensor, b: &Tensor, op: &str, f: impl Fn(f32, f32) -> f32) -> Tensor {
    let shape = a.shape_struct().broadcast(&b.shape_struct(), op);
    let (x, y) = (a.data(), b.data());
    let values = if a.shape() == b.shape() {
        x.iter().zip(y).map(|(&x, &y)| f(x, y)).collect()
    } else {
        let (sx, sy) = (a.shape_struct().strides_as(&shape), b.shape_struct().strides_as(&shape));
        let mut values = Vec::with_capacity(shape.numel());
        for_each_row(&shape, [&sx, &sy], |[ix, iy], cols, [dx, dy]| {
            values.extend((0..cols).map(|col| f(x[ix + col * dx], y[iy + col * dy])));
        });
        values
    };
    Tensor::from_vec(values, &shape)
}

/// Visits every row (last dimension) of `shape`: start offsets, length, and column strides of each operand.
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

impl Tensor {
    /// `a + b`.
    #[track_caller]
    pub fn add(&self, other: &Self) -> Self {
        let sum = broadcast(self, other, "add", |a, b| a + b);
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
        let difference = broadcast(self, other, "sub", |a, b| a - b);
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
        let product = broadcast(self, other, "mul", |a, b| a * b);
        let (a, b) = (self.detach(), other.detach());
        let [product] = record(&[self, other], [product], move |upstream| {
            let times = |factor: &Self| broadcast(upstream.grad(), factor, "mul", |dy, x| dy * x);
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
        let quotient = broadcast(self, other, "div", |a, b| a / b);
        let (a, b, kept) = (self.shape_struct(), other.detach(), quotient.detach());
        let [quotient] = record(&[self, other], [quotient], move |upstream| {
            let da = broadcast(upstream.grad(), &b, "div", |dy, b| dy / b);
            vec![
                upstream.when(0, || unbroadcast(&da, &a)),
                upstream.when(1, || {
                    unbroadcast(&broadcast(&da, &kept, "div", |da, y| -(da * y)), &b.shape_struct())
                }),
            ]
        });
        quotient
    }
}
