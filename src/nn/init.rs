//! Parameter initialisation.

use crate::rng::Rng;
use crate::tensor::Tensor;

/// Uniform in `[-bound, bound)`.
fn uniform(shape: &[usize], bound: f32, rng: &mut Rng) -> Tensor {
    let mut tensor = Tensor::zeros(shape);
    tensor.data_mut().iter_mut().for_each(|value| *value = (2.0 * rng.uniform() - 1.0) * bound);
    tensor
}

/// Uniform `(O, I)` with variance `2 / (fan_in + fan_out)` (Glorot and Bengio 2010).
///
/// For a matrix that stacks several gates, `fan_out` is that of a single gate.
pub fn xavier(shape: &[usize], fan_out: usize, rng: &mut Rng) -> Tensor {
    uniform(shape, (6.0 / (shape[1] + fan_out) as f32).sqrt(), rng)
}

/// Normal with mean 0 and variance 1.
pub fn normal(shape: &[usize], rng: &mut Rng) -> Tensor {
    let mut tensor = Tensor::zeros(shape);
    tensor.data_mut().iter_mut().for_each(|value| *value = rng.normal());
    tensor
}

/// `(blocks · H, H)`: square blocks with orthonormal rows (Saxe et al. 2014), so that signals passing many
/// times through a recurrent matrix neither grow nor vanish.
pub fn orthogonal(blocks: usize, size: usize, rng: &mut Rng) -> Tensor {
    let mut values = Vec::with_capacity(blocks * size * size);
    for _ in 0..blocks {
        let mut rows: Vec<Vec<f64>> = Vec::with_capacity(size);
        while rows.len() < size {
            let mut row: Vec<f64> = (0..size).map(|_| f64::from(rng.normal())).collect();
            // Twice, because one pass of Gram-Schmidt leaves rounding errors proportional to the overlap.
            for _ in 0..2 {
                for other in &rows {
                    let overlap: f64 = row.iter().zip(other).map(|(a, b)| a * b).sum();
                    row.iter_mut().zip(other).for_each(|(a, b)| *a -= overlap * b);
                }
            }
            let norm = row.iter().map(|a| a * a).sum::<f64>().sqrt();
            row.iter_mut().for_each(|a| *a /= norm);
            rows.push(row);
        }
        values.extend(rows.iter().flatten().map(|&value| value as f32));
    }
    Tensor::from_vec(values, &[blocks * size, size])
}

/// `(4H)`: 1 for the forget gate, 0 elsewhere, so that an untrained LSTM remembers (Jozefowicz et al. 2015).
pub fn forget_gate_bias(hidden: usize) -> Tensor {
    let mut bias = Tensor::zeros(&[4 * hidden]);
    bias.data_mut()[hidden..2 * hidden].fill(1.0);
    bias
}

/// Initial value of a parameter of a text classifier or tagger, chosen by its name: recurrent matrices
/// orthogonal, forget gates open, embeddings of length about 1, other matrices by [`xavier`], other vectors
/// zero.
pub fn reading_init(name: &str, shape: &[usize], rng: &mut Rng) -> Tensor {
    match *shape {
        [_, size] if name.ends_with("embedding.weight") => {
            normal(shape, rng).mul_scalar(1.0 / (size as f32).sqrt())
        }
        [_, hidden] if name.contains(".weight_hh") => orthogonal(4, hidden, rng),
        [gates, _] if name.contains(".weight_ih") => xavier(shape, gates / 4, rng),
        [rows, _] => xavier(shape, rows, rng),
        [gates] if name.contains(".bias_ih") => forget_gate_bias(gates / 4),
        _ => Tensor::zeros(shape),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orthogonal_blocks_are_orthonormal() {
        let w = orthogonal(2, 9, &mut Rng::new(1));
        let block = w.narrow(0, 9, 9);
        let gram = block.matmul(&block.transpose(0, 1));
        for (i, value) in gram.data().iter().enumerate() {
            let expected = if i % 10 == 0 { 1.0 } else { 0.0 };
            assert!((value - expected).abs() < 1e-6, "{i}: {value}");
        }
    }
}
