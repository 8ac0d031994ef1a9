//! Row lookup in a table, for embeddings.

/// `out[r] = table[ids[r]]` for `table` (V, `cols`) and `out` (R, `cols`).
///
/// Panics if an id is V or more.
pub fn gather(table: &[f32], ids: &[u32], cols: usize, out: &mut [f32]) {
    assert_eq!(out.len(), ids.len() * cols, "gather: out");
    if cols == 0 {
        return;
    }
    for (&id, out) in ids.iter().zip(out.chunks_exact_mut(cols)) {
        out.copy_from_slice(row(table, id, cols));
    }
}

/// `dtable[ids[r]] += dout[r]`, by ascending row, for `dout` (R, `cols`) and `dtable` (V, `cols`).
///
/// Panics if an id is V or more.
pub fn gather_backward(dout: &[f32], ids: &[u32], cols: usize, dtable: &mut [f32]) {
    assert_eq!(dout.len(), ids.len() * cols, "gather_backward: dout");
    if cols == 0 {
        return;
    }
    for (&id, dout) in ids.iter().zip(dout.chunks_exact(cols)) {
        let start = id as usize * cols;
        for (sum, dout) in dtable[start..start + cols].iter_mut().zip(dout) {
            *sum += dout;
        }
    }
}

fn row(table: &[f32], id: u32, cols: usize) -> &[f32] {
    &table[id as usize * cols..(id as usize + 1) * cols]
}

#[cfg(test)]
mod tests {
    use super::super::testing::{SIZES, numbers};
    use super::*;

    #[test]
    fn rows_are_copied_and_gradients_added() {
        let ids = [2, 0, 2, 2];
        for cols in SIZES {
            let table = numbers(3 * cols, 1);
            let mut out = vec![f32::NAN; ids.len() * cols];
            gather(&table, &ids, cols, &mut out);
            let expected: Vec<f32> = ids.iter().flat_map(|&id| row(&table, id, cols)).copied().collect();
            assert_eq!(out, expected);

            let mut dtable = vec![1.0; 3 * cols];
            gather_backward(&vec![0.5; ids.len() * cols], &ids, cols, &mut dtable);
            let expected: Vec<f32> = [1.5, 1.0, 2.5].iter().flat_map(|&sum| vec![sum; cols]).collect();
            assert_eq!(dtable, expected);
        }
    }

    #[test]
    #[should_panic]
    fn an_id_beyond_the_table_panics() {
        gather(&[0.0; 6], &[2], 3, &mut [0.0; 3]);
    }
}
