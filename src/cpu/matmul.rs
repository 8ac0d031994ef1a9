//! Matrix products, and the product of a matrix with one vector.

use super::blocked;
use super::lanes::{LANES, horizontal_sum, load};
use super::parallel::{In, Out, for_rows};
use wide::f32x4;

pub use super::product::Matmul;

/// At or below this many rows, packing B costs more than reading it once per row.
const FEW_ROWS: usize = 4;

/// `C (+)= op(A) op(B)`; see [`Matmul`] for the shapes.
///
/// In portable arithmetic, sums run over ascending `k`, except with at most four rows and `trans_b`: then
/// each row is computed as a [`matvec`], in its order.
pub fn matmul(spec: Matmul, a: &[f32], b: &[f32], c: &mut [f32]) {
    check(spec, a, b, c);
    #[cfg(not(target_arch = "wasm32"))]
    if super::arithmetic() == super::Arithmetic::Fast && spec.m > FEW_ROWS {
        return super::fast::matmul(spec, a, b, c);
    }
    portable(spec, a, b, c);
}

fn check(spec: Matmul, a: &[f32], b: &[f32], c: &[f32]) {
    let Matmul { m, k, n, .. } = spec;
    assert_eq!((a.len(), b.len(), c.len()), (m * k, k * n, m * n), "matmul: lengths against {spec:?}");
}

/// [`matmul`] in portable arithmetic, regardless of the current setting.
pub(super) fn portable(spec: Matmul, a: &[f32], b: &[f32], c: &mut [f32]) {
    let Matmul { m, k, n, trans_a, trans_b, accumulate } = spec;
    let contiguous_rows = !trans_a || m == 1;
    if m <= FEW_ROWS && contiguous_rows && trans_b && k > 0 && n > 0 {
        return one_by_one(b, a, c, k, accumulate);
    }
    if !accumulate {
        c.fill(0.0);
    }
    if m <= FEW_ROWS && contiguous_rows && !trans_b && k > 0 && n > 0 {
        for (a, c) in a.chunks_exact(k).zip(c.chunks_exact_mut(n)) {
            add_weighted_rows(b, a, c);
        }
    } else {
        blocked::matmul(spec, a, b, c);
    }
}

/// `y += sum_p x[p] * b[p]` for `b` (k, n), summed in the same order as the blocked product.
fn add_weighted_rows(b: &[f32], x: &[f32], y: &mut [f32]) {
    let n = y.len();
    for (x, b) in x.chunks(4).zip(b.chunks(4 * n)) {
        if let &[x0, x1, x2, x3] = x {
            let (b0, rest) = b.split_at(n);
            let (b1, rest) = rest.split_at(n);
            let (b2, b3) = rest.split_at(n);
            for ((((y, b0), b1), b2), b3) in y.iter_mut().zip(b0).zip(b1).zip(b2).zip(b3) {
                *y = *y + x0 * b0 + x1 * b1 + x2 * b2 + x3 * b3;
            }
        } else {
            for (x, b) in x.iter().zip(b.chunks_exact(n)) {
                y.iter_mut().zip(b).for_each(|(y, b)| *y += x * b);
            }
        }
    }
}

/// Number of matrix rows that [`matvec`] processes at once.
pub(super) const GROUP: usize = 4;

/// `y (+)= W x` for `w` (n, k), `x` (k), `y` (n).
///
/// Each sum accumulates over `k` in eight lanes that are added at the end, in the same order for every row.
pub fn matvec(w: &[f32], x: &[f32], y: &mut [f32], accumulate: bool) {
    let (n, k) = (y.len(), x.len());
    assert_eq!(w.len(), n * k, "matvec: w");
    if !accumulate {
        y.fill(0.0);
    }
    if k == 0 {
        return;
    }
    for_rows((In(w, k), Out(y, 1)), n, k / 4, |(w, y)| {
        let (groups, rest) = y.0.as_chunks_mut::<GROUP>();
        let (w, rest_w) = w.0.split_at(groups.len() * GROUP * k);
        for (w, y) in w.chunks_exact(GROUP * k).zip(groups) {
            let row = |index: usize| &w[index * k..(index + 1) * k];
            let sums = dots([row(0), row(1), row(2), row(3)], x);
            y.iter_mut().zip(sums).for_each(|(y, sum)| *y += sum);
        }
        for (w, y) in rest_w.chunks_exact(k).zip(rest) {
            *y += dots([w], x)[0];
        }
    });
}

