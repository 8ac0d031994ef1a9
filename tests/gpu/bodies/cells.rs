use super::harness::{Guarded, SIZES, TOLERANCE, assert_close, doubles, numbers};
use liedwerk::Tensor;
use liedwerk::gpu::Gpu;
use liedwerk::ops::{GruWeights, LstmWeights};
use liedwerk::tensor::{Device, Tape};
use liedwerk::wgsl::cells::{gru_cell, gru_cell_backward, lstm_cell, lstm_cell_backward};

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// (B, H) of each kernel's cases.
fn shapes() -> impl Iterator<Item = (usize, usize)> {
    SIZES.into_iter().map(|hidden| (3, hidden)).chain([(1, 1), (0, 5), (33, 31)])
}

async fn read_all<const N: usize>(all: [&Guarded; N]) -> [Vec<f32>; N] {
    let mut read = Vec::new();
    for one in all {
        read.push(one.read().await);
    }
    read.try_into().expect("as many as were asked for")
}

/// One step of an LSTM and its gradient, each against its formulae in double precision.
pub async fn lstm_cells(gpu: &Gpu) {
    for (batch, hidden) in shapes() {
        let states = batch * hidden;
        let at = |index: usize, gate: usize| (index / hidden * 4 + gate) * hidden + index % hidden;
        let (inputs, states_before) = (numbers(4 * states, 1), numbers(states, 2));
        let biases = [3, 4].map(|seed| numbers(4 * hidden, seed));
        let [gates, c, h] = [&inputs, &[&states_before[..], &vec![7.0; states]].concat(), &vec![7.0; states]]
            .map(|values| Guarded::new(gpu, values));
        let bias_buffers = biases.each_ref().map(|bias| gpu.upload(bias));
        lstm_cell(bias_buffers.each_ref().map(Into::into), gates.view(), c.view(), h.view(), hidden);

        let dh_all = [5, 6].map(|seed| numbers(states, seed));
        let dc_next = numbers(states, 7);
        let [dy, dh, dc] = [&dh_all[0], &dh_all[1], &dc_next].map(|values| Guarded::new(gpu, values));
        let dgates = Guarded::output(gpu, 4 * states);
        let with_dy = hidden % 2 == 1;
        let dy = with_dy.then(|| dy.view());
        lstm_cell_backward(gates.view(), c.view(), dy, dh.view(), dc.view(), dgates.view(), hidden);

        let (mut gates64, mut c64, mut h64) =
            (vec![0.0; 4 * states], doubles(&states_before), vec![0.0; states]);
        let (mut dgates64, mut dc64) = (vec![0.0; 4 * states], vec![0.0; states]);
        for s in 0..states {
            let sum = |gate: usize| {
                let bias = gate * hidden + s % hidden;
                f64::from(inputs[at(s, gate)]) + f64::from(biases[0][bias]) + f64::from(biases[1][bias])
            };
            let [i, f, g, o] = [sigmoid(sum(0)), sigmoid(sum(1)), sum(2).tanh(), sigmoid(sum(3))];
            let c_prev = f64::from(states_before[s]);
            let c = f * c_prev + i * g;
            let dh = f64::from(dh_all[1][s]) + if with_dy { f64::from(dh_all[0][s]) } else { 0.0 };
            let dc = f64::from(dc_next[s]) + dh * o * (1.0 - c.tanh().powi(2));
            let d = [
                dc * g * i * (1.0 - i),
                dc * c_prev * f * (1.0 - f),
                dc * i * (1.0 - g * g),
                dh * c.tanh() * o * (1.0 - o),
            ];
            for (gate, (value, d)) in [i, f, g, o].into_iter().zip(d).enumerate() {
                (gates64[at(s, gate)], dgates64[at(s, gate)]) = (value, d);
            }
            c64.push(c);
            (h64[s], dc64[s]) = (o * c.tanh(), dc * f);
        }
        let expected = [gates64, c64, h64, dgates64, dc64];
        let actual = read_all([&gates, &c, &h, &dgates, &dc]).await;
        for ((name, actual), expected) in
            ["gates", "c", "h", "dgates", "dc"].iter().zip(&actual).zip(expected)
        {
            assert_close(&format!("lstm {batch} x {hidden}: {name}"), actual, &expected, TOLERANCE);
        }
    }
}

