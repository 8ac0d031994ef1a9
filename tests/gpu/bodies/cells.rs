use super::harness::{Guarded, TOLERANCE, assert_close, doubles, numbers};
use liedwerk::Tensor;
use liedwerk::gpu::{Gpu, View};
use liedwerk::ops::{GruWeights, LstmWeights};
use liedwerk::tensor::{Device, Tape};
use liedwerk::wgsl::cells::{gru_cell, gru_cell_backward, lstm_cell, lstm_cell_backward};

/// (B, H): nothing, every height of a tile, and more than one tile in either direction.
const STATES: [(usize, usize); 10] =
    [(0, 5), (3, 0), (1, 1), (2, 3), (4, 17), (33, 31), (3, 64), (1, 65), (9, 32), (3, 257)];

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// One kernel's surroundings: sizes, and whether it multiplies with the recurrent weights itself.
#[derive(Clone, Copy)]
struct Case {
    gates: usize,
    batch: usize,
    hidden: usize,
    fused: bool,
}

impl Case {
    fn all(gates: usize) -> impl Iterator<Item = Self> {
        let case = move |fused| STATES.map(|(batch, hidden)| Self { gates, batch, hidden, fused });
        [false, true].into_iter().flat_map(case)
    }

    fn states(self) -> usize {
        self.batch * self.hidden
    }

    /// Where a gate of an element of the state lies.
    fn at(self, state: usize, gate: usize) -> usize {
        (state / self.hidden * self.gates + gate) * self.hidden + state % self.hidden
    }

    /// The weights, so small that no gate is saturated.
    fn weight_hh(self) -> Vec<f32> {
        let scale = 2.0 / (self.hidden as f32).sqrt();
        numbers(self.gates * self.hidden * self.hidden, 11).iter().map(|x| scale * x).collect()
    }

    /// `W_hh h` at a gate of an element of the state; nothing if the kernel is not to add it.
    fn product(self, weight: &[f32], h: &[f32], state: usize, gate: usize) -> f64 {
        let row = gate * self.hidden + state % self.hidden;
        let h = &h[state / self.hidden * self.hidden..][..self.hidden];
        let sum = weight[row * self.hidden..][..self.hidden].iter().zip(h);
        if self.fused { sum.map(|(w, h)| f64::from(*w) * f64::from(*h)).sum() } else { 0.0 }
    }

    /// `dgates W_hh` at an element of the state.
    fn product_back(self, weight: &[f32], dgates: &[f32], state: usize) -> f64 {
        let wide = self.gates * self.hidden;
        let row = &dgates[state / self.hidden * wide..][..wide];
        let term =
            |(k, d): (usize, &f32)| f64::from(weight[k * self.hidden + state % self.hidden]) * f64::from(*d);
        row.iter().enumerate().map(term).sum()
    }

    async fn check(self, all: &[(&str, &Guarded, Vec<f64>)]) {
        let Self { gates, batch, hidden, fused } = self;
        for (name, actual, expected) in all {
            let what = format!("{gates} gates, {batch} x {hidden}, fused {fused}: {name}");
            assert_close(&what, &actual.read().await, expected, TOLERANCE);
        }
    }
}

/// Values, and room for as many that a kernel is to write.
fn and_room(values: &[f32]) -> Vec<f32> {
    [values, &vec![f32::MAX; values.len()][..]].concat()
}

