//! Permutation of axes.

/// `out[i_axes[0], i_axes[1], ...] = x[i_0, i_1, ...]`: axis `d` of the result is axis `axes[d]` of `x`.
///
/// `x` has the given `shape`; `out` has `shape[axes[0]], shape[axes[1]], ...`. Any rank from 0 up.
pub fn permute(x: &[f32], shape: &[usize], axes: &[usize], out: &mut [f32]) {
    let rank = shape.len();
    assert_eq!(axes.len(), rank, "permute: one axis for each dimension");
    assert!((0..rank).all(|axis| axes.contains(&axis)), "permute: {axes:?} is no permutation");
    let length: usize = shape.iter().product();
    assert!([x.len(), out.len()] == [length; 2], "permute: lengths");
    if length == 0 {
        return;
    }
    let mut strides = vec![1; rank];
    for axis in (1..rank).rev() {
        strides[axis - 1] = strides[axis] * shape[axis];
    }
    let sizes: Vec<usize> = axes.iter().map(|&axis| shape[axis]).collect();
    let strides: Vec<usize> = axes.iter().map(|&axis| strides[axis]).collect();
    copy(x, &sizes, &strides, out);
}

/// Fills `out`, which has these sizes, from `x` with these strides, outermost axis first.
fn copy(x: &[f32], sizes: &[usize], strides: &[usize], out: &mut [f32]) {
    match (sizes, strides) {
        ([], _) => out[0] = x[0],
        ([size], [1]) => out.copy_from_slice(&x[..*size]),
        ([_], [stride]) => {
            for (out, x) in out.iter_mut().zip(x.iter().step_by(*stride)) {
                *out = *x;
            }
        }
        ([size, inner @ ..], [stride, inner_strides @ ..]) => {
            let block = out.len() / size;
            for (index, out) in out.chunks_exact_mut(block).enumerate() {
                copy(&x[index * stride..], inner, inner_strides, out);
            }
        }
        _ => unreachable!("sizes and strides have one length"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permuted(shape: &[usize], axes: &[usize]) -> Vec<f32> {
        let length = shape.iter().product();
        let x: Vec<f32> = (0..length).map(|index| index as f32).collect();
        let mut out = vec![f32::NAN; length];
        permute(&x, shape, axes, &mut out);
        out
    }

    #[test]
    fn a_transpose_swaps_rows_and_columns() {
        assert_eq!(permuted(&[2, 3], &[1, 0]), [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
        assert_eq!(permuted(&[2, 3], &[0, 1]), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(permuted(&[], &[]), [0.0]);
        assert_eq!(permuted(&[3, 0], &[1, 0]), [0.0; 0]);
    }

    #[test]
    fn four_axes_follow_the_index_formula() {
        let shape = [2, 3, 5, 4];
        let strides = [60, 20, 4, 1];
        for axes in [[0, 2, 1, 3], [3, 1, 0, 2], [0, 1, 3, 2], [2, 3, 0, 1]] {
            let sizes = axes.map(|axis| shape[axis]);
            let mut expected = Vec::new();
            for index in 0..120 {
                let (mut rest, mut source) = (index, 0);
                for d in (0..4).rev() {
                    source += rest % sizes[d] * strides[axes[d]];
                    rest /= sizes[d];
                }
                expected.push(source as f32);
            }
            assert_eq!(permuted(&shape, &axes), expected, "{axes:?}");
        }
    }

    #[test]
    #[should_panic(expected = "no permutation")]
    fn a_repeated_axis_panics() {
        permuted(&[2, 2], &[0, 0]);
    }
}
