//! Functions of one number, element by element.

use crate::cpu::elementwise::{Unary, scale, unary, unary_backward};
use crate::tensor::{Tensor, record};

impl Tensor {
    pub(crate) fn unary(&self, op: Unary) -> Self {
        let x = self.detach();
        let mut values = vec![0.0; x.numel()];
        unary(op, x.data(), &mut values);
        let y = Self::from_vec(values, x.shape());
        let kept = y.detach();
        let [y] = record(&[self], [y], move |upstream| {
            let mut dx = vec![0.0; x.numel()];
            unary_backward(op, x.data(), kept.data(), upstream.grad().data(), &mut dx);
            vec![Some(Self::from_vec(dx, x.shape()))]
        });
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
        let scaled = move |x: &Self| {
            let mut y = x.detach();
            scale(factor, y.data_mut());
            y
        };
        let [y] = record(&[self], [scaled(self)], move |upstream| vec![Some(scaled(upstream.grad()))]);
        y
    }

    /// `x + term`.
    pub fn add_scalar(&self, term: f32) -> Self {
        let mut y = self.detach();
        y.data_mut().iter_mut().for_each(|value| *value += term);
        let [y] = record(&[self], [y], |upstream| vec![Some(upstream.grad().clone())]);
        y
    }
}