/// `y[r] (+)= W x[r]` for `w` (n, `k`), `x` (R, `k`), `y` (R, n).
///
/// In portable arithmetic every row has the same bits as a separate [`matvec`], so that decoding a text
/// beside others does not change it. W is read only once for all rows, which dominates the cost of a decoding
/// step.
pub fn matvec_rows(w: &[f32], x: &[f32], y: &mut [f32], k: usize, accumulate: bool) {
    assert!(k > 0 && w.len().is_multiple_of(k) && x.len().is_multiple_of(k), "matvec_rows: lengths");
    let (n, rows) = (w.len() / k, x.len() / k);
    assert_eq!(y.len(), rows * n, "matvec_rows: y");
    #[cfg(not(target_arch = "wasm32"))]
    if super::arithmetic() == super::Arithmetic::Fast && rows > FEW_ROWS {
        let spec = Matmul { m: rows, k, n, trans_a: false, trans_b: true, accumulate };
        return super::fast::matmul(spec, x, w, y);
    }
    one_by_one(w, x, y, k, accumulate);
}

/// [`matvec_rows`] in portable order.
fn one_by_one(w: &[f32], x: &[f32], y: &mut [f32], k: usize, accumulate: bool) {
    let (n, rows) = (w.len() / k, x.len() / k);
    if rows < 2 {
        return if rows == 1 {
            matvec(w, x, y, accumulate)
        };
    }
    let mut sums = vec![0.0; n * rows];
    for_rows((In(w, k), Out(&mut sums, rows)), n, rows * k / 4, |(w, sums)| {
        for (w, sums) in w.0.chunks(GROUP * k).zip(sums.0.chunks_mut(GROUP * rows)) {
            group_sums(w, x, k, sums);
        }
    });
    write_sums(&sums, y, rows, accumulate);
}

/// Dot products of up to [`GROUP`] rows `w` (G, `k`) with all rows of `x` (R, `k`). `sums` (G, R) is
/// transposed, so that cores can split it by the rows of W.
#[inline(always)]
fn group_sums(w: &[f32], x: &[f32], k: usize, sums: &mut [f32]) {
    let rows = x.len() / k;
    for (r, x) in x.chunks_exact(k).enumerate() {
        if w.len() == GROUP * k {
            let row = |index: usize| &w[index * k..(index + 1) * k];
            let group = dots([row(0), row(1), row(2), row(3)], x);
            group.into_iter().enumerate().for_each(|(i, sum)| sums[i * rows + r] = sum);
        } else {
            for (i, w) in w.chunks_exact(k).enumerate() {
                sums[i * rows + r] = dots([w], x)[0];
            }
        }
    }
}

/// `y (+)= sums^T` for `sums` (n, `rows`), `y` (`rows`, n).
pub(super) fn write_sums(sums: &[f32], y: &mut [f32], rows: usize, accumulate: bool) {
    let n = sums.len() / rows;
    for (r, y) in y.chunks_exact_mut(n.max(1)).enumerate() {
        for (y, sums) in y.iter_mut().zip(sums.chunks_exact(rows)) {
            // When overwriting, add to zero: this turns a sum of -0 into +0, as in `matvec`.
            *y = if accumulate { *y } else { 0.0 } + sums[r];
        }
    }
}

