//! The recurrent cells: everything of an LSTM or GRU step that is not a matrix product.

use super::lanes::{LANES, load, store};
use super::math::{sigmoid4, tanh4};
use super::parallel::{In, Out, for_rows};
use wide::f32x4;

/// Cost of an exponential relative to a simple elementwise operation, for deciding whether to use all cores.
const COST: usize = 4;

/// One LSTM step with gates in the order `i, f, g, o`: `c = f * c_prev + i * g`, `h = o * tanh(c)`, where
/// `i, f, o` have passed through a sigmoid and `g` through tanh.
///
/// `gates` (B, 4H): pre-activations in, activated gates out. `c_prev`, `c`, `h`: (B, H).
pub fn lstm_cell(gates: &mut [f32], c_prev: &[f32], c: &mut [f32], h: &mut [f32], hidden: usize) {
    if hidden == 0 {
        return;
    }
    let batch = c.len() / hidden;
    assert_eq!(c.len(), batch * hidden, "lstm_cell: c");
    assert_eq!(gates.len(), 4 * c.len(), "lstm_cell: gates");
    assert_eq!(c_prev.len(), c.len(), "lstm_cell: c_prev");
    assert_eq!(h.len(), c.len(), "lstm_cell: h");
    let operands = (Out(gates, 4 * hidden), In(c_prev, hidden), Out(c, hidden), Out(h, hidden));
    for_rows(operands, batch, 4 * COST * hidden, |(gates, c_prev, c, h)| {
        let rows = gates.0.chunks_exact_mut(4 * hidden).zip(c_prev.0.chunks_exact(hidden));
        let states = c.0.chunks_exact_mut(hidden).zip(h.0.chunks_exact_mut(hidden));
        for ((gates, c_prev), (c, h)) in rows.zip(states) {
            lstm_row(gates, c_prev, c, h);
        }
    });
}

fn lstm_row(gates: &mut [f32], c_prev: &[f32], c: &mut [f32], h: &mut [f32]) {
    let hidden = c.len();
    let (i, rest) = gates.split_at_mut(hidden);
    let (f, rest) = rest.split_at_mut(hidden);
    let (g, o) = rest.split_at_mut(hidden);
    for j in (0..hidden).step_by(LANES) {
        let (iv, fv) = (sigmoid4(load(&i[j..])), sigmoid4(load(&f[j..])));
        let (gv, ov) = (tanh4(load(&g[j..])), sigmoid4(load(&o[j..])));
        let cv = fv * load(&c_prev[j..]) + iv * gv;
        store(iv, &mut i[j..]);
        store(fv, &mut f[j..]);
        store(gv, &mut g[j..]);
        store(ov, &mut o[j..]);
        store(cv, &mut c[j..]);
        store(ov * tanh4(cv), &mut h[j..]);
    }
}

/// The gradient of [`lstm_cell`].
///
/// `gates` (B, 4H): the activated gates. `c_prev`, `c`, `dh`: (B, H). `dc` (B, H): dL/dc in, dL/dc_prev
/// out. `dgates` (B, 4H) receives dL/d(pre-activations):
/// with `dc' = dc + dh * o * (1 - tanh(c)^2)`, `di = dc' g i(1-i)`, `df = dc' c_prev f(1-f)`,
/// `dg = dc' i (1-g^2)`, `do = dh tanh(c) o(1-o)`, `dc_prev = dc' f`.
pub fn lstm_cell_backward(
    gates: &[f32],
    c_prev: &[f32],
    c: &[f32],
    dh: &[f32],
    dc: &mut [f32],
    dgates: &mut [f32],
    hidden: usize,
) {
    if hidden == 0 {
        return;
    }
    let batch = c.len() / hidden;
    assert_eq!(c.len(), batch * hidden, "lstm_cell_backward: c");
    assert_eq!(gates.len(), 4 * c.len(), "lstm_cell_backward: gates");
    assert_eq!(dgates.len(), gates.len(), "lstm_cell_backward: dgates");
    assert!([c_prev.len(), dh.len(), dc.len()] == [c.len(); 3], "lstm_cell_backward: states");
    let wide = 4 * hidden;
    let operands = (
        (In(gates, wide), In(c_prev, hidden), In(c, hidden), In(dh, hidden)),
        (Out(dc, hidden), Out(dgates, wide)),
    );
    for_rows(operands, batch, 2 * COST * hidden, |((gates, c_prev, c, dh), (dc, dgates))| {
        let rows = dc.0.chunks_exact_mut(hidden).zip(dgates.0.chunks_exact_mut(wide)).enumerate();
        for (b, (dc, dgates)) in rows {
            let row = b * hidden..(b + 1) * hidden;
            let gates = &gates.0[b * wide..(b + 1) * wide];
            lstm_row_backward(gates, &c_prev.0[row.clone()], &c.0[row.clone()], &dh.0[row], dc, dgates);
        }
    });
}

