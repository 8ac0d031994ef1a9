//! Muon (Jordan et al. 2024): orthogonalised momentum for the matrices inside a model's layers.

use super::layers::layer_of;
use crate::tensor::Tensor;

/// Decay of the running mean of gradients.
const MOMENTUM: f32 = 0.95;
/// Coefficients of the quintic polynomial that moves all singular values towards 1.
const COEFFICIENTS: (f32, f32, f32) = (3.4445, -4.7750, 2.0315);
const ITERATIONS: usize = 5;
/// Added to the norm to avoid division by zero.
const EPS: f32 = 1e-7;
/// Scales a step to the length of an AdamW step, so that both use the same learning rate (Liu et al. 2025).
const RMS: f32 = 0.2;

/// Whether Muon updates a parameter: only matrices whose names contain a layer index, that is, neither
/// vectors nor embeddings, positions and output heads.
pub(super) fn moves_by_muon(name: &str, shape: &[usize]) -> bool {
    shape.len() == 2 && layer_of(name).is_some()
}

/// The optimiser state of one matrix.
pub(super) struct Muon {
    /// The running mean of gradients.
    pub momentum: Tensor,
    weight_decay: f32,
}

impl Muon {
    /// Starts with zero momentum.
    pub fn new(shape: &[usize], weight_decay: f32) -> Self {
        Self { momentum: Tensor::zeros(shape), weight_decay }
    }

    /// Updates `w` on its device: with `g` the gradient times `grad_scale`, `m = 0.95 m + 0.05 g`,
    /// `u = 0.05 g + 0.95 m` (Nesterov),
    /// `w = (1 - lr * weight_decay) w - lr * 0.2 sqrt(max(rows, columns)) * orthogonal(u)`.
    pub fn update(&mut self, parameter: &mut Tensor, grad: &Tensor, grad_scale: f32, lr: f32) {
        let fresh = grad.detach().mul_scalar((1.0 - MOMENTUM) * grad_scale);
        self.momentum = self.momentum.to(&parameter.device()).mul_scalar(MOMENTUM).add(&fresh);
        let direction = orthogonal(&fresh.add(&self.momentum.mul_scalar(MOMENTUM)));
        let longest = parameter.dim(0).max(parameter.dim(1)) as f32;
        let kept = parameter.mul_scalar(1.0 - lr * self.weight_decay);
        *parameter = kept.sub(&direction.mul_scalar(lr * RMS * longest.sqrt()));
    }
}

/// Approximates `U Vᵀ` for `x = U S Vᵀ` by five Newton-Schulz iterations on `x` divided by its Frobenius
/// norm, transposed if it has more rows than columns. The singular values of the result are only close to 1,
/// which is enough.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::normal;
    use crate::rng::Rng;

    type Matrix = Vec<Vec<f64>>;

    fn matrix(tensor: &Tensor) -> Matrix {
        tensor.data().chunks(tensor.dim(1)).map(|row| row.iter().copied().map(f64::from).collect()).collect()
    }

    fn transposed(a: &Matrix) -> Matrix {
        (0..a[0].len()).map(|j| a.iter().map(|row| row[j]).collect()).collect()
    }

    /// `A Bᵀ`
    fn product(a: &Matrix, b: &Matrix) -> Matrix {
        let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum();
        a.iter().map(|x| b.iter().map(|y| dot(x, y)).collect()).collect()
    }

    fn combined(a: f64, x: &Matrix, b: f64, y: &Matrix) -> Matrix {
        let row = |(x, y): (&Vec<f64>, &Vec<f64>)| x.iter().zip(y).map(|(x, y)| a * x + b * y).collect();
        x.iter().zip(y).map(row).collect()
    }

    /// The iteration as given in the paper.
    fn reference(x: &Matrix) -> Matrix {
        if x.len() > x[0].len() {
            return transposed(&reference(&transposed(x)));
        }
        let norm = x.iter().flatten().map(|x| x * x).sum::<f64>().sqrt() + 1e-7;
        let mut x = combined(1.0 / norm, x, 0.0, x);
        for _ in 0..5 {
            let gram = product(&x, &x);
            let polynomial = combined(-4.775, &gram, 2.0315, &product(&gram, &transposed(&gram)));
            x = combined(3.4445, &x, 1.0, &product(&polynomial, &transposed(&x)));
        }
        x
    }

    /// By Jacobi rotations of `X Xᵀ`.
    fn singular_values(x: &Matrix) -> Vec<f64> {
        let mut a = product(x, x);
        for _ in 0..60 {
            for p in 0..a.len() {
                for q in p + 1..a.len() {
                    let angle = 0.5 * (2.0 * a[p][q]).atan2(a[q][q] - a[p][p]);
                    let (sin, cos) = angle.sin_cos();
                    for _ in 0..2 {
                        for row in &mut a {
                            (row[p], row[q]) = (cos * row[p] - sin * row[q], sin * row[p] + cos * row[q]);
                        }
                        a = transposed(&a);
                    }
                }
            }
        }
        (0..a.len()).map(|k| a[k][k].sqrt()).collect()
    }

    fn assert_close(found: &Tensor, expected: &Matrix) {
        for (found, expected) in found.data().iter().zip(expected.iter().flatten()) {
            assert!((f64::from(*found) - expected).abs() < 1e-4, "{found} {expected}");
        }
    }

    #[test]
    fn directions_are_nearly_orthogonal() {
        let mut rng = Rng::new(3);
        // Square matrices may have a singular value too small for five iterations to lift.
        for shape in [[12, 20], [20, 12], [8, 24], [1, 9]] {
            let x = normal(&shape, &mut rng);
            let found = orthogonal(&x);
            assert_close(&found, &reference(&matrix(&x)));
            let found = matrix(&found);
            let values = singular_values(&if shape[0] > shape[1] { transposed(&found) } else { found });
            assert!(values.iter().all(|value| (0.6..1.3).contains(value)), "{shape:?}: {values:?}");
        }
    }

    #[test]
    fn three_updates_are_those_of_the_formula() {
        let (lr, decay, scale) = (0.02, 0.1, 0.5);
        for shape in [[3, 5], [5, 3]] {
            let mut rng = Rng::new(4);
            let mut weights = normal(&shape, &mut rng);
            let (mut expected, mut momentum) = (matrix(&weights), matrix(&Tensor::zeros(&shape)));
            let mut muon = Muon::new(&shape, decay as f32);
            for _ in 0..3 {
                let grad = normal(&shape, &mut rng);
                muon.update(&mut weights, &grad, scale as f32, lr as f32);
                let grad = matrix(&grad);
                momentum = combined(0.95, &momentum, 0.05 * scale, &grad);
                let direction = reference(&combined(0.95, &momentum, 0.05 * scale, &grad));
                let length = lr * 0.2 * 5_f64.sqrt();
                expected = combined(1.0 - lr * decay, &expected, -length, &direction);
            }
            assert_close(&weights, &expected);
        }
    }

    #[test]
    fn only_matrices_inside_layers_are_chosen() {
        for name in
            ["h.3.attn.in_proj_weight", "lstm.weight_ih_l1", "transformer.decoder.layers.2.linear1.weight"]
        {
            assert!(moves_by_muon(name, &[4, 4]) && !moves_by_muon(name, &[4]), "{name}");
        }
        for name in ["wte.weight", "wpe.weight", "head.weight", "embedding.weight", "attention.query.weight"]
        {
            assert!(!moves_by_muon(name, &[4, 4]), "{name}");
        }
    }
}