/// One step of an LSTM and its gradient, each against its formulae in double precision.
pub async fn lstm_cells(gpu: &Gpu) {
    for case in Case::all(4) {
        let (Case { hidden, fused, .. }, states) = (case, case.states());
        let (inputs, weight) = (numbers(4 * states, 1), case.weight_hh());
        let [c_prev, h_prev, dy, dh, dc] = [2, 3, 4, 5, 6].map(|seed| numbers(states, seed));
        let (biases, next) = ([7, 8].map(|seed| numbers(4 * hidden, seed)), numbers(4 * states, 9));
        let (weights, bias_ih, bias_hh) =
            (gpu.upload(&weight), gpu.upload(&biases[0]), gpu.upload(&biases[1]));
        let product = fused.then(|| View::from(&weights));

        let gates = Guarded::new(gpu, &inputs);
        let [c, h] = [&c_prev, &h_prev].map(|values| Guarded::new(gpu, &and_room(values)));
        let bias_views = [(&bias_ih).into(), (&bias_hh).into()];
        lstm_cell(product, bias_views, gates.view(), c.view(), h.view(), hidden);
        let [dy_in, dh_in, dc_out] = [&dy, &dh, &dc].map(|values| Guarded::new(gpu, values));
        let room = vec![f32::MAX; 4 * states];
        let dgates = Guarded::new(gpu, &if fused { [&room[..], &next].concat() } else { room });
        let with_dy = hidden % 2 == 1;
        let (dy_in, out) = (with_dy.then(|| dy_in.view()), dgates.view());
        lstm_cell_backward(product, gates.view(), c.view(), dy_in, dh_in.view(), dc_out.view(), out, hidden);

        let [mut gates64, mut dgates64] = [(); 2].map(|()| vec![0.0; 4 * states]);
        let (mut c64, mut h64, mut dc64) = (doubles(&c_prev), doubles(&h_prev), Vec::new());
        for s in 0..states {
            let sum = |gate: usize| {
                let bias = gate * hidden + s % hidden;
                let bias = f64::from(biases[0][bias]) + f64::from(biases[1][bias]);
                f64::from(inputs[case.at(s, gate)]) + bias + case.product(&weight, &h_prev, s, gate)
            };
            let [i, f, g, o] = [sigmoid(sum(0)), sigmoid(sum(1)), sum(2).tanh(), sigmoid(sum(3))];
            let c = f * c64[s] + i * g;
            let back = if fused { case.product_back(&weight, &next, s) } else { f64::from(dh[s]) };
            let dh = back + if with_dy { f64::from(dy[s]) } else { 0.0 };
            let dc = f64::from(dc[s]) + dh * o * (1.0 - c.tanh().powi(2));
            let [di, df] = [dc * g * i * (1.0 - i), dc * c64[s] * f * (1.0 - f)];
            let [dg, d_o] = [dc * i * (1.0 - g * g), dh * c.tanh() * o * (1.0 - o)];
            for (gate, (value, d)) in [(i, di), (f, df), (g, dg), (o, d_o)].into_iter().enumerate() {
                (gates64[case.at(s, gate)], dgates64[case.at(s, gate)]) = (value, d);
            }
            c64.push(c);
            h64.push(o * c.tanh());
            dc64.push(dc * f);
        }
        dgates64.extend(doubles(if fused { &next } else { &[] }));
        let results = [("gates", &gates, gates64), ("c", &c, c64), ("h", &h, h64)];
        case.check(&results).await;
        case.check(&[("dgates", &dgates, dgates64), ("dc", &dc_out, dc64)]).await;
    }
}