fn lstm_row_backward(
    gates: &[f32],
    c_prev: &[f32],
    c: &[f32],
    dh: &[f32],
    dc: &mut [f32],
    dgates: &mut [f32],
) {
    let hidden = c.len();
    let one = f32x4::splat(1.0);
    let gate = |index: usize| &gates[index * hidden..(index + 1) * hidden];
    let (i, f, g, o) = (gate(0), gate(1), gate(2), gate(3));
    let (di, rest) = dgates.split_at_mut(hidden);
    let (df, rest) = rest.split_at_mut(hidden);
    let (dg, d_o) = rest.split_at_mut(hidden);
    for j in (0..hidden).step_by(LANES) {
        let (iv, fv, gv, ov) = (load(&i[j..]), load(&f[j..]), load(&g[j..]), load(&o[j..]));
        let (tanh_c, dhv) = (tanh4(load(&c[j..])), load(&dh[j..]));
        let dcv = load(&dc[j..]) + dhv * ov * (one - tanh_c * tanh_c);
        store(dcv * gv * iv * (one - iv), &mut di[j..]);
        store(dcv * load(&c_prev[j..]) * fv * (one - fv), &mut df[j..]);
        store(dcv * iv * (one - gv * gv), &mut dg[j..]);
        store(dhv * tanh_c * ov * (one - ov), &mut d_o[j..]);
        store(dcv * fv, &mut dc[j..]);
    }
}

/// One GRU step in PyTorch's form, gates in the order `r, z, n`:
/// `r = sigmoid(gx_r + gh_r)`, `z = sigmoid(gx_z + gh_z)`, `n = tanh(gx_n + r * gh_n)`,
/// `h = (1 - z) * n + z * h_prev`.
///
/// `gx` (B, 3H) = `W_ih x + b_ih`, `gh` (B, 3H) = `W_hh h + b_hh`; `rzn` (B, 3H) receives the activated
/// gates for the backward pass. `h_prev`, `h`: (B, H).
pub fn gru_cell(gx: &[f32], gh: &[f32], h_prev: &[f32], h: &mut [f32], rzn: &mut [f32], hidden: usize) {
    if hidden == 0 {
        return;
    }
    let batch = h.len() / hidden;
    assert_eq!(h.len(), batch * hidden, "gru_cell: h");
    assert!([gx.len(), gh.len(), rzn.len()] == [3 * h.len(); 3], "gru_cell: gates");
    assert_eq!(h_prev.len(), h.len(), "gru_cell: h_prev");
    let wide = 3 * hidden;
    let operands = (In(gx, wide), In(gh, wide), In(h_prev, hidden), Out(h, hidden), Out(rzn, wide));
    for_rows(operands, batch, 3 * COST * hidden, |(gx, gh, h_prev, h, rzn)| {
        let inputs = gx.0.chunks_exact(wide).zip(gh.0.chunks_exact(wide)).zip(h_prev.0.chunks_exact(hidden));
        let outputs = h.0.chunks_exact_mut(hidden).zip(rzn.0.chunks_exact_mut(wide));
        for (((gx, gh), h_prev), (h, rzn)) in inputs.zip(outputs) {
            gru_row(gx, gh, h_prev, h, rzn);
        }
    });
}

fn gru_row(gx: &[f32], gh: &[f32], h_prev: &[f32], h: &mut [f32], rzn: &mut [f32]) {
    let hidden = h.len();
    let (r, rest) = rzn.split_at_mut(hidden);
    let (z, n) = rest.split_at_mut(hidden);
    let x = |gate: usize| &gx[gate * hidden..(gate + 1) * hidden];
    let y = |gate: usize| &gh[gate * hidden..(gate + 1) * hidden];
    for j in (0..hidden).step_by(LANES) {
        let rv = sigmoid4(load(&x(0)[j..]) + load(&y(0)[j..]));
        let zv = sigmoid4(load(&x(1)[j..]) + load(&y(1)[j..]));
        let nv = tanh4(load(&x(2)[j..]) + rv * load(&y(2)[j..]));
        store(rv, &mut r[j..]);
        store(zv, &mut z[j..]);
        store(nv, &mut n[j..]);
        store((f32x4::splat(1.0) - zv) * nv + zv * load(&h_prev[j..]), &mut h[j..]);
    }
}

