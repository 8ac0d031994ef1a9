use crate::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// Order of the columns of a [`PositionalEncoding`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PositionLayout {
    /// Sine, cosine, sine, cosine and so on, as in the paper.
    #[default]
    Interleaved,
    /// All sines, then all cosines, as in Marian.
    Halves,
}

/// Sinusoidal position encoding (Vaswani et al. 2017): column `2i` is `sin(t / 10000^(2i/C))`, column
/// `2i + 1` the cosine; or the same columns in another order, see [`PositionLayout`].
///
/// Computed in double precision using only addition, multiplication and division, so that the table has the
/// same bits on every machine.
///
/// ```
/// use liedwerk::nn::{PositionLayout, PositionalEncoding};
///
/// let encoding = PositionalEncoding::new(4, PositionLayout::Interleaved);
/// assert_eq!(encoding.rows(0, 1), [0.0, 1.0, 0.0, 1.0]);
/// ```
#[derive(Clone)]
pub struct PositionalEncoding {
    channels: usize,
    layout: PositionLayout,
    /// Sine and cosine of the angle per position, for each pair of columns.
    rotations: Vec<(f64, f64)>,
}

/// ln 10000
const LN_BASE: f64 = 9.210_340_371_976_184;

impl PositionalEncoding {
    /// Creates the encoding for vectors of `channels` numbers.
    pub fn new(channels: usize, layout: PositionLayout) -> Self {
        let frequency = |pair: usize| 1.0 / exp(2.0 * pair as f64 / channels as f64 * LN_BASE);
        let rotations = (0..channels.div_ceil(2)).map(|pair| sin_cos(frequency(pair))).collect();
        Self { channels, layout, rotations }
    }

    /// Encodings of positions `first .. first + length`, `(length, C)` row-major.
    pub fn rows(&self, first: usize, length: usize) -> Vec<f32> {
        let mut rows = vec![0.0; length * self.channels];
        for (row, position) in rows.chunks_exact_mut(self.channels).zip(first..) {
            for (pair, &rotation) in self.rotations.iter().enumerate() {
                let (sin, cos) = power(rotation, position);
                let columns = match self.layout {
                    PositionLayout::Interleaved => [2 * pair, 2 * pair + 1],
                    PositionLayout::Halves => [pair, self.rotations.len() + pair],
                };
                for (column, value) in columns.into_iter().zip([sin, cos]) {
                    // With an odd number of columns, the last sine has no cosine.
                    if let Some(cell) = row.get_mut(column) {
                        *cell = value as f32;
                    }
                }
            }
        }
        rows
    }

    /// Encodings of positions `first .. first + length` as a tensor `(length, C)`.
    pub fn forward(&self, first: usize, length: usize) -> Tensor {
        Tensor::from_vec(self.rows(first, length), &[length, self.channels])
    }
}

/// Sine and cosine of `times` times an angle in 0..1, with the same bits on every machine.
pub(crate) fn turned(angle: f64, times: usize) -> (f64, f64) {
    power(sin_cos(angle), times)
}

/// Sine and cosine of the sum of two angles.
fn add_angles((sin_a, cos_a): (f64, f64), (sin_b, cos_b): (f64, f64)) -> (f64, f64) {
    (sin_a * cos_b + cos_a * sin_b, cos_a * cos_b - sin_a * sin_b)
}

/// Sine and cosine of `times · angle`, by repeated doubling.
fn power(mut angle: (f64, f64), mut times: usize) -> (f64, f64) {
    let mut sum = (0.0, 1.0);
    while times > 0 {
        if times & 1 == 1 {
            sum = add_angles(sum, angle);
        }
        angle = add_angles(angle, angle);
        times >>= 1;
    }
    sum
}

/// `e^x` for `x` from 0 to 10 by its power series: all terms are positive, so nothing cancels.
fn exp(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for k in 1..80 {
        term *= x / f64::from(k);
        sum += term;
    }
    sum
}

/// Sine and cosine of an angle from 0 to 1 by their power series.
fn sin_cos(angle: f64) -> (f64, f64) {
    let (mut sin, mut cos, mut term) = (0.0, 0.0, 1.0);
    for k in 0..24 {
        match k % 4 {
            0 => cos += term,
            1 => sin += term,
            2 => cos -= term,
            _ => sin -= term,
        }
        term *= angle / f64::from(k + 1);
    }
    (sin, cos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_that_of_the_paper() {
        for channels in [1, 2, 7, 8, 256] {
            let encoding = PositionalEncoding::new(channels, PositionLayout::Interleaved);
            let rows = encoding.rows(3, 1021);
            for (t, row) in rows.chunks(channels).enumerate() {
                for (column, &value) in row.iter().enumerate() {
                    let exponent = (column / 2 * 2) as f64 / channels as f64;
                    let angle = (t + 3) as f64 / 10_000_f64.powf(exponent);
                    let expected = if column % 2 == 0 { angle.sin() } else { angle.cos() };
                    assert!((f64::from(value) - expected).abs() < 1e-7, "{t} {column} of {channels}");
                }
            }
        }
    }

    #[test]
    fn the_halves_are_the_same_columns() {
        for channels in [1, 7, 8] {
            let [interleaved, halves] = [PositionLayout::Interleaved, PositionLayout::Halves]
                .map(|layout| PositionalEncoding::new(channels, layout).rows(5, 9));
            for (row, expected) in halves.chunks(channels).zip(interleaved.chunks(channels)) {
                let (sines, cosines) = row.split_at(channels.div_ceil(2));
                assert!(sines.iter().eq(expected.iter().step_by(2)), "{channels}");
                assert!(cosines.iter().eq(expected.iter().skip(1).step_by(2)), "{channels}");
            }
        }
    }

    #[test]
    fn rows_from_the_middle_are_those_from_the_start() {
        let encoding = PositionalEncoding::new(64, PositionLayout::Interleaved);
        let table = encoding.rows(0, 300);
        for t in [0, 1, 77, 299] {
            assert_eq!(encoding.rows(t, 1), table[t * 64..][..64]);
        }
    }
}
