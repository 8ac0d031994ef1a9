//! Small cases that together run every kernel, including each op's backward pass.

use super::Scope;
use crate::ops::{AttentionMask, Conv2dOptions, CrossEntropy, GruWeights, LstmWeights, Reach, concat};
use crate::tensor::{Device, Tape, Tensor};
use crate::train::{AdamW, AdamWConfig};
use half::f16;

/// Runs an op on a device and returns all its outputs and, for training, the gradients.
type Case = fn(&On) -> Vec<Tensor>;

/// All ops, with their names and the smallest scope that needs each.
pub const CASES: &[(&str, Scope, Case)] = &[
    ("matmul", Scope::Inference, matmul),
    ("linear", Scope::Inference, linear),
    ("packed_linear", Scope::Inference, packed_linear),
    ("packed_rows", Scope::Inference, packed_rows),
    ("elementwise", Scope::Inference, elementwise),
    ("reduce", Scope::Inference, reduce),
    ("layout", Scope::Inference, layout),
    ("dropout", Scope::Training, dropout),
    ("embedding", Scope::Inference, embedding),
    ("softmax", Scope::Inference, softmax),
    ("layer_norm", Scope::Inference, layer_norm),
    ("cross_entropy", Scope::Training, cross_entropy),
    ("conv2d", Scope::Training, conv2d),
    ("pool2d", Scope::Training, pool2d),
    ("attention", Scope::Inference, attention),
    ("cached_attention", Scope::Inference, cached_attention),
    ("lstm", Scope::Inference, lstm),
    ("gru", Scope::Inference, gru),
    ("adamw", Scope::Training, adamw),
];

/// Where and how a case runs.
pub struct On {
    /// The device that computes.
    pub device: Device,
    /// Gradients are included only for training.
    pub scope: Scope,
}

/// Numbers in [-1, 1), the same on every machine.
fn numbers(on: &On, shape: &[usize], seed: u64) -> Tensor {
    let count: usize = shape.iter().product();
    let values = (0..count).map(|i| 2.0 * crate::rng::uniform_at(seed, i as u32) - 1.0).collect();
    Tensor::from_vec(values, shape).to(&on.device)
}

/// The outputs of `op` on `inputs` and, for training, the gradients of a weighted sum of the outputs with
/// respect to each input.
fn checked(on: &On, inputs: &[Tensor], op: impl FnOnce(&[Tensor]) -> Vec<Tensor>) -> Vec<Tensor> {
    if on.scope == Scope::Inference {
        return op(inputs);
    }
    let tape = Tape::new();
    let watched: Vec<Tensor> = inputs.iter().map(|input| tape.watch(input)).collect();
    let outputs = op(&watched);
    let weighted = outputs
        .iter()
        .zip(100..)
        .map(|(output, seed)| output.mul(&numbers(on, output.shape(), seed)).sum_all());
    let loss = weighted.reduce(|sum, term| sum.add(&term)).expect("an op has an output");
    let mut grads = tape.backward(&loss);
    let grads: Vec<Tensor> = watched.iter().filter_map(|input| grads.take(input)).collect();
    outputs.iter().map(Tensor::detach).chain(grads).collect()
}

fn matmul(on: &On) -> Vec<Tensor> {
    let large = [numbers(on, &[67, 130], 1), numbers(on, &[130, 65], 2)];
    let batched = [numbers(on, &[3, 5, 7], 3), numbers(on, &[3, 7, 9], 4)];
    // Long enough to be summed in parts, and aligned for reading four numbers at once.
    let long = numbers(on, &[8, 1024], 5).matmul(&numbers(on, &[1024, 8], 6));
    let product = |x: &[Tensor]| vec![x[0].matmul(&x[1])];
    [checked(on, &large, product), checked(on, &batched, product), vec![long]].concat()
}

/// Few rows and many, in widths that allow reading four numbers at once and in others.
fn linear(on: &On) -> Vec<Tensor> {
    let layer = |[n, k]: [usize; 2]| {
        let weights = [numbers(on, &[n, k], 1), numbers(on, &[n], 2)];
        let [few, many] = [3, 40].map(|count| {
            let inputs = [&[numbers(on, &[count, k], 3)], &weights[..]].concat();
            checked(on, &inputs, |x| vec![x[0].linear(&x[1], Some(&x[2]))])
        });
        [few, many].concat()
    };
    [layer([70, 33]), layer([72, 36])].concat()
}

