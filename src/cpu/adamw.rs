//! AdamW in PyTorch's form.

use super::parallel::{In, Out, for_rows};

/// Settings of one update.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamW {
    /// Learning rate of this step.
    pub lr: f32,
    /// Decay rate of the running mean of gradients.
    pub beta1: f32,
    /// Decay rate of the running mean of squared gradients.
    pub beta2: f32,
    /// Added to the denominator after the square root.
    pub eps: f32,
    /// Decoupled weight decay; each step multiplies the weights by `1 - lr * weight_decay`.
    pub weight_decay: f32,
    /// Number of this step, counted from 1.
    pub step: u64,
    /// The gradient is first multiplied by this, to clip it.
    pub grad_scale: f32,
}

impl AdamW {
    /// Factors in the formula of [`adamw`]: `1 - lr * weight_decay`, `lr / (1 - beta1^step)` and
    /// `1 / sqrt(1 - beta2^step)`.
    pub fn factors(&self) -> [f32; 3] {
        let Self { lr, beta1, beta2, weight_decay, step, .. } = *self;
        let keep = 1.0 - lr * weight_decay;
        let step_size = (f64::from(lr) / (1.0 - power(beta1, step))) as f32;
        let root_correction = (1.0 / (1.0 - power(beta2, step)).sqrt()) as f32;
        [keep, step_size, root_correction]
    }
}

/// Updates the weights `w` with the gradient `g`; `m` and `v` are the running means. All have the same
/// length.
///
/// After multiplying `g` by `grad_scale`: `w *= 1 - lr * weight_decay`, `m = beta1 m + (1 - beta1) g`,
/// `v = beta2 v + (1 - beta2) g^2`, `w -= lr / (1 - beta1^step) * m / (sqrt(v / (1 - beta2^step)) + eps)`.
pub fn adamw(settings: AdamW, w: &mut [f32], g: &[f32], m: &mut [f32], v: &mut [f32]) {
    assert!([g.len(), m.len(), v.len()] == [w.len(); 3], "adamw: lengths");
    let AdamW { beta1, beta2, eps, grad_scale, .. } = settings;
    let [keep, step_size, root_correction] = settings.factors();
    let length = w.len();
    for_rows((Out(w, 1), In(g, 1), Out(m, 1), Out(v, 1)), length, 1, |(w, g, m, v)| {
        for (((w, g), m), v) in w.0.iter_mut().zip(g.0).zip(m.0).zip(v.0) {
            let g = grad_scale * g;
            *m = beta1 * *m + (1.0 - beta1) * g;
            *v = beta2 * *v + (1.0 - beta2) * (g * g);
            *w = *w * keep - step_size * (*m / (v.sqrt() * root_correction + eps));
        }
    });
}

/// `base^exponent` by repeated squaring: the precision of the standard library's `powi` is unspecified.
fn power(base: f32, exponent: u64) -> f64 {
    let (mut square, mut exponent, mut result) = (f64::from(base), exponent, 1.0);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result *= square;
        }
        square *= square;
        exponent >>= 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::super::testing::{SIZES, assert_close, doubles, numbers};
    use super::*;

    #[test]
    fn ten_steps_agree_with_the_oracle() {
        let settings = AdamW {
            lr: 0.01,
            beta1: 0.9,
            beta2: 0.999,
            eps: 1e-8,
            weight_decay: 0.1,
            step: 0,
            grad_scale: 0.7,
        };
        let AdamW { lr, beta1, beta2, eps, weight_decay, .. } = settings;
        let [lr, beta1, beta2, eps, decay] = [lr, beta1, beta2, eps, weight_decay].map(f64::from);
        for length in SIZES {
            let (mut w, mut m, mut v) = (numbers(length, 1), vec![0.0; length], vec![0.0; length]);
            let (mut w64, mut m64, mut v64) = (doubles(&w), vec![0.0; length], vec![0.0; length]);
            for step in 1..=10 {
                let g = numbers(length, 10 + step);
                adamw(AdamW { step: u64::from(step), ..settings }, &mut w, &g, &mut m, &mut v);
                let correct = |beta: f64| 1.0 - beta.powi(step as i32);
                for (i, &g) in doubles(&g).iter().enumerate() {
                    let g = f64::from(settings.grad_scale) * g;
                    m64[i] = beta1 * m64[i] + (1.0 - beta1) * g;
                    v64[i] = beta2 * v64[i] + (1.0 - beta2) * g * g;
                    let root = (v64[i] / correct(beta2)).sqrt() + eps;
                    w64[i] -= lr * decay * w64[i] + lr * m64[i] / correct(beta1) / root;
                }
            }
            assert_close("w", &w, &w64, 1e-6);
            assert_close("m", &m, &m64, 1e-6);
            assert_close("v", &v, &v64, 1e-6);
        }
    }
}
