//! Whether this machine's GPU computes what the CPU computes: small cases of every op, forward and backward.
//!
//! Some drivers compute wrongly without saying so. Before a GPU may write a word, every case is run on both
//! devices and compared; it takes a fraction of a second, most of it for compiling the shaders.

use crate::error::{Error, ErrorCode, Result};
use crate::gpu::Gpu;
use crate::ops::{AttentionMask, CrossEntropy, GruWeights, LstmWeights, Reach, concat};
use crate::tensor::{Device, Tape, Tensor, read_all};
use crate::train::{AdamW, AdamWConfig};

/// The largest normalised difference between the devices that is no error of the GPU: rounding, over sums of
/// this length, stays far below.
const TOLERANCE: f64 = 1e-5;

/// What the self-test has found.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// The largest normalised difference between the devices.
    pub largest_error: f64,
    /// The op it was found in.
    pub op: &'static str,
    /// How many ops were compared.
    pub ops: usize,
}

/// Compares every op of this GPU with the CPU's.
///
/// # Errors
/// `gpu-wrong`, naming the first op that differs; `gpu-lost` or `out-of-memory`.
pub async fn self_test(gpu: &Gpu) -> Result<Checked> {
    let mut checked = Checked { largest_error: 0.0, op: CASES[0].0, ops: CASES.len() };
    for (op, case) in CASES {
        let expected: Vec<f32> = case(&Device::Cpu).iter().flat_map(Tensor::to_vec).collect();
        let outputs = case(&Device::Gpu(gpu.clone()));
        let actual = read_all(&outputs.iter().collect::<Vec<_>>()).await?;
        let error = normalised_difference(&actual, &expected);
        if error.is_nan() || error > TOLERANCE {
            let message = format!("the GPU ({}) computes {op} wrongly: error {error:.1e}", gpu.name());
            return Err(Error::new(ErrorCode::GpuWrong, message));
        }
        if error > checked.largest_error {
            checked = Checked { largest_error: error, op, ..checked };
        }
    }
    Ok(checked)
}

/// The root of the squared differences over that of the squares.
fn normalised_difference(actual: &[f32], expected: &[f32]) -> f64 {
    let pairs = || actual.iter().zip(expected).map(|(&a, &e)| (f64::from(a), f64::from(e)));
    let differences: f64 = pairs().map(|(a, e)| (a - e).powi(2)).sum();
    let squares: f64 = pairs().map(|(_, e)| e * e).sum();
    (differences / squares.max(f64::MIN_POSITIVE)).sqrt()
}

/// An op on numbers that lie on a device: everything that comes out, gradients included.
type Case = fn(&Device) -> Vec<Tensor>;

/// All ops, by name.
pub const CASES: &[(&str, Case)] = &[
    ("matmul", matmul),
    ("linear", linear),
    ("elementwise", elementwise),
    ("reduce", reduce),
    ("layout", layout),
    ("dropout", dropout),
    ("embedding", embedding),
    ("softmax", softmax),
    ("layer_norm", layer_norm),
    ("cross_entropy", cross_entropy),
    ("attention", attention),
    ("cached_attention", cached_attention),
    ("lstm", lstm),
    ("gru", gru),
    ("adamw", adamw),
];

/// Numbers in [-1, 1), the same on every machine.
fn numbers(device: &Device, shape: &[usize], seed: u64) -> Tensor {
    let count: usize = shape.iter().product();
    let values = (0..count).map(|i| 2.0 * crate::rng::uniform_at(seed, i as u32) - 1.0).collect();
    Tensor::from_vec(values, shape).to(device)
}

/// The outputs of `op` on `inputs`, and the gradients of their weighted sum by each input.
fn with_gradients(inputs: &[Tensor], op: impl FnOnce(&[Tensor]) -> Vec<Tensor>) -> Vec<Tensor> {
    let tape = Tape::new();
    let watched: Vec<Tensor> = inputs.iter().map(|input| tape.watch(input)).collect();
    let outputs = op(&watched);
    let weighted = outputs
        .iter()
        .zip(100..)
        .map(|(output, seed)| output.mul(&numbers(&output.device(), output.shape(), seed)).sum_all());
    let loss = weighted.reduce(|sum, term| sum.add(&term)).expect("an op has an output");
    let mut grads = tape.backward(&loss);
    let grads: Vec<Tensor> = watched.iter().filter_map(|input| grads.take(input)).collect();
    outputs.iter().map(Tensor::detach).chain(grads).collect()
}