/// The gradient of [`gru_cell`].
///
/// `rzn`, `gh` (B, 3H) and `h_prev`, `dh` (B, H) as in the forward step. `dgx`, `dgh` (B, 3H) receive dL/dgx
/// and dL/dgh; `dh_prev` (B, H) is overwritten with the direct part `z * dh`. The part through `gh` is left
/// to the caller: a product with `W_hh`.
pub fn gru_cell_backward(
    rzn: &[f32],
    gh: &[f32],
    h_prev: &[f32],
    dh: &[f32],
    dgx: &mut [f32],
    dgh: &mut [f32],
    dh_prev: &mut [f32],
    hidden: usize,
) {
    if hidden == 0 {
        return;
    }
    let batch = dh.len() / hidden;
    assert_eq!(dh.len(), batch * hidden, "gru_cell_backward: dh");
    assert!([rzn.len(), gh.len(), dgx.len(), dgh.len()] == [3 * dh.len(); 4], "gru_cell_backward: gates");
    assert!([h_prev.len(), dh_prev.len()] == [dh.len(); 2], "gru_cell_backward: states");
    let wide = 3 * hidden;
    let operands = (
        (In(rzn, wide), In(gh, wide), In(h_prev, hidden), In(dh, hidden)),
        (Out(dgx, wide), Out(dgh, wide), Out(dh_prev, hidden)),
    );
    for_rows(operands, batch, 3 * hidden, |((rzn, gh, h_prev, dh), (dgx, dgh, dh_prev))| {
        let gates = dgx.0.chunks_exact_mut(wide).zip(dgh.0.chunks_exact_mut(wide));
        for (b, ((dgx, dgh), dh_prev)) in gates.zip(dh_prev.0.chunks_exact_mut(hidden)).enumerate() {
            let (row, gates) = (b * hidden..(b + 1) * hidden, b * wide..(b + 1) * wide);
            let gh_n = &gh.0[gates.clone()][2 * hidden..];
            gru_row_backward(&rzn.0[gates], gh_n, &h_prev.0[row.clone()], &dh.0[row], dgx, dgh, dh_prev);
        }
    });
}

