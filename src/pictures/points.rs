//! Distributions of points in the plane for a small GAN, and a measure of its success.

use crate::rng::Rng;

/// A distribution of points; all but a few lie within [-1, 1] in both coordinates.
#[derive(Clone, Debug, PartialEq)]
pub enum Cloud {
    /// A circle of radius 0.7.
    Ring,
    /// Eight clusters on a circle.
    Gaussians,
    /// A line from the lower left to the upper right.
    Line,
    /// Two interlocking half circles.
    Moons,
    /// Around points drawn by hand.
    Drawn(Vec<[f32; 2]>),
}

/// Eight points of the unit circle, as constants because sines are not portable.
const EIGHT: [[f32; 2]; 8] = [
    [1.0, 0.0],
    [0.707_106_77, 0.707_106_77],
    [0.0, 1.0],
    [-0.707_106_77, 0.707_106_77],
    [-1.0, 0.0],
    [-0.707_106_77, -0.707_106_77],
    [0.0, -1.0],
    [0.707_106_77, -0.707_106_77],
];

/// Standard deviation of the distance from the curve.
const SPREAD: f32 = 0.03;

/// A random direction: a random point of the disc, normalised.
fn direction(rng: &mut Rng) -> [f32; 2] {
    loop {
        let [x, y] = [(); 2].map(|()| 2.0 * rng.uniform() - 1.0);
        let squared = x * x + y * y;
        if (1e-4..=1.0).contains(&squared) {
            let length = squared.sqrt();
            return [x / length, y / length];
        }
    }
}

impl Cloud {
    /// The distribution with this name, if it has one.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "ring" => Some(Self::Ring),
            "gaussians" => Some(Self::Gaussians),
            "line" => Some(Self::Line),
            "moons" => Some(Self::Moons),
            _ => None,
        }
    }

    /// Samples points.
    pub fn sample(&self, count: usize, rng: &mut Rng) -> Vec<[f32; 2]> {
        (0..count).map(|_| self.point(rng)).collect()
    }

    fn point(&self, rng: &mut Rng) -> [f32; 2] {
        let [x, y] = match self {
            Self::Ring => direction(rng).map(|x| 0.7 * x),
            Self::Gaussians => EIGHT[rng.below(EIGHT.len())].map(|x| 0.7 * x),
            Self::Line => [1.4 * rng.uniform() - 0.7; 2],
            Self::Moons => {
                let [x, y] = direction(rng);
                if rng.below(2) == 0 {
                    [0.5 * x - 0.25, 0.5 * y.abs() - 0.12]
                } else {
                    [0.5 * x + 0.25, 0.12 - 0.5 * y.abs()]
                }
            }
            Self::Drawn(places) if places.is_empty() => [0.0; 2],
            Self::Drawn(places) => places[rng.below(places.len())],
        };
        [x + SPREAD * rng.normal(), y + SPREAD * rng.normal()]
    }
}

/// Precision and recall of one set of points for another (Kynkäänniemi et al. 2019, with a fixed radius).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nearness {
    /// Fraction of generated points near a real one.
    pub precision: f32,
    /// Fraction of real points near a generated one.
    pub recall: f32,
}

/// Compares generated with real points; points within `radius` are near. Both values are 0 without points.
pub fn nearness(made: &[[f32; 2]], real: &[[f32; 2]], radius: f32) -> Nearness {
    Nearness { precision: share_near(made, real, radius), recall: share_near(real, made, radius) }
}

fn share_near(of: &[[f32; 2]], to: &[[f32; 2]], radius: f32) -> f32 {
    let is_near =
        |[x, y]: &&[f32; 2]| to.iter().any(|[a, b]| (x - a) * (x - a) + (y - b) * (y - b) <= radius * radius);
    of.iter().filter(is_near).count() as f32 / of.len().max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clouds_lie_where_they_say() {
        let mut rng = Rng::new(1);
        let drawn = Cloud::Drawn(vec![[0.5, 0.5], [-0.5, 0.0]]);
        for cloud in [Cloud::Ring, Cloud::Gaussians, Cloud::Line, Cloud::Moons, drawn] {
            let points = cloud.sample(2000, &mut rng);
            let inside = points.iter().filter(|point| point.iter().all(|x| x.abs() <= 1.0)).count();
            assert!(inside >= 1995, "{cloud:?}: {inside}");
            let mean = points.iter().fold([0.0; 2], |[x, y], point| [x + point[0], y + point[1]]);
            let limit = if matches!(cloud, Cloud::Drawn(_)) { 0.3 } else { 0.05 };
            assert!(mean.iter().all(|sum| (sum / 2000.0).abs() < limit), "{cloud:?}: {mean:?}");
        }
        for [x, y] in Cloud::Ring.sample(2000, &mut rng) {
            assert!(((x * x + y * y).sqrt() - 0.7).abs() < 0.2);
        }
        assert_eq!(Cloud::Drawn(Vec::new()).sample(1, &mut Rng::new(2)).len(), 1);
    }

    #[test]
    fn nearness_tells_what_is_missing_and_what_is_too_much() {
        let mut rng = Rng::new(1);
        let [ring, again] = [(); 2].map(|()| Cloud::Ring.sample(500, &mut rng));
        let same = nearness(&ring, &again, 0.1);
        assert!(same.precision > 0.98 && same.recall > 0.98, "{same:?}");
        let half: Vec<[f32; 2]> = ring.iter().copied().filter(|point| point[0] > 0.0).collect();
        let collapsed = nearness(&half, &ring, 0.1);
        assert!(collapsed.precision == 1.0 && (0.4..0.65).contains(&collapsed.recall), "{collapsed:?}");
        let everywhere: Vec<[f32; 2]> =
            (0..900).map(|i| [(i % 30) as f32, (i / 30) as f32]).map(|p| p.map(|x| x / 15.0 - 1.0)).collect();
        let scattered = nearness(&everywhere, &ring, 0.1);
        assert!(scattered.precision < 0.4 && scattered.recall > 0.98, "{scattered:?}");
        assert_eq!(nearness(&[], &[], 0.1), Nearness { precision: 0.0, recall: 0.0 });
    }
}