fn matmul(device: &Device) -> Vec<Tensor> {
    let large = [numbers(device, &[67, 130], 1), numbers(device, &[130, 65], 2)];
    let batched = [numbers(device, &[3, 5, 7], 3), numbers(device, &[3, 7, 9], 4)];
    let product = |x: &[Tensor]| vec![x[0].matmul(&x[1])];
    [with_gradients(&large, product), with_gradients(&batched, product)].concat()
}

fn linear(device: &Device) -> Vec<Tensor> {
    let weights = [numbers(device, &[70, 33], 1), numbers(device, &[70], 2)];
    let rows = |count: usize| numbers(device, &[count, 33], 3);
    let layer = |x: &[Tensor]| vec![x[0].linear(&x[1], Some(&x[2]))];
    let [few, many] = [3, 40].map(|count| [&[rows(count)], &weights[..]].concat());
    let integers = (0..70 * 33).map(|i| (i * 37 % 255 - 127) as i8).collect();
    let packed = Tensor::from_int8(integers, vec![0.01; 70], [70, 33]).to(device);
    let of_packed = [3, 40].map(|count| rows(count).linear(&packed, Some(&weights[1])));
    [with_gradients(&few, layer), with_gradients(&many, layer), of_packed.into()].concat()
}

fn elementwise(device: &Device) -> Vec<Tensor> {
    let inputs = [numbers(device, &[4, 1, 33], 1), numbers(device, &[5, 33], 2)];
    with_gradients(&inputs, |x| {
        let (a, b) = (&x[0], &x[1]);
        let positive = b.square().add_scalar(0.1);
        let unary =
            [a.exp(), positive.log(), positive.sqrt(), a.neg(), a.tanh(), a.sigmoid(), a.relu(), a.gelu()];
        let binary = [a.add(b), a.sub(b), a.mul(b), a.div(&positive), a.mul_scalar(1.5)];
        unary.into_iter().chain(binary).collect()
    })
}

fn reduce(device: &Device) -> Vec<Tensor> {
    with_gradients(&[numbers(device, &[3, 300, 5], 1)], |x| {
        vec![x[0].sum_all(), x[0].sum(0), x[0].sum(1), x[0].mean(2)]
    })
}

fn layout(device: &Device) -> Vec<Tensor> {
    with_gradients(&[numbers(device, &[2, 3, 4, 5], 1)], |x| {
        let (turned, part) = (x[0].transpose(1, 2), x[0].narrow(2, 1, 2));
        vec![concat(&[&x[0], &part], 2), turned.reshape(&[8, 15])]
    })
}

fn dropout(device: &Device) -> Vec<Tensor> {
    with_gradients(&[numbers(device, &[300], 1)], |x| vec![x[0].dropout(0.3, 0x1234_5678_9abc)])
}

fn embedding(device: &Device) -> Vec<Tensor> {
    with_gradients(&[numbers(device, &[9, 17], 1)], |x| vec![x[0].embedding(&[3, 0, 8, 3, 3, 7], &[2, 3])])
}

fn softmax(device: &Device) -> Vec<Tensor> {
    let cases = [&[5, 7][..], &[3, 600]].map(|shape| {
        with_gradients(&[numbers(device, shape, 1)], |x| vec![x[0].softmax(), x[0].log_softmax()])
    });
    cases.concat()
}

fn layer_norm(device: &Device) -> Vec<Tensor> {
    let inputs = [numbers(device, &[5, 300], 1), numbers(device, &[300], 2), numbers(device, &[300], 3)];
    with_gradients(&inputs, |x| vec![x[0].layer_norm(&x[1], &x[2], 1e-5)])
}

