//! The backward pass of every op compared with finite differences of its forward pass.

use liedwerk::ops::{AttentionMask, Conv2dOptions, CrossEntropy, GruWeights, LstmWeights, concat};
use liedwerk::rng::Rng;
use liedwerk::tensor::{Tape, Tensor};

fn random(shape: &[usize], rng: &mut Rng) -> Tensor {
    let values = (0..shape.iter().product()).map(|_| 2.0 * rng.uniform() - 1.0).collect();
    Tensor::from_vec(values, shape)
}

/// Compares the gradient of `Σ weight · op(inputs)` with central differences, for every input element.
///
/// f32 differences have an error of about 1e-3 of the function's scale, so this detects wrong formulae; the
/// PyTorch goldens detect wrong digits.
fn check(name: &str, shapes: &[&[usize]], op: impl Fn(&[Tensor]) -> Tensor) {
    let mut rng = Rng::new(name.len() as u64);
    let inputs: Vec<Tensor> = shapes.iter().map(|shape| random(shape, &mut rng)).collect();
    check_at(name, &inputs, op);
}

fn check_at(name: &str, inputs: &[Tensor], op: impl Fn(&[Tensor]) -> Tensor) {
    let weight = random(op(inputs).shape(), &mut Rng::new(99));
    let loss = |inputs: &[Tensor]| op(inputs).mul(&weight).sum_all();
    let tape = Tape::new();
    let leaves: Vec<Tensor> = inputs.iter().map(|input| tape.watch(input)).collect();
    let grads = tape.backward(&loss(&leaves));
    for (index, leaf) in leaves.iter().enumerate() {
        let grad = grads.get(leaf).unwrap_or_else(|| panic!("{name}: input {index} has no gradient"));
        assert_eq!(grad.shape(), leaf.shape(), "{name}: shape of gradient {index}");
        for element in 0..leaf.numel() {
            let moved = |by: f32| {
                let mut inputs = inputs.to_vec();
                inputs[index].data_mut()[element] += by;
                f64::from(loss(&inputs).item())
            };
            let step = 1e-2;
            let expected = (moved(step) - moved(-step)) / (2.0 * f64::from(step));
            let actual = f64::from(grad.data()[element]);
            assert!(
                (actual - expected).abs() < 4e-3 * (1.0 + expected.abs()),
                "{name}: input {index}[{element}]: {actual}, finite difference {expected}"
            );
        }
    }
}

#[test]
fn unary_ops() {
    type Op = fn(&Tensor) -> Tensor;
    let ops: [(&str, Op); 10] = [
        ("exp", Tensor::exp),
        ("tanh", Tensor::tanh),
        ("sigmoid", Tensor::sigmoid),
        ("gelu", Tensor::gelu),
        ("gelu_erf", Tensor::gelu_erf),
        ("silu", Tensor::silu),
        ("square", Tensor::square),
        ("neg", Tensor::neg),
        ("mul_scalar", |x| x.mul_scalar(-1.7)),
        ("add_scalar", |x| x.add_scalar(0.3).square()),
    ];
    for (name, op) in ops {
        check(name, &[&[3, 5]], |x| op(&x[0]));
    }
    // Away from the kink of relu and the poles of log and sqrt.
    let positive = Tensor::from_vec(vec![0.5, 1.0, 1.5, 2.0, 3.0], &[5]);
    check_at("log", std::slice::from_ref(&positive), |x| x[0].log());
    check_at("sqrt", std::slice::from_ref(&positive), |x| x[0].sqrt());
    check_at("relu", &[positive.add_scalar(-1.75)], |x| x[0].relu());
    check_at("leaky_relu", &[positive.add_scalar(-1.75)], |x| x[0].leaky_relu(0.2));
}

#[test]
fn binary_ops_broadcast() {
    for (a, b) in [(&[2, 3][..], &[2, 3][..]), (&[2, 1, 3], &[4, 1]), (&[3], &[2, 3]), (&[2, 2], &[])] {
        check("add", &[a, b], |x| x[0].add(&x[1]));
        check("sub", &[a, b], |x| x[0].sub(&x[1]));
        check("mul", &[a, b], |x| x[0].mul(&x[1]));
        check("div", &[a, b], |x| x[0].div(&x[1].square().add_scalar(1.0)));
    }
}

#[test]
fn matmul_and_linear() {
    check("matmul", &[&[3, 4], &[4, 2]], |x| x[0].matmul(&x[1]));
    check("matmul batched", &[&[2, 3, 4], &[2, 4, 2]], |x| x[0].matmul(&x[1]));
    check("matmul shared right", &[&[2, 3, 4], &[4, 2]], |x| x[0].matmul(&x[1]));
    check("matmul shared left", &[&[3, 4], &[2, 4, 2]], |x| x[0].matmul(&x[1]));
    check("linear", &[&[2, 3, 4], &[5, 4], &[5]], |x| x[0].linear(&x[1], Some(&x[2])));
    check("linear without bias", &[&[3, 4], &[5, 4]], |x| x[0].linear(&x[1], None));
}

