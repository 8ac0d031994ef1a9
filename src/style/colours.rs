//! Transfers the colours of one picture to another.

use crate::tensor::Tensor;

/// Lightness and two colour differences. Lightness comes first, so that recolouring mainly preserves what is
/// light and dark.
const BASIS: Matrix = [[0.3, 0.59, 0.11], [0.5, 0.0, -0.5], [-0.25, 0.5, -0.25]];
/// Added to variances, so that single-coloured pictures work.
const LEAST: f64 = 1e-4;

type Matrix = [[f64; 3]; 3];

/// Gives `picture` the mean and covariance of the colours of `style`, both `(1, 3, H, W)` from 0 to 1, by an
/// affine map of colours that keeps light parts light.
///
/// Matching the Gram matrices would also achieve this, but in many more steps.
pub fn recoloured(picture: &Tensor, style: &Tensor) -> Tensor {
    let [(from, own), (to, given)] = [picture, style].map(moments);
    let map = product(&inverse(&BASIS), &product(&product(&given, &inverse(&own)), &BASIS));
    let area = picture.numel() / 3;
    let mut values = picture.to_vec();
    for place in 0..area {
        let colour = [0, 1, 2].map(|channel| f64::from(values[channel * area + place]) - from[channel]);
        for (channel, row) in map.iter().enumerate() {
            let value = row.iter().zip(colour).map(|(a, b)| a * b).sum::<f64>() + to[channel];
            values[channel * area + place] = value.clamp(0.0, 1.0) as f32;
        }
    }
    Tensor::from_vec(values, picture.shape())
}

/// The mean colour, and the Cholesky factor of the covariance in [`BASIS`].
fn moments(picture: &Tensor) -> ([f64; 3], Matrix) {
    let area = picture.numel() / 3;
    let channel = |index: usize| picture.data()[index * area..][..area].iter().map(|&value| f64::from(value));
    let mean = [0, 1, 2].map(|index| channel(index).sum::<f64>() / area as f64);
    let covariance = [0, 1, 2].map(|a| {
        [0, 1, 2].map(|b| {
            let products = channel(a).zip(channel(b)).map(|(x, y)| (x - mean[a]) * (y - mean[b]));
            products.sum::<f64>() / area as f64 + if a == b { LEAST } else { 0.0 }
        })
    });
    (mean, cholesky(&product(&product(&BASIS, &covariance), &transposed(&BASIS))))
}

fn product(a: &Matrix, b: &Matrix) -> Matrix {
    a.map(|row| [0, 1, 2].map(|column| (0..3).map(|k| row[k] * b[k][column]).sum()))
}

fn transposed(a: &Matrix) -> Matrix {
    [0, 1, 2].map(|row| [0, 1, 2].map(|column| a[column][row]))
}

/// The lower triangular `L` with `L Lᵀ = a`.
fn cholesky(a: &Matrix) -> Matrix {
    let mut l = [[0.0; 3]; 3];
    for row in 0..3 {
        for column in 0..=row {
            let sum = a[row][column] - (0..column).map(|k| l[row][k] * l[column][k]).sum::<f64>();
            l[row][column] = if row == column { sum.max(0.0).sqrt() } else { sum / l[column][column] };
        }
    }
    l
}

/// By cofactors.
fn inverse(a: &Matrix) -> Matrix {
    let cofactor = |row: usize, column: usize| {
        let at = |down: usize, right: usize| a[(row + down) % 3][(column + right) % 3];
        at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1)
    };
    let determinant: f64 = (0..3).map(|column| a[0][column] * cofactor(0, column)).sum();
    [0, 1, 2].map(|row| [0, 1, 2].map(|column| cofactor(column, row) / determinant))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::{Motif, Painting};
    use crate::style::to_tensor;

    #[test]
    fn the_colours_of_the_style_are_met_and_a_plain_picture_stays_one() {
        let [picture, style] =
            [Motif::Boat.drawn(32), Painting::Mosaic.drawn(32, 1)].map(|picture| to_tensor(&picture));
        let (mean, factor) = moments(&recoloured(&picture, &style));
        let (expected_mean, expected) = moments(&style);
        // Clipping to 0 and 1 causes a small difference.
        for channel in 0..3 {
            assert!((mean[channel] - expected_mean[channel]).abs() < 0.03, "{mean:?} {expected_mean:?}");
            let [given, wanted] = [&factor, &expected].map(|factor| factor[channel][channel]);
            assert!((given - wanted).abs() < 0.04, "{factor:?} {expected:?}");
        }
        let plain = Tensor::full(&[1, 3, 4, 4], 0.5);
        let painted = recoloured(&plain, &style);
        let [first, rest] = [0, 1].map(|place| painted.data()[place]);
        assert!((first - rest).abs() < 1e-6 && painted.data().iter().all(|value| value.is_finite()));
    }
}