fn gru_row_backward(
    rzn: &[f32],
    gh_n: &[f32],
    h_prev: &[f32],
    dh: &[f32],
    dgx: &mut [f32],
    dgh: &mut [f32],
    dh_prev: &mut [f32],
) {
    let hidden = dh.len();
    let one = f32x4::splat(1.0);
    let (r, rest) = rzn.split_at(hidden);
    let (z, n) = rest.split_at(hidden);
    let (dx_r, rest) = dgx.split_at_mut(hidden);
    let (dx_z, dx_n) = rest.split_at_mut(hidden);
    let (dh_r, rest) = dgh.split_at_mut(hidden);
    let (dh_z, dh_n) = rest.split_at_mut(hidden);
    for j in (0..hidden).step_by(LANES) {
        let (rv, zv, nv) = (load(&r[j..]), load(&z[j..]), load(&n[j..]));
        let dhv = load(&dh[j..]);
        let dn = dhv * (one - zv) * (one - nv * nv);
        let dz = dhv * (load(&h_prev[j..]) - nv) * zv * (one - zv);
        let dr = dn * load(&gh_n[j..]) * rv * (one - rv);
        store(dr, &mut dx_r[j..]);
        store(dr, &mut dh_r[j..]);
        store(dz, &mut dx_z[j..]);
        store(dz, &mut dh_z[j..]);
        store(dn, &mut dx_n[j..]);
        store(dn * rv, &mut dh_n[j..]);
        store(dhv * zv, &mut dh_prev[j..]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{SIZES, assert_close, doubles, gradient, numbers, sigmoid, weighted};
    use super::*;

    /// (c, h) of an LSTM step in double precision.
    fn lstm(gates: &[f64], c_prev: &[f64], hidden: usize) -> (Vec<f64>, Vec<f64>) {
        let cell = |index: usize| {
            let (row, j) = (index / hidden, index % hidden);
            let gate = |gate: usize| gates[(row * 4 + gate) * hidden + j];
            let c = sigmoid(gate(1)) * c_prev[index] + sigmoid(gate(0)) * gate(2).tanh();
            (c, sigmoid(gate(3)) * c.tanh())
        };
        (0..c_prev.len()).map(cell).unzip()
    }

    /// h of a GRU step in double precision.
    fn gru(gx: &[f64], gh: &[f64], h_prev: &[f64], hidden: usize) -> Vec<f64> {
        let cell = |index: usize| {
            let (row, j) = (index / hidden, index % hidden);
            let at = |gate: usize| (row * 3 + gate) * hidden + j;
            let r = sigmoid(gx[at(0)] + gh[at(0)]);
            let z = sigmoid(gx[at(1)] + gh[at(1)]);
            let n = (gx[at(2)] + r * gh[at(2)]).tanh();
            (1.0 - z) * n + z * h_prev[index]
        };
        (0..h_prev.len()).map(cell).collect()
    }

    #[test]
    fn lstm_agrees_with_the_oracle_and_its_differences() {
        for (batch, hidden) in SIZES.into_iter().flat_map(|hidden| [(1, hidden), (3, hidden)]) {
            let states = batch * hidden;
            let (inputs, c_prev) = (numbers(4 * states, 1), numbers(states, 2));
            let (mut gates, mut c, mut h) = (inputs.clone(), vec![0.0; states], vec![0.0; states]);
            lstm_cell(&mut gates, &c_prev, &mut c, &mut h, hidden);
            let (expected_c, expected_h) = lstm(&doubles(&inputs), &doubles(&c_prev), hidden);
            assert_close("c", &c, &expected_c, 1e-6);
            assert_close("h", &h, &expected_h, 1e-6);

            let (dh, dc_next) = (numbers(states, 3), numbers(states, 4));
            let (mut dc, mut dgates) = (dc_next.clone(), vec![0.0; 4 * states]);
            lstm_cell_backward(&gates, &c_prev, &c, &dh, &mut dc, &mut dgates, hidden);
            let loss = |gates: &[f64], c_prev: &[f64]| {
                let (c, h) = lstm(gates, c_prev, hidden);
                weighted(&c, &dc_next) + weighted(&h, &dh)
            };
            let expected = gradient(&inputs, |inputs| loss(inputs, &doubles(&c_prev)));
            assert_close("dgates", &dgates, &expected, 1e-5);
            let expected = gradient(&c_prev, |c_prev| loss(&doubles(&inputs), c_prev));
            assert_close("dc_prev", &dc, &expected, 1e-5);
        }
    }

    #[test]
    fn gru_agrees_with_the_oracle_and_its_differences() {
        for (batch, hidden) in SIZES.into_iter().flat_map(|hidden| [(1, hidden), (3, hidden)]) {
            let states = batch * hidden;
            let (gx, gh, h_prev) = (numbers(3 * states, 1), numbers(3 * states, 2), numbers(states, 3));
            let (mut h, mut rzn) = (vec![0.0; states], vec![0.0; 3 * states]);
            gru_cell(&gx, &gh, &h_prev, &mut h, &mut rzn, hidden);
            let (gx64, gh64, h_prev64) = (doubles(&gx), doubles(&gh), doubles(&h_prev));
            assert_close("h", &h, &gru(&gx64, &gh64, &h_prev64, hidden), 1e-6);

            let dh = numbers(states, 4);
            let (mut dgx, mut dgh) = (vec![0.0; 3 * states], vec![0.0; 3 * states]);
            let mut dh_prev = vec![f32::NAN; states];
            gru_cell_backward(&rzn, &gh, &h_prev, &dh, &mut dgx, &mut dgh, &mut dh_prev, hidden);
            let expected = gradient(&gx, |gx| weighted(&gru(gx, &gh64, &h_prev64, hidden), &dh));
            assert_close("dgx", &dgx, &expected, 1e-5);
            let expected = gradient(&gh, |gh| weighted(&gru(&gx64, gh, &h_prev64, hidden), &dh));
            assert_close("dgh", &dgh, &expected, 1e-5);
            let expected = gradient(&h_prev, |h_prev| weighted(&gru(&gx64, &gh64, h_prev, hidden), &dh));
            assert_close("dh_prev", &dh_prev, &expected, 1e-5);
        }
    }
}
