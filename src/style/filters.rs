//! Random filters over an image pyramid.

use crate::nn::normal;
use crate::ops::Conv2dOptions;
use crate::rng::Rng;
use crate::tensor::Tensor;

/// Number of features per scale.
const FEATURES: usize = 32;
/// Width and height of a filter.
const KERNEL: usize = 5;
/// Number of scales, each half the size of the previous one.
const SCALES: usize = 4;
/// Size of the smallest picture that is halved.
const LEAST_HALVED: usize = 16;
/// Minimum deviation used for scaling a response, so that features almost absent from the style are not
/// amplified.
const LEAST_DEVIATION: f32 = 1.0;
/// Scale factor between levels of the pyramid.
const STRIDE: usize = 2;

/// A convolution and a rectifier for each scale, drawn at random and then fitted to a style: the response of
/// every filter to the style has variance 1, and its threshold lies within one deviation of the mean.
///
/// Ustyuzhaninov et al. (2016) found that one layer of such filters describes textures as well as a deep
/// network trained on photos. Here small filters are applied to a pyramid instead of large ones to the
/// picture, which covers the same scales for a fraction of the work. The encoder of the captioning model was
/// also tried: its pictures were flat and showed the pattern of its strides.
pub struct Filters {
    /// Mean colour of the style, `(3, 1, 1)`; pixels beyond the edge have this colour.
    mean: Tensor,
    /// For each scale, filters `(C, 3, kernel, kernel)` and biases `(C)`.
    scales: Vec<(Tensor, Tensor)>,
}

/// The mean over windows of a picture `(1, 3, H, W)`, ignoring pixels beyond the edge.
fn blurred(picture: &Tensor, kernel: usize, stride: usize, padding: usize) -> Tensor {
    let inside = Tensor::full(&[1, 1, picture.dim(2), picture.dim(3)], 1.0);
    let [sums, shares] = [picture, &inside].map(|tensor| tensor.avg_pool2d(kernel, stride, padding));
    sums.div(&shares)
}

/// Halves width and height; each pixel is the mean of 4 x 4.
pub fn halved(picture: &Tensor) -> Tensor {
    blurred(picture, 2 * STRIDE, STRIDE, STRIDE / 2)
}

/// Doubles width and height with smoothing.
pub fn doubled(picture: &Tensor) -> Tensor {
    blurred(&picture.upsample_nearest2d(STRIDE), 3, 1, 1)
}

/// The picture and its successively halved versions.
fn pyramid(picture: Tensor) -> Vec<Tensor> {
    let mut all = vec![picture];
    while all.len() < SCALES && all[all.len() - 1].dim(3) >= LEAST_HALVED {
        all.push(halved(&all[all.len() - 1]));
    }
    all
}

/// Filter responses `(1, C, H, W)` of a picture `(1, 3, H, W)`.
fn response(picture: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Tensor {
    picture.conv2d(weight, bias, Conv2dOptions { padding: KERNEL / 2, ..Conv2dOptions::default() })
}

impl Filters {
    /// Creates filters for this style `(1, 3, H, W)`.
    pub fn new(style: &Tensor, rng: &mut Rng) -> Self {
        let area = style.numel() / 3;
        let channels = style.data().chunks_exact(area);
        let mean = channels.map(|channel| channel.iter().sum::<f32>() / area as f32).collect();
        let mean = Tensor::from_vec(mean, &[3, 1, 1]);
        let scales = pyramid(style.sub(&mean)).iter().map(|picture| fitted(picture, rng)).collect();
        Self { mean, scales }
    }

    /// Uses these filters `(C, 3, kernel, kernel)` and biases `(C)`, one pair per scale, around a mean colour
    /// `(3, 1, 1)`.
    pub fn of(mean: Tensor, scales: Vec<(Tensor, Tensor)>) -> Self {
        Self { mean, scales }
    }

    /// The features of a picture `(1, 3, H, W)` at each scale, `(C, H · W)`.
    pub fn features(&self, picture: &Tensor) -> Vec<Tensor> {
        let pictures = pyramid(picture.sub(&self.mean));
        let seen = pictures.iter().zip(&self.scales).map(|(picture, (weight, bias))| {
            let (features, area) = (weight.dim(0), picture.numel() / 3);
            response(picture, weight, Some(bias)).relu().reshape(&[features, area])
        });
        seen.collect()
    }
}

/// Fits filters and biases to one picture of a pyramid.
fn fitted(picture: &Tensor, rng: &mut Rng) -> (Tensor, Tensor) {
    let shape = [FEATURES, 3, KERNEL, KERNEL];
    let mut weight = normal(&shape, rng);
    let responses = response(picture, &weight, None);
    let area = picture.numel() / 3;
    let mut thresholds = Vec::with_capacity(FEATURES);
    let filters = weight.data_mut().chunks_exact_mut(3 * KERNEL * KERNEL);
    for (filter, response) in filters.zip(responses.data().chunks_exact(area)) {
        let mean = response.iter().sum::<f32>() / area as f32;
        let variance =
            response.iter().map(|value| (value - mean) * (value - mean)).sum::<f32>() / area as f32;
        let deviation = variance.sqrt().max(LEAST_DEVIATION);
        filter.iter_mut().for_each(|value| *value /= deviation);
        thresholds.push(1.0 - 2.0 * rng.uniform() - mean / deviation);
    }
    (weight, Tensor::from_vec(thresholds, &[FEATURES]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::Painting;
    use crate::style::to_tensor;

    #[test]
    fn every_scale_answers_to_the_style() {
        let style = to_tensor(&Painting::Glass.drawn(64, 1));
        let filters = Filters::new(&style, &mut Rng::new(3));
        let features = filters.features(&style);
        let shapes: Vec<&[usize]> = features.iter().map(Tensor::shape).collect();
        assert_eq!(shapes, [[32, 4096], [32, 1024], [32, 256], [32, 64]]);
        for features in features {
            // Responses have a deviation of 1, and thresholds lie around their mean.
            let mean = features.mean_all().item();
            assert!((0.2..0.8).contains(&mean), "{mean}");
        }
        assert_eq!(Filters::new(&to_tensor(&Painting::Glass.drawn(20, 1)), &mut Rng::new(3)).scales.len(), 2);
    }
}