/// One step of a GRU and its gradient, each against its formulae in double precision.
pub async fn gru_cells(gpu: &Gpu) {
    for (batch, hidden) in shapes() {
        let states = batch * hidden;
        let at = |index: usize, gate: usize| (index / hidden * 3 + gate) * hidden + index % hidden;
        let (x, y, h_before) = (numbers(3 * states, 1), numbers(3 * states, 2), numbers(states, 3));
        let biases = [4, 5].map(|seed| numbers(3 * hidden, seed));
        let [gates, gh, h] =
            [&x, &y, &[&h_before[..], &vec![7.0; states]].concat()].map(|values| Guarded::new(gpu, values));
        let bias_buffers = biases.each_ref().map(|bias| gpu.upload(bias));
        gru_cell(bias_buffers.each_ref().map(Into::into), gates.view(), gh.view(), h.view(), hidden);

        let dh_all = [5, 6].map(|seed| numbers(states, seed));
        let [dy, dh] = [&dh_all[0], &dh_all[1]].map(|values| Guarded::new(gpu, values));
        let [dgx, dgh] = [(); 2].map(|()| Guarded::output(gpu, 3 * states));
        let with_dy = hidden % 2 == 1;
        let (dy, h_prev) = (with_dy.then(|| dy.view()), h.view().part(0, states));
        gru_cell_backward(gates.view(), gh.view(), h_prev, dy, dh.view(), dgx.view(), dgh.view(), hidden);

        let (mut rzn64, mut gh64, mut h64) = (vec![0.0; 3 * states], doubles(&y), doubles(&h_before));
        let [mut dgx64, mut dgh64] = [(); 2].map(|()| vec![0.0; 3 * states]);
        let mut dh64 = vec![0.0; states];
        for s in 0..states {
            let sum = |values: &[f32], bias: usize, gate: usize| {
                f64::from(values[at(s, gate)]) + f64::from(biases[bias][gate * hidden + s % hidden])
            };
            let (gx, gh) = ([0, 1, 2].map(|gate| sum(&x, 0, gate)), [0, 1, 2].map(|gate| sum(&y, 1, gate)));
            let (r, z) = (sigmoid(gx[0] + gh[0]), sigmoid(gx[1] + gh[1]));
            let n = (gx[2] + r * gh[2]).tanh();
            let h_prev = f64::from(h_before[s]);
            let dh = f64::from(dh_all[1][s]) + if with_dy { f64::from(dh_all[0][s]) } else { 0.0 };
            let dn = dh * (1.0 - z) * (1.0 - n * n);
            let (dr, dz) = (dn * gh[2] * r * (1.0 - r), dh * (h_prev - n) * z * (1.0 - z));
            for (gate, value) in [r, z, n].into_iter().enumerate() {
                rzn64[at(s, gate)] = value;
                (dgx64[at(s, gate)], dgh64[at(s, gate)]) = ([dr, dz, dn][gate], [dr, dz, dn * r][gate]);
            }
            gh64[at(s, 2)] = gh[2];
            h64.push((1.0 - z) * n + z * h_prev);
            dh64[s] = dh * z;
        }
        let expected = [rzn64, gh64, h64, dgx64, dgh64, dh64];
        let actual = read_all([&gates, &gh, &h, &dgx, &dgh, &dh]).await;
        let names = ["rzn", "gh", "h", "dgx", "dgh", "dh"];
        for ((name, actual), expected) in names.iter().zip(&actual).zip(expected) {
            assert_close(&format!("gru {batch} x {hidden}: {name}"), actual, &expected, TOLERANCE);
        }
    }
}

/// A tensor of pseudo-random numbers, so small that no gate of a long sum is saturated.
fn random(shape: &[usize], seed: u32) -> Tensor {
    let count = shape.iter().product();
    let scale = 2.0 / (*shape.last().expect("not a scalar") as f32).sqrt();
    Tensor::from_vec(numbers(count, seed).iter().map(|x| scale * x).collect(), shape)
}

/// `weight_ih, weight_hh, bias_ih, bias_hh`.
fn weights(gates: usize, inputs: usize, hidden: usize, seed: u32) -> [Tensor; 4] {
    let wide = gates * hidden;
    [
        random(&[wide, inputs], seed),
        random(&[wide, hidden], seed + 1),
        random(&[wide], seed + 2),
        random(&[wide], seed + 3),
    ]
}

