//! Functions of one number, element by element.

use crate::cpu::elementwise::{Unary, scale, unary, unary_backward};
use crate::tensor::{Tensor, record};
use crate::wgsl;

/// `f'(x) · dy`, where `y = f(x)`.
fn gradient(op: Unary, x: &Tensor, y: &Tensor, dy: &Tensor) -> Tensor {
    match Tensor::gpu_of(&[x, dy]) {
        None => {
            let mut dx = vec![0.0; x.numel()];
            unary_backward(op, x.data(), y.data(), dy.data(), &mut dx);
            Tensor::from_vec(dx, x.shape())
        }
        Some(gpu) => Tensor::on_gpu(&gpu, x.shape(), |dx| {
            let [x, y, dy] = [x, y, dy].map(|tensor| tensor.buffer(&gpu));
            wgsl::elementwise::unary_backward(op, (&x).into(), (&y).into(), (&dy).into(), dx);
        }),
    }
}

impl Tensor {
    pub(crate) fn unary(&self, op: Unary) -> Self {
        let x = self.detach();
        let y = match x.gpu() {
            None => {
                let mut values = vec![0.0; x.numel()];
                unary(op, x.data(), &mut values);
                Self::from_vec(values, x.shape())
            }
            Some(gpu) => Self::on_gpu(gpu, x.shape(), |y| {
                wgsl::elementwise::unary(op, (&x.buffer(gpu)).into(), y);
            }),
        };
        let kept = y.detach();
        let [y] = record(&[self], [y], move |upstream| vec![Some(gradient(op, &x, &kept, upstream.grad()))]);
        y
    }

    /// `e^x`.
    pub fn exp(&self) -> Self {
        self.unary(Unary::Exp)
    }

    /// Natural logarithm.
    pub fn log(&self) -> Self {
        self.unary(Unary::Log)
    }

    /// Square root.
    pub fn sqrt(&self) -> Self {
        self.unary(Unary::Sqrt)
    }

    /// `x²`.
    pub fn square(&self) -> Self {
        self.unary(Unary::Square)
    }

    /// `-x`.
    pub fn neg(&self) -> Self {
        self.unary(Unary::Neg)
    }

    /// Hyperbolic tangent.
    pub fn tanh(&self) -> Self {
        self.unary(Unary::Tanh)
    }

    /// `1 / (1 + e^-x)`.
    pub fn sigmoid(&self) -> Self {
        self.unary(Unary::Sigmoid)
    }

    /// `max(x, 0)`.
    pub fn relu(&self) -> Self {
        self.unary(Unary::Relu)
    }

    /// `x Φ(x)` in the tanh form of GPT-2 (Hendrycks and Gimpel 2016).
    pub fn gelu(&self) -> Self {
        self.unary(Unary::Gelu)
    }

    /// `x · factor`.
    pub fn mul_scalar(&self, factor: f32) -> Self {
        let scaled = move |x: &Self| match x.gpu() {
            None => {
                let mut y = x.detach();
                scale(factor, y.data_mut());
                y
            }
            Some(_) => x.affine(factor, 0.0),
        };
        let [y] = record(&[self], [scaled(self)], move |upstream| vec![Some(scaled(upstream.grad()))]);
        y
    }

    /// `x + term`.
    pub fn add_scalar(&self, term: f32) -> Self {
        let y = match self.gpu() {
            None => {
                let mut y = self.detach();
                y.data_mut().iter_mut().for_each(|value| *value += term);
                y
            }
            Some(_) => self.affine(1.0, term),
        };
        let [y] = record(&[self], [y], |upstream| vec![Some(upstream.grad().clone())]);
        y
    }

    /// `factor · x + term` on the GPU that holds `x`; not tracked.
    fn affine(&self, factor: f32, term: f32) -> Self {
        let gpu = self.gpu().expect("asked of a tensor on a GPU");
        Self::on_gpu(gpu, self.shape(), |y| {
            wgsl::elementwise::affine(factor, term, (&self.buffer(gpu)).into(), y);
        })
    }
}