/// Matrices in the files' 16-bit and 8-bit formats.
fn packed(on: &On, [n, k]: [usize; 2]) -> [Tensor; 2] {
    let halves: Vec<f16> = (0..n * k).map(|i| f16::from_f32((i * 37 % 255) as f32 / 128.0 - 1.0)).collect();
    let integers = (0..n * k).map(|i| (i * 37 % 255) as i8).collect();
    [Tensor::from_f16(&halves, &[n, k]), Tensor::from_int8(integers, vec![0.01; n], [n, k])].map(|matrix| {
        match on.device {
            // Unpacked, since the CPU would round the activations to integers, which a GPU does not.
            Device::Cpu => Tensor::from_vec(matrix.to_vec(), &[n, k]),
            Device::Gpu(_) => matrix.to(&on.device),
        }
    })
}

fn packed_linear(on: &On) -> Vec<Tensor> {
    let layer = |[n, k]: [usize; 2]| {
        packed(on, [n, k]).map(|matrix| {
            let bias = numbers(on, &[n], 2);
            [3, 40].map(|count| numbers(on, &[count, k], 3).linear(&matrix, Some(&bias)))
        })
    };
    [layer([70, 33]), layer([72, 36])].concat().concat()
}

fn packed_rows(on: &On) -> Vec<Tensor> {
    let rows =
        packed(on, [9, 17]).map(|matrix| [matrix.embedding(&[3, 0, 8, 3], &[4]), matrix.transpose(0, 1)]);
    rows.concat()
}

fn elementwise(on: &On) -> Vec<Tensor> {
    let inputs = [numbers(on, &[4, 1, 33], 1), numbers(on, &[5, 33], 2)];
    checked(on, &inputs, |x| {
        let (a, b) = (&x[0], &x[1]);
        let positive = b.square().add_scalar(0.1);
        let unary = [
            a.exp(),
            positive.log(),
            positive.sqrt(),
            a.neg(),
            a.tanh(),
            a.sigmoid(),
            a.relu(),
            a.gelu(),
            a.gelu_erf(),
        ];
        let binary = [a.add(b), a.sub(b), a.mul(b), a.div(&positive), a.mul_scalar(1.5)];
        unary.into_iter().chain(binary).collect()
    })
}

fn reduce(on: &On) -> Vec<Tensor> {
    checked(on, &[numbers(on, &[3, 300, 5], 1)], |x| {
        vec![x[0].sum_all(), x[0].sum(0), x[0].sum(1), x[0].mean(2)]
    })
}

fn layout(on: &On) -> Vec<Tensor> {
    checked(on, &[numbers(on, &[2, 3, 4, 5], 1)], |x| {
        let (turned, part) = (x[0].transpose(1, 2), x[0].narrow(2, 1, 2));
        vec![concat(&[&x[0], &part], 2), turned.reshape(&[8, 15])]
    })
}

fn dropout(on: &On) -> Vec<Tensor> {
    checked(on, &[numbers(on, &[300], 1)], |x| vec![x[0].dropout(0.3, 0x1234_5678_9abc)])
}

fn embedding(on: &On) -> Vec<Tensor> {
    checked(on, &[numbers(on, &[9, 17], 1)], |x| vec![x[0].embedding(&[3, 0, 8, 3, 3, 7], &[2, 3])])
}

fn softmax(on: &On) -> Vec<Tensor> {
    let cases = [&[5, 7][..], &[3, 600]]
        .map(|shape| checked(on, &[numbers(on, shape, 1)], |x| vec![x[0].softmax(), x[0].log_softmax()]));
    cases.concat()
}

fn layer_norm(on: &On) -> Vec<Tensor> {
    let cases = [20, 300].map(|width| {
        let inputs = [&[5, width][..], &[width], &[width]].map(|shape| numbers(on, shape, 1));
        checked(on, &inputs, |x| vec![x[0].layer_norm(&x[1], &x[2], 1e-5)])
    });
    cases.concat()
}

fn cross_entropy(on: &On) -> Vec<Tensor> {
    let options = CrossEntropy { ignore_index: Some(2), label_smoothing: 0.1 };
    let cases = [20, 300].map(|classes| {
        let targets = [5, 2, classes as u32 - 1, 0, 2, 7];
        checked(on, &[numbers(on, &[6, classes], 1)], |x| vec![x[0].cross_entropy(&targets, options)])
    });
    cases.concat()
}

fn conv2d(on: &On) -> Vec<Tensor> {
    let inputs = [&[3, 4, 9, 7][..], &[6, 2, 3, 3], &[6], &[6], &[6]];
    let inputs = inputs.map(|shape| numbers(on, shape, 1));
    checked(on, &inputs, |x| {
        let y = x[0].conv2d(&x[1], Some(&x[2]), Conv2dOptions { stride: 2, padding: 1, groups: 2 });
        vec![y.group_norm(2, &x[3], &x[4], 1e-5).silu()]
    })
}

