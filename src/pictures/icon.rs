//! Draws scenes.

use super::scene::{Background, Colour, Object, Place, Scene, Size};
use super::shape::contains;
use crate::hash::fnv1a;
use crate::rng::Rng;

/// Width and height of an icon, in pixels.
pub const ICON_SIZE: usize = 32;

/// Number of samples per pixel along each axis, for anti-aliasing.
const SAMPLES: i32 = 4;
/// Half width of a thing in samples: usual and small size, alone or in a pair, and in a row of three.
const HALF: [[i32; 2]; 2] = [[28, 17], [20, 14]];
/// Range of the random displacement of a thing, in samples.
const JITTER: usize = 8;
/// Range of the random change of a colour channel.
const TINT: usize = 24;

/// A picture of 32 x 32 pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Icon {
    /// `(32, 32, 3)`: rows from the top, red, green, blue.
    pub pixels: Vec<u8>,
}

impl Icon {
    /// Draws the scene; `rng` decides what the caption leaves open, such as exact positions and shades.
    pub fn of(scene: &Scene, rng: &mut Rng) -> Self {
        let mut icon = Self { pixels: Vec::with_capacity(3 * ICON_SIZE * ICON_SIZE) };
        let ground = tinted(ground(scene.background()), rng);
        (0..ICON_SIZE * ICON_SIZE).for_each(|_| icon.pixels.extend(ground));
        let of = |object: Object, crowded: bool| {
            HALF[usize::from(crowded)][usize::from(object.size == Size::Small)]
        };
        // In percent of the picture.
        match *scene {
            Scene::One(object, place, _) => {
                let at = match place {
                    Place::Left => (24, 50),
                    Place::Right => (76, 50),
                    Place::Top => (50, 24),
                    Place::Bottom => (50, 76),
                    Place::Middle => (50, 50),
                };
                icon.draw(object, at, of(object, false), rng);
            }
            Scene::Row(object, count, place, _) => {
                let y = match place {
                    Place::Top => 24,
                    Place::Bottom => 76,
                    _ => 50,
                };
                let columns: &[i32] = if count == 2 { &[26, 74] } else { &[18, 50, 82] };
                for &x in columns {
                    icon.draw(object, (x, y), of(object, count > 2), rng);
                }
            }
            Scene::Above(first, second, _) => {
                icon.draw(first, (50, 26), of(first, false), rng);
                icon.draw(second, (50, 74), of(second, false), rng);
            }
            Scene::Beside(first, second, _) => {
                icon.draw(first, (26, 50), of(first, false), rng);
                icon.draw(second, (74, 50), of(second, false), rng);
            }
        }
        icon
    }

    /// Icon number `index` of the endless collection `seed`, with its scene.
    pub fn numbered(seed: u64, index: u64) -> (Scene, Self) {
        // Each icon has its own random stream, so that any can be drawn without the previous ones.
        let mut rng = Rng::new(seed ^ index.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let scene = Scene::drawn(&mut rng);
        let icon = Self::of(&scene, &mut rng);
        (scene, icon)
    }

    /// A hash of the pixels.
    pub fn fingerprint(&self) -> u64 {
        fnv1a(self.pixels.iter().copied())
    }

    /// `at` is in percent of the picture, `half` is half the width in samples.
    fn draw(&mut self, object: Object, at: (i32, i32), half: i32, rng: &mut Rng) {
        let mut jittered = |at: i32| {
            at * ICON_SIZE as i32 * SAMPLES / 100 + rng.below(JITTER + 1) as i32 - JITTER as i32 / 2
        };
        let (cx, cy) = (jittered(at.0), jittered(at.1));
        let colour = tinted(paint(object.colour), rng);
        for (index, pixel) in self.pixels.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            let (left, top) = ((index % ICON_SIZE) as i32 * SAMPLES, (index / ICON_SIZE) as i32 * SAMPLES);
            let sample = |index: i32| {
                // Doubled coordinates, since the centre of a sample lies between two integers.
                let (x, y) = (2 * (left + index % SAMPLES - cx) + 1, 2 * (top + index / SAMPLES - cy) + 1);
                contains(object.thing, (50 * x / half, 50 * y / half))
            };
            let covered = (0..SAMPLES * SAMPLES).filter(|&index| sample(index)).count() as i32;
            for (channel, colour) in pixel.iter_mut().zip(colour) {
                let (old, new) = (i32::from(*channel), i32::from(colour));
                *channel =
                    ((old * (SAMPLES * SAMPLES - covered) + new * covered) / (SAMPLES * SAMPLES)) as u8;
            }
        }
    }
}

fn tinted(colour: [u8; 3], rng: &mut Rng) -> [u8; 3] {
    colour.map(|channel| {
        (i32::from(channel) + rng.below(TINT + 1) as i32 - TINT as i32 / 2).clamp(0, 255) as u8
    })
}

fn paint(colour: Colour) -> [u8; 3] {
    match colour {
        Colour::Red => [214, 40, 40],
        Colour::Yellow => [245, 208, 40],
        Colour::Green => [46, 150, 62],
        Colour::Blue => [38, 92, 205],
        Colour::Purple => [140, 60, 175],
        Colour::Brown => [128, 80, 40],
        Colour::Black => [14, 14, 16],
        Colour::White => [248, 248, 248],
    }
}

fn ground(background: Background) -> [u8; 3] {
    match background {
        Background::Light => [216, 222, 206],
        Background::Grey => [138, 142, 146],
        Background::Dark => [44, 50, 70],
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The mean position of all pixels that differ from the background.
    fn centre(icon: &Icon) -> Option<(f64, f64)> {
        let (ground, mut sum, mut count) = (&icon.pixels[..3], (0.0, 0.0), 0.0);
        for (index, pixel) in icon.pixels.as_chunks::<3>().0.iter().enumerate() {
            if pixel != ground {
                sum = (sum.0 + (index % ICON_SIZE) as f64, sum.1 + (index / ICON_SIZE) as f64);
                count += 1.0;
            }
        }
        (count > 0.0).then(|| (sum.0 / count, sum.1 / count))
    }

    #[test]
    fn the_bits_have_not_changed() {
        let icons = (0..50).flat_map(|index| Icon::numbered(3, index).1.pixels);
        assert_eq!(fnv1a(icons), 0x8409_a49a_ab72_059f, "the icons of a seed have changed");
    }

    proptest! {
        #[test]
        fn icons_show_what_is_said(seed in any::<u64>(), index in any::<u64>()) {
            let (scene, icon) = Icon::numbered(seed, index);
            prop_assert_eq!(&Icon::numbered(seed, index), &(scene, icon.clone()));
            prop_assert_eq!(icon.pixels.len(), 3 * ICON_SIZE * ICON_SIZE);
            let (x, y) = centre(&icon).expect("something is drawn");
            let middle = ICON_SIZE as f64 / 2.0;
            if let Scene::One(_, place, _) = scene {
                match place {
                    Place::Left => prop_assert!(x < middle - 3.0),
                    Place::Right => prop_assert!(x > middle + 3.0),
                    Place::Top => prop_assert!(y < middle - 3.0),
                    Place::Bottom => prop_assert!(y > middle + 3.0),
                    // A moon is heavier on its left.
                    Place::Middle => prop_assert!((x - middle).abs() < 5.0 && (y - middle).abs() < 4.0),
                }
            }
        }
    }
}
