//! The loss of a picture.

use super::filters::{Filters, halved};
use crate::tensor::Tensor;

/// A target content and a target style of the same size.
pub struct Aim {
    filters: Filters,
    /// For each scale, the Gram matrix of the style, and 1 over its sum of squares.
    grams: Vec<(Tensor, f32)>,
    /// The content at half size.
    content: Tensor,
    /// 1 over the content's sum of squared deviations from its mean.
    content_scale: f32,
}

fn gram(features: &Tensor) -> Tensor {
    features.gram().mul_scalar(1.0 / features.dim(1) as f32)
}

fn sum_of_squares(tensor: &Tensor) -> f32 {
    tensor.square().sum_all().item()
}

impl Aim {
    /// `content` and `style` are `(1, 3, size, size)`.
    pub fn new(filters: Filters, content: &Tensor, style: &Tensor) -> Self {
        let gram_and_scale = |features: &Tensor| {
            let gram = gram(features);
            let scale = 1.0 / sum_of_squares(&gram).max(f32::MIN_POSITIVE);
            (gram, scale)
        };
        let grams = filters.features(style).iter().map(gram_and_scale).collect();
        let content = halved(content);
        let spread = sum_of_squares(&content.sub(&content.mean_all()));
        // A picture of a single colour has no deviation to divide by.
        let content_scale = 1.0 / spread.max(1e-3 * content.numel() as f32);
        Self { filters, grams, content, content_scale }
    }

    /// Distance of the Gram matrices `G = F Fᵀ / N` of a picture from those of the style:
    /// `Σ_scales ‖G - A‖² / ‖A‖²`, so that every scale counts the same.
    pub fn style_loss(&self, picture: &Tensor) -> Tensor {
        let features = self.filters.features(picture);
        let losses = features.iter().zip(&self.grams).map(|(features, (wanted, scale))| {
            gram(features).sub(wanted).square().sum_all().mul_scalar(*scale)
        });
        losses.reduce(|sum, loss| sum.add(&loss)).expect("there is a scale")
    }

    /// Distance of a picture at half size from the content: `‖P - C‖² / ‖C - mean‖²`. The finest details are
    /// left to the style.
    pub fn content_loss(&self, picture: &Tensor) -> Tensor {
        halved(picture).sub(&self.content).square().sum_all().mul_scalar(self.content_scale)
    }
}

/// Mean squared difference between neighbouring pixels of a picture `(1, 3, H, W)`, in both directions.
pub fn total_variation(picture: &Tensor) -> Tensor {
    let along = |axis: usize| {
        let size = picture.dim(axis);
        let difference = picture.narrow(axis, 1, size - 1).sub(&picture.narrow(axis, 0, size - 1));
        difference.square().mean_all()
    };
    along(2).add(&along(3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::{Motif, Painting};
    use crate::rng::Rng;
    use crate::style::to_tensor;
    use crate::tensor::Tape;

    /// The Gram loss of features in f64.
    fn oracle(features: &[f64], wanted: &[f64], channels: usize) -> f64 {
        let places = features.len() / channels;
        let rows: Vec<&[f64]> = features.chunks_exact(places).collect();
        let pairs = rows.iter().flat_map(|a| rows.iter().map(move |b| (a, b)));
        let entries = pairs.map(|(a, b)| a.iter().zip(*b).map(|(x, y)| x * y).sum::<f64>() / places as f64);
        entries.zip(wanted).map(|(entry, wanted)| (entry - wanted) * (entry - wanted)).sum()
    }

    #[test]
    fn the_gradient_of_the_gram_loss_is_that_of_finite_differences_in_f64() {
        let (channels, places) = (4, 7);
        let mut rng = Rng::new(5);
        let mut random = |count: usize| -> Vec<f32> { (0..count).map(|_| rng.normal()).collect() };
        let (features, wanted) = (random(channels * places), random(channels * channels));
        let tape = Tape::new();
        let leaf = tape.watch(&Tensor::from_vec(features.clone(), &[channels, places]));
        let target = Tensor::from_vec(wanted.clone(), &[channels, channels]);
        let loss = gram(&leaf).sub(&target).square().sum_all();
        let wide = |values: &[f32]| values.iter().map(|&value| f64::from(value)).collect::<Vec<f64>>();
        let (features, wanted) = (wide(&features), wide(&wanted));
        let expected = oracle(&features, &wanted, channels);
        assert!((f64::from(loss.item()) - expected).abs() < 1e-5 * expected);
        let grads = tape.backward(&loss);
        for (index, gradient) in grads.get(&leaf).unwrap().data().iter().enumerate() {
            let moved = |by: f64| {
                let mut features = features.clone();
                features[index] += by;
                oracle(&features, &wanted, channels)
            };
            let expected = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            assert!((f64::from(*gradient) - expected).abs() < 1e-4 * (1.0 + expected.abs()), "{index}");
        }
    }

    #[test]
    fn what_is_reached_costs_nothing() {
        let [content, style] =
            [Motif::Village.drawn(32), Painting::Waves.drawn(32, 1)].map(|picture| to_tensor(&picture));
        let aim = Aim::new(Filters::new(&style, &mut Rng::new(1)), &content, &style);
        let costs = |picture: &Tensor| [aim.style_loss(picture).item(), aim.content_loss(picture).item()];
        let ([at_style, far], [off, at_content]) = (costs(&style), costs(&content));
        assert!(at_style < 1e-8 && at_content < 1e-8 && far > 0.5 && off > 0.1, "{far} {off}");
        assert_eq!(total_variation(&Tensor::full(&[1, 3, 4, 4], 0.3)).item(), 0.0);
    }
}
