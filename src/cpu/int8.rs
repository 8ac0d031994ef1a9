//! Products with matrices of 8-bit integers that have one scale a row.
//!
//! Decoding reads every weight once a token, so its speed is that of the memory: a quarter of the bytes is
//! worth the unpacking. Four rows at a time are unpacked to exactly the numbers that the unpacked matrix
//! holds, and multiplied like those: the result has the same bits.

use super::matmul::{GROUP, group_sums, write_sums};
use super::parallel::{In, Out, for_rows};

/// [`matvec_rows`](super::matmul::matvec_rows) with `W[i, p] = scales[i] * values[i, p]`, in portable
/// order: `values` (n, `k`), `scales` (n), `x` (R, `k`), `y` (R, n).
pub fn matvec_rows_int8(values: &[i8], scales: &[f32], x: &[f32], y: &mut [f32], k: usize, accumulate: bool) {
    assert!(k > 0 && values.len() == scales.len() * k, "matvec_rows_int8: matrix");
    let (n, rows) = (scales.len(), x.len() / k);
    assert!(x.len() == rows * k && y.len() == rows * n, "matvec_rows_int8: rows");
    if rows == 0 {
        return;
    }
    let mut sums = vec![0.0; n * rows];
    for_rows(
        (In(values, k), In(scales, 1), Out(&mut sums, rows)),
        n,
        rows * k / 4,
        |(values, scales, sums)| {
            let mut unpacked = vec![0.0; GROUP * k];
            let groups = values.0.chunks(GROUP * k).zip(scales.0.chunks(GROUP));
            for ((values, scales), sums) in groups.zip(sums.0.chunks_mut(GROUP * rows)) {
                let lines = unpacked.chunks_exact_mut(k).zip(values.chunks_exact(k));
                lines.zip(scales).for_each(|((unpacked, values), &scale)| unpack(values, scale, unpacked));
                group_sums(&unpacked[..values.len()], x, k, sums);
            }
        },
    );
    write_sums(&sums, y, rows, accumulate);
}

/// The unpacked rows `ids` of a matrix: [`gather`](super::gather::gather) of 8-bit integers.
pub fn gather_int8(values: &[i8], scales: &[f32], ids: &[u32], cols: usize, out: &mut [f32]) {
    assert_eq!(out.len(), ids.len() * cols, "gather_int8: out");
    for (&id, out) in ids.iter().zip(out.chunks_exact_mut(cols.max(1))) {
        let row = id as usize;
        unpack(&values[row * cols..][..cols], scales[row], out);
    }
}

/// `numbers = scale * values`, in blocks, which the compiler turns into vector instructions without a loop.
#[inline(always)]
fn unpack(values: &[i8], scale: f32, numbers: &mut [f32]) {
    const BLOCK: usize = 16;
    let (blocks, rest) = values.as_chunks::<BLOCK>();
    let (to_blocks, to_rest) = numbers.as_chunks_mut::<BLOCK>();
    for (numbers, values) in to_blocks.iter_mut().zip(blocks) {
        *numbers = values.map(|value| f32::from(value) * scale);
    }
    for (number, &value) in to_rest.iter_mut().zip(rest) {
        *number = f32::from(value) * scale;
    }
}

#[cfg(test)]
mod tests {
    use super::super::matmul::matvec_rows;
    use super::super::testing::{bits, numbers};
    use super::*;

    #[test]
    fn the_bits_are_those_of_the_unpacked_matrix() {
        for (rows, n, k) in [(0, 3, 5), (1, 1, 1), (1, 9, 17), (2, 6, 33), (5, 64, 40), (4, 7, 256)] {
            let values: Vec<i8> = numbers(n * k, 1).iter().map(|x| (x * 127.0) as i8).collect();
            let (scales, x, start) = (numbers(n, 2), numbers(rows * k, 3), numbers(rows * n, 4));
            let unpacked: Vec<f32> =
                values.iter().enumerate().map(|(i, &v)| f32::from(v) * scales[i / k]).collect();
            for accumulate in [false, true] {
                let (mut packed, mut plain) = (start.clone(), start.clone());
                matvec_rows_int8(&values, &scales, &x, &mut packed, k, accumulate);
                matvec_rows(&unpacked, &x, &mut plain, k, accumulate);
                assert_eq!(bits(&packed), bits(&plain), "{rows} rows, {n} x {k}");
            }
        }
    }
}