fn cross_entropy(device: &Device) -> Vec<Tensor> {
    let options = CrossEntropy { ignore_index: Some(2), label_smoothing: 0.1 };
    with_gradients(&[numbers(device, &[6, 300], 1)], |x| {
        vec![x[0].cross_entropy(&[5, 2, 299, 0, 2, 77], options)]
    })
}

fn attention(device: &Device) -> Vec<Tensor> {
    let inputs = [1, 2, 3].map(|seed| numbers(device, &[2, 2, 37, 9], seed));
    let masks = [
        AttentionMask { causal_offset: Some(0), ..AttentionMask::default() },
        AttentionMask { key_lengths: Some(vec![37, 5]), dropout: Some((0.2, 7)), ..AttentionMask::default() },
    ];
    let cases = masks.map(|mask| with_gradients(&inputs, |x| vec![x[0].attention(&x[1], &x[2], &mask)]));
    cases.concat()
}

fn cached_attention(device: &Device) -> Vec<Tensor> {
    let [mut keys, mut values] = [1, 2].map(|seed| numbers(device, &[2, 20, 12], seed));
    let new = numbers(device, &[2, 2, 36], 3);
    keys.write_positions(&new, 12, 4);
    values.write_positions(&new, 24, 4);
    let reach = Reach { texts: &[1, 0, 1], lengths: &[6, 20, 1] };
    let (context, weights) = numbers(device, &[3, 12], 4).attend_cached(&keys, &values, reach, 3, true);
    let next = numbers(device, &[2, 36], 5).extend_cached(&mut keys, &mut values, 6, 3);
    [keys, values, context, next].into_iter().chain(weights).collect()
}

fn lstm(device: &Device) -> Vec<Tensor> {
    let shapes = [&[4, 3, 7][..], &[3, 5], &[3, 5], &[20, 7], &[20, 5], &[20], &[20]];
    let inputs: Vec<Tensor> =
        shapes.iter().zip(1..).map(|(shape, seed)| numbers(device, shape, seed)).collect();
    with_gradients(&inputs, |x| {
        let weights = LstmWeights { weight_ih: &x[3], weight_hh: &x[4], bias_ih: &x[5], bias_hh: &x[6] };
        let found = x[0].lstm(&x[1], &x[2], weights);
        vec![found.output, found.h, found.c]
    })
}

fn gru(device: &Device) -> Vec<Tensor> {
    let shapes = [&[4, 3, 7][..], &[3, 5], &[15, 7], &[15, 5], &[15], &[15]];
    let inputs: Vec<Tensor> =
        shapes.iter().zip(1..).map(|(shape, seed)| numbers(device, shape, seed)).collect();
    with_gradients(&inputs, |x| {
        let weights = GruWeights { weight_ih: &x[2], weight_hh: &x[3], bias_ih: &x[4], bias_hh: &x[5] };
        let found = x[0].gru(&x[1], weights);
        vec![found.output, found.h]
    })
}

fn adamw(device: &Device) -> Vec<Tensor> {
    let config = AdamWConfig { beta1: 0.9, beta2: 0.99, eps: 1e-8, weight_decay: 0.1 };
    let mut parameter = numbers(device, &[300], 1);
    let mut optimizer = AdamW::new(config, &[("w".to_owned(), parameter.clone())]);
    for seed in 2..5 {
        optimizer.begin_step();
        optimizer.update(0, &mut parameter, &numbers(device, &[300], seed), 1.0, 0.01);
    }
    vec![parameter]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_noticed_and_nothing_is_not_a_number() {
        assert_eq!(normalised_difference(&[1.0, 2.0], &[1.0, 2.0]), 0.0);
        assert!(normalised_difference(&[1.0, 2.001], &[1.0, 2.0]) > TOLERANCE);
        assert!(normalised_difference(&[1.0, f32::NAN], &[1.0, 2.0]).is_nan());
        for (op, case) in CASES {
            let outputs = case(&Device::Cpu);
            assert!(outputs.iter().flat_map(Tensor::to_vec).all(f32::is_finite), "{op}");
        }
    }
}
