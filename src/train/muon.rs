//! Muon (Jordan et al. 2024): momentum, made orthogonal, for the matrices inside a model's layers.

use super::layers::layer_of;
use crate::tensor::Tensor;

/// Decay of the running mean of gradients.
const MOMENTUM: f32 = 0.95;
/// Of the quintic that draws all singular values towards 1.
const COEFFICIENTS: (f32, f32, f32) = (3.4445, -4.7750, 2.0315);
const ITERATIONS: usize = 5;
/// Added to the norm, against division by zero.
const EPS: f32 = 1e-7;
/// With this a step is as long as one of AdamW, so that both take the same rate (Liu et al. 2025).
const RMS: f32 = 0.2;

/// Whether Muon is for a parameter: for the matrices whose names tell a layer, and neither for vectors nor for what
/// stands before the first layer or behind the last, as embeddings, positions and output do.
pub(super) fn moves_by_muon(name: &str, shape: &[usize]) -> bool {
    shape.len() == 2 && layer_of(name).is_some()
}

/// The optimiser of one matrix.
pub(super) struct Muon {
    /// The running mean of gradients.
    pub momentum: Tensor,
    weight_decay: f32,
}

impl Muon {
    /// No memory yet.
    pub fn new(shape: &[usize], weight_decay: f32) -> Self {
        Self { momentum: Tensor::zeros(shape), weight_decay }
    }

    /// With `g` the gradient by `grad_scale`: `m = 0.95 m + 0.05 g`, `u = 0.05 g + 0.95 m` (Nesterov),
    /// `w = (1 - lr * weight_decay) w - lr * 0.2 sqrt(max(rows, columns)) * orthogonal(u)`; where `w` lies.
    pub fn update(&mut self, parameter: &mut Tensor, grad: &Tensor, grad_scale: f32, lr: f32) {
        let fresh = grad.detach().mul_scalar((1.0 - MOMENTUM) * grad_scale);
        self.momentum = self.momentum.to(&parameter.device()).mul_scalar(MOMENTUM).add(&fresh);
        let direction = orthogonal(&fresh.add(&self.momentum.mul_scalar(MOMENTUM)));
        let longest = parameter.dim(0).max(parameter.dim(1)) as f32;
        let kept = parameter.mul_scalar(1.0 - lr * self.weight_decay);
        *parameter = kept.sub(&direction.mul_scalar(lr * RMS * longest.sqrt()));
    }
}

/// About `U Vᵀ` for `x = U S Vᵀ`: five Newton-Schulz iterations on `x` by its Frobenius norm, transposed where it has
/// more rows than columns. The singular values of the result are not 1, but near it, which is enough.
fn orthogonal(x: &Tensor) -> Tensor {
    let upright = x.dim(0) > x.dim(1);
    let mut x = if upright { x.transpose(0, 1) } else { x.clone() };
    x = x.div(&x.square().sum_all().sqrt().add_scalar(EPS));
    let (a, b, c) = COEFFICIENTS;
    for _ in 0..ITERATIONS {
        let gram = x.matmul(&x.transpose(0, 1));
        let polynomial = gram.mul_scalar(b).add(&gram.matmul(&gram).mul_scalar(c));
        x = x.mul_scalar(a).add(&polynomial.matmul(&x));
    }
    if upright { x.transpose(0, 1) } else { x }
}