fn pool2d(on: &On) -> Vec<Tensor> {
    checked(on, &[numbers(on, &[2, 3, 7, 6], 1)], |x| {
        let larger = x[0].upsample_nearest2d(2);
        vec![larger.avg_pool2d(3, 2, 1), x[0].max_pool2d(3, 2, 1), larger.leaky_relu(0.2)]
    })
}

fn attention(on: &On) -> Vec<Tensor> {
    let causal = AttentionMask { causal_offset: Some(0), ..AttentionMask::default() };
    let padded =
        AttentionMask { key_lengths: Some(vec![37, 5]), dropout: Some((0.2, 7)), ..AttentionMask::default() };
    let cases = [(9, causal), (40, padded)].map(|(width, mask)| {
        let inputs = [1, 2, 3].map(|seed| numbers(on, &[2, 2, 37, width], seed));
        let weights = inputs[0].attention_weights(&inputs[1], &mask);
        [checked(on, &inputs, |x| vec![x[0].attention(&x[1], &x[2], &mask)]), vec![weights]].concat()
    });
    cases.concat()
}

fn cached_attention(on: &On) -> Vec<Tensor> {
    let [mut keys, mut values] = [1, 2].map(|seed| numbers(on, &[2, 20, 12], seed));
    let new = numbers(on, &[2, 2, 36], 3);
    keys.write_positions(&new, 12, 0, 4);
    values.write_positions(&new, 24, 0, 4);
    let reach = Reach { texts: &[1, 0, 1], lengths: &[6, 20, 1] };
    let (context, weights) = numbers(on, &[3, 12], 4).attend_cached(&keys, &values, reach, 3, true);
    let each = Reach { texts: &[1, 0], lengths: &[7, 8] };
    let (next, _) = numbers(on, &[2, 36], 5).extend_cached(&mut keys, &mut values, each, 3, false);
    let one = Reach { texts: &[1, 1], lengths: &[8, 9] };
    let (after, seen) = numbers(on, &[2, 36], 6).extend_cached(&mut keys, &mut values, one, 3, true);
    [keys, values, context, next, after].into_iter().chain(weights).chain(seen).collect()
}

/// Input, states, weights and biases of a recurrent layer; the input has `steps` steps.
fn recurrent<const N: usize>(on: &On, steps: usize, [gates, states]: [usize; 2]) -> [Tensor; N] {
    let shape = |index: usize| match index {
        0 => vec![steps, 3, 7],
        _ if index <= states => vec![3, 5],
        _ if index == states + 1 => vec![5 * gates, 7],
        _ if index == states + 2 => vec![5 * gates, 5],
        _ => vec![5 * gates],
    };
    std::array::from_fn(|index| numbers(on, &shape(index), 1 + index as u64))
}

fn lstm(on: &On) -> Vec<Tensor> {
    let run = |x: &[Tensor]| {
        let weights = LstmWeights { weight_ih: &x[3], weight_hh: &x[4], bias_ih: &x[5], bias_hh: &x[6] };
        let found = x[0].lstm(&x[1], &x[2], weights);
        vec![found.output, found.h, found.c]
    };
    // A single step, as in decoding, and several.
    let step = run(&recurrent::<7>(on, 1, [4, 2]));
    [step, checked(on, &recurrent::<7>(on, 4, [4, 2]), run)].concat()
}

fn gru(on: &On) -> Vec<Tensor> {
    let run = |x: &[Tensor]| {
        let weights = GruWeights { weight_ih: &x[2], weight_hh: &x[3], bias_ih: &x[4], bias_hh: &x[5] };
        let found = x[0].gru(&x[1], weights);
        vec![found.output, found.h]
    };
    let step = run(&recurrent::<6>(on, 1, [3, 1]));
    [step, checked(on, &recurrent::<6>(on, 4, [3, 1]), run)].concat()
}

fn adamw(on: &On) -> Vec<Tensor> {
    let config = AdamWConfig { beta1: 0.9, beta2: 0.99, eps: 1e-8, weight_decay: 0.1 };
    let mut parameter = numbers(on, &[300], 1);
    let mut optimizer = AdamW::new(config, &[("w".to_owned(), parameter.clone())]);
    for seed in 2..5 {
        optimizer.begin_step();
        optimizer.update(0, &mut parameter, &numbers(on, &[300], seed), 1.0, 0.01);
    }
    vec![parameter]
}