/// One step of a GRU and its gradient, each against its formulae in double precision.
pub async fn gru_cells(gpu: &Gpu) {
    for case in Case::all(3) {
        let (Case { hidden, fused, .. }, states) = (case, case.states());
        let (x, weight) = (numbers(3 * states, 1), case.weight_hh());
        let y = if fused { vec![0.0; 3 * states] } else { numbers(3 * states, 2) };
        let [h_prev, dy, dh] = [3, 4, 5].map(|seed| numbers(states, seed));
        let (biases, next) = ([7, 8].map(|seed| numbers(3 * hidden, seed)), numbers(3 * states, 9));
        let (weights, bias_ih, bias_hh) =
            (gpu.upload(&weight), gpu.upload(&biases[0]), gpu.upload(&biases[1]));
        let product = fused.then(|| View::from(&weights));

        let [rzn, gh] = [&x, &y].map(|values| Guarded::new(gpu, values));
        let h = Guarded::new(gpu, &and_room(&h_prev));
        let bias_views = [(&bias_ih).into(), (&bias_hh).into()];
        gru_cell(product, bias_views, rzn.view(), gh.view(), h.view(), hidden);
        let [dy_in, dh_out] = [&dy, &dh].map(|values| Guarded::new(gpu, values));
        let (dgx, room) = (Guarded::output(gpu, 3 * states), vec![f32::MAX; 3 * states]);
        let dgh = Guarded::new(gpu, &if fused { [&room[..], &next].concat() } else { room });
        let with_dy = hidden % 2 == 1;
        let (dy_in, before) = (with_dy.then(|| dy_in.view()), h.view().part(0, states));
        let (gates, out) = ([rzn.view(), gh.view()], [dh_out.view(), dgx.view(), dgh.view()]);
        gru_cell_backward(product, gates[0], gates[1], before, dy_in, out[0], out[1], out[2], hidden);

        let [mut rzn64, mut dgx64, mut dgh64] = [(); 3].map(|()| vec![0.0; 3 * states]);
        let (mut gh64, mut h64, mut dh64) = (doubles(&y), doubles(&h_prev), Vec::new());
        for s in 0..states {
            let bias = |which: usize, gate: usize| f64::from(biases[which][gate * hidden + s % hidden]);
            let gx = [0, 1, 2].map(|gate| f64::from(x[case.at(s, gate)]) + bias(0, gate));
            let gh = [0, 1, 2].map(|gate| {
                let product = case.product(&weight, &h_prev, s, gate);
                f64::from(y[case.at(s, gate)]) + product + bias(1, gate)
            });
            let (r, z) = (sigmoid(gx[0] + gh[0]), sigmoid(gx[1] + gh[1]));
            let n = (gx[2] + r * gh[2]).tanh();
            let back = if fused { case.product_back(&weight, &next, s) } else { 0.0 };
            let dh = back + f64::from(dh[s]) + if with_dy { f64::from(dy[s]) } else { 0.0 };
            let dn = dh * (1.0 - z) * (1.0 - n * n);
            let (dr, dz) = (dn * gh[2] * r * (1.0 - r), dh * (h64[s] - n) * z * (1.0 - z));
            for (gate, (value, [dx, dh])) in
                [(r, [dr; 2]), (z, [dz; 2]), (n, [dn, dn * r])].into_iter().enumerate()
            {
                rzn64[case.at(s, gate)] = value;
                (dgx64[case.at(s, gate)], dgh64[case.at(s, gate)]) = (dx, dh);
            }
            gh64[case.at(s, 2)] = gh[2];
            h64.push((1.0 - z) * n + z * h64[s]);
            dh64.push(dh * z);
        }
        dgh64.extend(doubles(if fused { &next } else { &[] }));
        case.check(&[("rzn", &rzn, rzn64), ("gh", &gh, gh64), ("h", &h, h64)]).await;
        case.check(&[("dgx", &dgx, dgx64), ("dgh", &dgh, dgh64), ("dh", &dh_out, dh64)]).await;
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
fn results(device: &Device, inputs: &[Tensor], loss: fn(&[Tensor]) -> Vec<Tensor>) -> Vec<Tensor> {
    let tape = Tape::new();
    let watched: Vec<Tensor> = inputs.iter().map(|input| tape.watch(&input.to(device))).collect();
    let outputs = loss(&watched);
    let grads = tape.backward(&outputs[0]);
    let grads = watched.iter().map(|input| grads.get(input).expect("a gradient").clone());
    outputs.iter().map(Tensor::detach).chain(grads).collect()
}

async fn compare(gpu: &Gpu, what: &str, inputs: &[Tensor], loss: fn(&[Tensor]) -> Vec<Tensor>) {
    let device = Device::Gpu(gpu.clone());
    let actual = results(&device, inputs, loss);
    assert!(actual.iter().all(|tensor| tensor.device() == device), "{what}: a result has left the GPU");
    let actual = Tensor::all_to_cpu(&actual).await.expect("the GPU answers");
    for (index, (actual, expected)) in actual.iter().zip(results(&Device::Cpu, inputs, loss)).enumerate() {
        let what = format!("{what}: result {index}");
        assert_eq!(actual.shape(), expected.shape(), "{what}");
        assert_close(&what, actual.data(), &doubles(expected.data()), 1e-5);
    }
}

/// (T, B, I, H): short and long, narrow and wide; the fourth has too many rows for one dispatch a step.
const SEQUENCES: [(usize, usize, usize, usize); 7] = [
    (1, 1, 5, 3),
    (1, 3, 2, 17),
    (5, 3, 7, 5),
    (5, 17, 3, 9),
    (33, 1, 4, 9),
    (33, 3, 19, 33),
    (200, 2, 3, 8),
];

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

/// One step of R rows without a tape, which is a kernel of its own, against the CPU's.
pub async fn steps(gpu: &Gpu) {
    let device = Device::Gpu(gpu.clone());
    let sizes = [(1, 5, 3), (2, 65, 17), (4, 3, 64), (5, 130, 33), (16, 7, 1), (17, 4, 5)];
    let run = |device: &Device| -> Vec<Tensor> {
        let outputs = |(rows, inputs, hidden)| {
            let states = [1, 2].map(|seed| random(&[rows, hidden], seed).to(device));
            let x = random(&[1, rows, inputs], 3).to(device);
            let [lstm_weights, gru_weights] =
                [4, 3].map(|gates| weights(gates, inputs, hidden, 4).map(|weight| weight.to(device)));
            let y = lstm(&x, &states[0], &states[1], &lstm_weights);
            y.into_iter().chain(gru(&x, &states[0], &gru_weights))
        };
        sizes.into_iter().flat_map(outputs).collect()
    };
    let before = gpu.counts().1;
    let actual = run(&device);
    assert_eq!(gpu.counts().1 - before, 2 * 5 + 2 * 3, "dispatches: one a layer, but for the last size");
    let actual = Tensor::all_to_cpu(&actual).await.expect("the GPU answers");
    for (index, (actual, expected)) in actual.iter().zip(run(&Device::Cpu)).enumerate() {
        let what = format!("sizes {:?}, result {}", sizes[index / 5], index % 5);
        assert_eq!(actual.shape(), expected.shape(), "{what}");
        assert_close(&what, actual.data(), &doubles(expected.data()), 2e-6);
    }
}