fn lstm(x: &Tensor, h: &Tensor, c: &Tensor, weights: &[Tensor]) -> [Tensor; 3] {
    let [weight_ih, weight_hh, bias_ih, bias_hh] = weights else { panic!("four weights") };
    let y = x.lstm(h, c, LstmWeights { weight_ih, weight_hh, bias_ih, bias_hh });
    [y.output, y.h, y.c]
}

fn gru(x: &Tensor, h: &Tensor, weights: &[Tensor]) -> [Tensor; 2] {
    let [weight_ih, weight_hh, bias_ih, bias_hh] = weights else { panic!("four weights") };
    let y = x.gru(h, GruWeights { weight_ih, weight_hh, bias_ih, bias_hh });
    [y.output, y.h]
}

/// Two layers, the second from the first one's states on, then a unit that reads everything: a loss made of
/// nothing but the op, in which all its outputs have gradients.
fn lstm_loss(p: &[Tensor]) -> Vec<Tensor> {
    let [output, h, c] = lstm(&p[0], &p[1], &p[2], &p[3..7]);
    let [output, h, c] = lstm(&output, &h, &c, &p[7..11]);
    let zero = Tensor::zeros(&[1, 1]);
    let [loss, ..] = lstm(&output.reshape(&[1, 1, output.numel()]), &zero, &zero, &p[11..15]);
    vec![loss, output, h, c]
}

fn gru_loss(p: &[Tensor]) -> Vec<Tensor> {
    let [output, h] = gru(&p[0], &p[1], &p[2..6]);
    let [output, h] = gru(&output, &h, &p[6..10]);
    let [loss, ..] = gru(&output.reshape(&[1, 1, output.numel()]), &Tensor::zeros(&[1, 1]), &p[10..14]);
    vec![loss, output, h]
}

/// The results of `loss`, then the gradients of `inputs`, computed on `device`.
async fn results(device: &Device, inputs: &[Tensor], loss: fn(&[Tensor]) -> Vec<Tensor>) -> Vec<Vec<f32>> {
    let tape = Tape::new();
    let watched: Vec<Tensor> = inputs.iter().map(|input| tape.watch(&input.to(device))).collect();
    let outputs = loss(&watched);
    let grads = tape.backward(&outputs[0]);
    let grads = watched.iter().map(|input| grads.get(input).expect("a gradient").clone());
    let mut values = Vec::new();
    for tensor in outputs.iter().cloned().chain(grads) {
        assert_eq!(tensor.device(), *device);
        values.push(tensor.read().await.expect("the GPU answers"));
    }
    values
}

async fn compare(gpu: &Gpu, what: &str, inputs: &[Tensor], loss: fn(&[Tensor]) -> Vec<Tensor>) {
    let expected = results(&Device::Cpu, inputs, loss).await;
    let actual = results(&Device::Gpu(gpu.clone()), inputs, loss).await;
    for (index, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        assert_close(&format!("{what}: result {index}"), actual, &doubles(&expected), 1e-5);
    }
}

/// (T, B, I, H): short and long, narrow and wide.
const SEQUENCES: [(usize, usize, usize, usize); 6] =
    [(1, 1, 5, 3), (1, 3, 2, 17), (5, 3, 7, 5), (33, 1, 4, 9), (33, 3, 19, 33), (200, 2, 3, 8)];

pub async fn lstm_op(gpu: &Gpu) {
    for (steps, batch, inputs, hidden) in SEQUENCES {
        let mut all = vec![random(&[steps, batch, inputs], 1)];
        all.extend([2, 3].map(|seed| random(&[batch, hidden], seed)));
        all.extend(weights(4, inputs, hidden, 4));
        all.extend(weights(4, hidden, hidden, 8));
        all.extend(weights(4, steps * batch * hidden, 1, 12));
        compare(gpu, &format!("lstm {steps}, {batch}, {inputs}, {hidden}"), &all, lstm_loss).await;
    }
}

pub async fn gru_op(gpu: &Gpu) {
    for (steps, batch, inputs, hidden) in SEQUENCES {
        let mut all = vec![random(&[steps, batch, inputs], 1), random(&[batch, hidden], 2)];
        all.extend(weights(3, inputs, hidden, 4));
        all.extend(weights(3, hidden, hidden, 8));
        all.extend(weights(3, steps * batch * hidden, 1, 12));
        compare(gpu, &format!("gru {steps}, {batch}, {inputs}, {hidden}"), &all, gru_loss).await;
    }
}