#[test]
fn reductions_and_softmax() {
    check("sum_all", &[&[3, 4]], |x| x[0].square().sum_all());
    check("mean_all", &[&[3, 4]], |x| x[0].square().mean_all());
    for axis in 0..3 {
        check("sum", &[&[2, 3, 4]], |x| x[0].square().sum(axis));
        check("mean", &[&[2, 3, 4]], |x| x[0].square().mean(axis));
    }
    check("softmax", &[&[3, 7]], |x| x[0].softmax());
    check("log_softmax", &[&[3, 7]], |x| x[0].log_softmax());
    let options = CrossEntropy { ignore_index: Some(2), label_smoothing: 0.1 };
    check("cross_entropy", &[&[4, 5]], |x| x[0].cross_entropy(&[0, 4, 2, 1], options));
    check("binary_cross_entropy", &[&[4, 1]], |x| x[0].binary_cross_entropy_with_logits(&[0, 1, 1, 0]));
    check("layer_norm", &[&[3, 6], &[6], &[6]], |x| x[0].layer_norm(&x[1], &x[2], 1e-5));
}

#[test]
fn picture_ops() {
    for options in [
        Conv2dOptions::default(),
        Conv2dOptions { stride: 2, padding: 1, groups: 2 },
        Conv2dOptions { stride: 1, padding: 1, groups: 4 },
    ] {
        let weight = &[4, 4 / options.groups, 3, 2];
        check("conv2d", &[&[2, 4, 5, 4], weight, &[4]], |x| x[0].conv2d(&x[1], Some(&x[2]), options));
        check("conv2d without bias", &[&[1, 4, 3, 3], weight], |x| x[0].conv2d(&x[1], None, options));
    }
    check("gram", &[&[3, 5]], |x| x[0].gram());
    check("avg_pool2d", &[&[2, 2, 5, 4]], |x| x[0].avg_pool2d(2, 2, 1).square());
    // Values far enough apart that a step changes no maximum.
    let apart: Vec<f32> = (0..40).map(|i| (i * 17 % 40) as f32 / 10.0).collect();
    check_at("max_pool2d", &[Tensor::from_vec(apart, &[2, 1, 5, 4])], |x| x[0].max_pool2d(3, 2, 1));
    check("upsample_nearest2d", &[&[2, 2, 2, 3]], |x| x[0].upsample_nearest2d(3).square());
    check("group_norm", &[&[2, 4, 2, 3], &[4], &[4]], |x| x[0].group_norm(2, &x[1], &x[2], 1e-5));
}

#[test]
fn layout_ops() {
    check("reshape", &[&[2, 6]], |x| x[0].reshape(&[3, 4]).square());
    check("permute", &[&[2, 3, 4, 2]], |x| x[0].permute(&[2, 0, 3, 1]).square());
    check("narrow", &[&[3, 5, 2]], |x| x[0].narrow(1, 1, 3).square());
    check("concat", &[&[2, 3, 2], &[2, 1, 2]], |x| concat(&[&x[0], &x[1], &x[0]], 1).square());
    check("embedding", &[&[5, 3]], |x| x[0].embedding(&[4, 0, 4, 1], &[2, 2]).square());
    check("dropout", &[&[4, 6]], |x| x[0].dropout(0.4, 3).square());
}

#[test]
fn sequence_ops() {
    let (i, h, t, b) = (3, 2, 4, 2);
    let x: &[usize] = &[t, b, i];
    check("lstm", &[x, &[b, h], &[b, h], &[4 * h, i], &[4 * h, h], &[4 * h], &[4 * h]], |x| {
        let weights = LstmWeights { weight_ih: &x[3], weight_hh: &x[4], bias_ih: &x[5], bias_hh: &x[6] };
        let output = x[0].lstm(&x[1], &x[2], weights);
        concat(&[&output.output.reshape(&[t * b, h]), &output.h, &output.c], 0)
    });
    check("gru", &[x, &[b, h], &[3 * h, i], &[3 * h, h], &[3 * h], &[3 * h]], |x| {
        let weights = GruWeights { weight_ih: &x[2], weight_hh: &x[3], bias_ih: &x[4], bias_hh: &x[5] };
        let output = x[0].gru(&x[1], weights);
        concat(&[&output.output.reshape(&[t * b, h]), &output.h], 0)
    });
    let mask = AttentionMask { causal_offset: Some(1), key_lengths: Some(vec![4, 2]), dropout: None };
    for mask in [mask.clone(), AttentionMask { dropout: Some((0.4, 5)), ..mask }] {
        check("attention", &[&[2, 2, 3, 2], &[2, 2, 4, 2], &[2, 2, 4, 3]], |x| {
            x[0].attention(&x[1], &x[2], &mask)
        });
    }
}

#[test]
fn additive_attention_from_ops() {
    // Bahdanau: scores = v · tanh(W_q q + W_k k), broadcast over keys.
    check("additive", &[&[2, 1, 3], &[2, 4, 3], &[1, 3]], |x| {
        let scores = x[0].add(&x[1]).tanh().linear(&x[2], None); // (B, S, 1)
        let weights = scores.transpose(1, 2).softmax(); // (B, 1, S)
        weights.matmul(&x[1])
    });
}

#[test]
fn an_unused_output_and_a_shared_input_are_handled() {
    let tape = Tape::new();
    let x = tape.watch(&Tensor::scalar(2.0));
    let y = x.mul(&x).add(&x); // x² + x
    let _unused = x.exp();
    let grads = tape.backward(&y);
    assert_eq!(grads.get(&x).unwrap().item(), 5.0);
    assert!(tape.is_empty());
}

#[test]
#[should_panic(expected = "does not depend on a watched tensor")]
fn a_loss_without_a_tape_fails_loudly() {
    Tape::new().backward(&Tensor::scalar(1.0));
}
