//! Elementwise functions of one operand.

use super::device::computed;
pub use crate::cpu::elementwise::Unary;
use crate::cpu::elementwise::{scale, unary, unary_backward};
use crate::tensor::{Tensor, record};
use crate::wgsl;

/// Computes `f'(x) · dy`, where `y = f(x)`.
fn gradient(op: Unary, x: &Tensor, y: &Tensor, dy: &Tensor) -> Tensor {
    let on_cpu = |[x, y, dy]: [&[f32]; 3], dx: &mut [f32]| unary_backward(op, x, y, dy, dx);
    computed([x, y, dy], x.shape(), on_cpu, |[x, y, dy], dx| {
        wgsl::elementwise::unary_backward(op, x, y, dy, dx);
    })
}

impl Tensor {
    pub(crate) fn unary(&self, op: Unary) -> Self {
        let x = self.detach();
        let y =
            computed([&x], x.shape(), |[x], y| unary(op, x, y), |[x], y| wgsl::elementwise::unary(op, x, y));
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

    /// GELU, `x Φ(x)`, in GPT-2's tanh approximation (Hendrycks and Gimpel 2016).
    pub fn gelu(&self) -> Self {
        self.unary(Unary::Gelu)
    }

    /// GELU, `x Φ(x)`, with the exact normal distribution, as in BERT (Hendrycks and Gimpel 2016).
    pub fn gelu_erf(&self) -> Self {
        self.unary(Unary::GeluErf)
    }

    /// `x · sigmoid(x)`, also called swish (Elfwing, Uchibe and Doya 2018).
    pub fn silu(&self) -> Self {
        self.mul(&self.sigmoid())
    }

    /// `x` where positive, otherwise `slope · x` (Maas, Hannun and Ng 2013).
    pub fn leaky_relu(&self, slope: f32) -> Self {
        self.mul_scalar(slope).add(&self.relu().mul_scalar(1.0 - slope))
    }

    /// `x · factor`.
    pub fn mul_scalar(&self, factor: f32) -> Self {
        let scaled = move |x: &Self| {
            let on_cpu = |[x]: [&[f32]; 1], y: &mut [f32]| {
                y.copy_from_slice(x);
                scale(factor, y);
            };
            computed([x], x.shape(), on_cpu, |[x], y| wgsl::elementwise::affine(factor, 0.0, x, y))
        };
        let [y] = record(&[self], [scaled(self)], move |upstream| vec![Some(scaled(upstream.grad()))]);
        y
    }

    /// `x + term`.
    pub fn add_scalar(&self, term: f32) -> Self {
        let on_cpu = |[x]: [&[f32]; 1], y: &mut [f32]| {
            y.iter_mut().zip(x).for_each(|(y, x)| *y = x + term);
        };
        let y = computed([self], self.shape(), on_cpu, |[x], y| wgsl::elementwise::affine(1.0, term, x, y));
        let [y] = record(&[self], [y], |upstream| vec![Some(upstream.grad().clone())]);
        y
    }
}