/// Dot products of several rows with `x`, all of the same length.
#[inline(always)]
pub(super) fn dots<const N: usize>(rows: [&[f32]; N], x: &[f32]) -> [f32; N] {
    const STEP: usize = 2 * LANES;
    let mut sums = [[f32x4::ZERO; 2]; N];
    let full = x.len() / STEP * STEP;
    let (x, x_tail) = x.split_at(full);
    let tails = rows.map(|row| &row[full..]);
    let rows = rows.map(|row| row[..full].as_chunks::<STEP>().0);
    for (p, x) in x.as_chunks::<STEP>().0.iter().enumerate() {
        let (x0, x1) = (load(&x[..LANES]), load(&x[LANES..]));
        for (sum, row) in sums.iter_mut().zip(rows) {
            sum[0] += load(&row[p][..LANES]) * x0;
            sum[1] += load(&row[p][LANES..]) * x1;
        }
    }
    for (part, x) in x_tail.chunks(LANES).enumerate() {
        for (sum, tail) in sums.iter_mut().zip(tails) {
            sum[part] += load(&tail[part * LANES..]) * load(x);
        }
    }
    sums.map(|[even, odd]| horizontal_sum(even + odd))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{SIZES, assert_close, bits, numbers};
    use super::*;

    fn element(x: &[f32], transposed: bool, row: usize, col: usize, shape: (usize, usize)) -> f32 {
        if transposed { x[col * shape.0 + row] } else { x[row * shape.1 + col] }
    }

    fn oracle(spec: Matmul, a: &[f32], b: &[f32], c: &[f32]) -> Vec<f64> {
        let Matmul { m, k, n, trans_a, trans_b, accumulate } = spec;
        let value = |index: usize| {
            let (i, j) = (index / n, index % n);
            let start = if accumulate { f64::from(c[index]) } else { 0.0 };
            (0..k).fold(start, |sum, p| {
                let a = element(a, trans_a, i, p, (m, k));
                let b = element(b, trans_b, p, j, (k, n));
                sum + f64::from(a) * f64::from(b)
            })
        };
        (0..m * n).map(value).collect()
    }

    fn specs(m: usize, k: usize, n: usize) -> impl Iterator<Item = Matmul> {
        (0..8).map(move |bits| Matmul {
            m,
            k,
            n,
            trans_a: bits & 1 != 0,
            trans_b: bits & 2 != 0,
            accumulate: bits & 4 != 0,
        })
    }

    fn check_against_oracle(name: &str, spec: Matmul, product: fn(Matmul, &[f32], &[f32], &mut [f32])) {
        let Matmul { m, k, n, .. } = spec;
        let (a, b, mut c) = (numbers(m * k, 1), numbers(k * n, 2), numbers(m * n, 3));
        let expected = oracle(spec, &a, &b, &c);
        product(spec, &a, &b, &mut c);
        assert_close(&format!("{name} {spec:?}"), &c, &expected, 1e-5);
    }

    #[test]
    fn products_agree_with_the_oracle() {
        for m in SIZES {
            for k in SIZES {
                for spec in SIZES.into_iter().flat_map(|n| specs(m, k, n)) {
                    check_against_oracle("portable", spec, portable);
                    #[cfg(not(target_arch = "wasm32"))]
                    check_against_oracle("fast", spec, super::super::fast::matmul);
                }
            }
        }
    }

    #[test]
    fn products_larger_than_a_block_agree_with_the_oracle() {
        for spec in specs(70, 300, 520).chain(specs(520, 300, 70)).chain(specs(600, 9, 1024)) {
            check_against_oracle("portable", spec, portable);
            #[cfg(not(target_arch = "wasm32"))]
            check_against_oracle("fast", spec, super::super::fast::matmul);
        }
    }

    #[test]
    fn every_sum_runs_over_ascending_k() {
        for (m, k, n) in [(7, 600, 11), (3, 7, 9), (65, 257, 530)] {
            for spec in specs(m, k, n).filter(|spec| m > FEW_ROWS || !spec.trans_b) {
                let (a, b, mut c) = (numbers(m * k, 4), numbers(k * n, 5), numbers(m * n, 6));
                let mut expected = c.clone();
                for (index, value) in expected.iter_mut().enumerate() {
                    let (i, j) = (index / n, index % n);
                    *value = (0..k).fold(if spec.accumulate { *value } else { 0.0 }, |sum, p| {
                        let b = element(&b, spec.trans_b, p, j, (k, n));
                        sum + element(&a, spec.trans_a, i, p, (m, k)) * b
                    });
                }
                portable(spec, &a, &b, &mut c);
                assert!(bits(&c) == bits(&expected), "{spec:?}");
            }
        }
    }

    #[test]
    fn matvec_agrees_with_the_oracle_and_with_single_rows() {
        for n in SIZES {
            for k in SIZES {
                let (w, x, start) = (numbers(n * k, 7), numbers(k, 8), numbers(n, 9));
                for accumulate in [false, true] {
                    let spec = Matmul { m: 1, k, n, trans_a: false, trans_b: true, accumulate };
                    let mut y = start.clone();
                    matvec(&w, &x, &mut y, accumulate);
                    assert_close("matvec", &y, &oracle(spec, &x, &w, &start), 1e-5);
                    for row in 0..n {
                        let mut single = [start[row]];
                        matvec(&w[row * k..(row + 1) * k], &x, &mut single, accumulate);
                        assert_eq!(single[0].to_bits(), y[row].to_bits(), "row {row} of {n} x {k}");
                    }
                }
            }
        }
    }

    #[test]
    fn rows_side_by_side_have_the_bits_of_rows_alone() {
        for (rows, n, k) in [(1, 5, 9), (2, 9, 17), (3, 64, 33), (7, 30, 8), (16, 3, 64)] {
            let (w, x, start) = (numbers(n * k, 1), numbers(rows * k, 2), numbers(rows * n, 3));
            for accumulate in [false, true] {
                let (mut together, mut alone) = (start.clone(), start.clone());
                matvec_rows(&w, &x, &mut together, k, accumulate);
                for (x, y) in x.chunks_exact(k).zip(alone.chunks_exact_mut(n)) {
                    matvec(&w, x, y, accumulate);
                }
                assert_eq!(bits(&together), bits(&alone), "{rows} rows, {n} x {k}");
            }
        }
    }
}
