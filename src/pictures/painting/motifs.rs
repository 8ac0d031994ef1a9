//! Motifs for style transfer.

use super::super::Picture;
use super::super::scene::Thing;
use super::super::shape::contains;
use super::canvas::{Canvas, Point, Rgb, clouds, mix, noise, ramp, rgb, shade};

/// Seed of the noise in the motifs.
const SEED: u64 = 15;

/// Whether a thing with this centre and half width covers a point.
fn covers(thing: Thing, [cx, cy]: Point, half: f32, [x, y]: Point) -> bool {
    contains(thing, ((100.0 * (x - cx) / half) as i32, (100.0 * (y - cy) / half) as i32))
}

/// Draws things over the ground, later ones in front; each is lit from the upper left.
fn lit(things: &[(Thing, Point, f32, Rgb)], at: Point, ground: Rgb) -> Rgb {
    let seen = things.iter().rev().find(|(thing, centre, half, _)| covers(*thing, *centre, *half, at));
    seen.map_or(ground, |&(_, [cx, cy], half, colour)| {
        shade(colour, 1.02 - 0.28 * ((at[0] - cx) + (at[1] - cy)) / half)
    })
}

/// Houses and trees on hills below a sun.
pub fn village(size: usize) -> Picture {
    let things = [
        (Thing::Cloud, [0.27, 0.2], 0.13, rgb(0xfbfbf5)),
        (Thing::Cloud, [0.55, 0.12], 0.08, rgb(0xf3f4f2)),
        (Thing::Tree, [0.13, 0.55], 0.13, rgb(0x2f6b3a)),
        (Thing::House, [0.37, 0.6], 0.15, rgb(0xc0492f)),
        (Thing::Tree, [0.6, 0.58], 0.1, rgb(0x3f8a45)),
        (Thing::House, [0.78, 0.65], 0.13, rgb(0xe6d3a8)),
        (Thing::Tree, [0.92, 0.7], 0.12, rgb(0x2a5f38)),
    ];
    Canvas::painted(size, |x, y| {
        let sun = ((x - 0.79) * (x - 0.79) + (y - 0.2) * (y - 0.2)).sqrt();
        let sky = mix(rgb(0x6fa8dc), rgb(0xf6e6c4), y / 0.65);
        let sky = mix(rgb(0xf9c533), mix(rgb(0xfbe08a), sky, ramp(0.1, 0.24, sun)), ramp(0.095, 0.105, sun));
        let hills = 0.52 + 0.12 * (noise(SEED, 3.0 * x, 0.0) - 0.5);
        let meadow = 0.68 + 0.1 * (noise(SEED + 1, 2.0 * x, 0.0) - 0.5);
        let ground = if y < hills {
            sky
        } else if y < meadow {
            mix(rgb(0x7da56a), rgb(0x4f7d54), (y - hills) / 0.2)
        } else {
            let path = (x - 0.38 - 0.5 * (y - 0.68) * (y - 0.5)).abs() < 0.02 + 0.22 * (y - 0.68);
            if path { rgb(0xe2cfa0) } else { mix(rgb(0x9cc255), rgb(0x5e8f3c), (y - meadow) / 0.35) }
        };
        lit(&things, [x, y], ground)
    })
    .finished()
}

/// A boat on the sea at dusk, with its reflection.
pub fn boat(size: usize) -> Picture {
    const HORIZON: f32 = 0.56;
    let things = [(Thing::Boat, [0.45, 0.48], 0.24, rgb(0xf3e9d2))];
    let sky = |x: f32, y: f32| {
        let moon = ((x - 0.74) * (x - 0.74) + (y - 0.27) * (y - 0.27)).sqrt();
        let dusk = mix(rgb(0x27305f), rgb(0xf08a4b), ramp(0.0, HORIZON, y));
        let streaks = ramp(0.5, 0.62, clouds(SEED + 2, 2.5 * x, 11.0 * y));
        let dusk = mix(dusk, rgb(0xf7b98b), 0.55 * streaks);
        mix(rgb(0xfdf3d0), mix(rgb(0xf9cf95), dusk, ramp(0.11, 0.2, moon)), ramp(0.1, 0.11, moon))
    };
    Canvas::painted(size, |x, y| {
        let far = rgb(0x3a3560);
        let coast = HORIZON - 0.02 - 0.1 * ramp(0.5, 1.0, 1.0 - x) * noise(SEED, 6.0 * x, 0.0);
        let above = if y > coast { far } else { sky(x, y) };
        if y < HORIZON || covers(Thing::Boat, [0.45, 0.48], 0.24, [x, y]) {
            return lit(&things, [x, y], above);
        }
        let ripple = noise(SEED + 3, 5.0 * x, 46.0 * (y - 0.5)) - 0.5;
        let (mx, my) = (x + 0.06 * ripple, 2.0 * 0.64 - y);
        let image = if covers(Thing::Boat, [0.45, 0.48], 0.24, [mx, my]) {
            rgb(0xd9c9b4)
        } else {
            sky(mx, (2.0 * HORIZON - y).max(0.0))
        };
        mix(shade(image, 0.8), rgb(0x1d2d5a), 0.35 + 0.5 * ripple)
    })
    .finished()
}

/// A cup, an apple and a flower on a table.
pub fn still_life(size: usize) -> Picture {
    let things = [
        (Thing::Flower, [0.3, 0.25], 0.15, rgb(0xd8405a)),
        (Thing::Flower, [0.47, 0.34], 0.1, rgb(0xf0a93a)),
        (Thing::Cup, [0.72, 0.62], 0.17, rgb(0x2f6db0)),
        (Thing::Ball, [0.55, 0.76], 0.11, rgb(0xc93a2f)),
        (Thing::Ball, [0.86, 0.82], 0.09, rgb(0xe8b93a)),
    ];
    Canvas::painted(size, |x, y| {
        let wall = mix(rgb(0x7d9a94), rgb(0x4c6a6e), x);
        let table = mix(rgb(0xb98a58), rgb(0x7a5132), (y - 0.66) / 0.34);
        let shadow = ramp(0.0, 0.06, 0.075 - (y - 0.9).abs()) * ramp(0.25, 0.4, x);
        let ground = if y < 0.66 { wall } else { shade(table, 1.0 - 0.35 * shadow) };
        let stem = |from: Point, to: Point| {
            let along = ((y - from[1]) / (to[1] - from[1])).clamp(0.0, 1.0);
            (x - from[0] - along * (to[0] - from[0])).abs() < 0.011 && (from[1]..to[1]).contains(&y)
        };
        let ground = if stem([0.3, 0.27], [0.33, 0.6]) || stem([0.47, 0.36], [0.36, 0.6]) {
            rgb(0x3c6b3a)
        } else {
            ground
        };
        // A vase, made of a belly and a neck.
        let belly = ((x - 0.34) / 0.13) * ((x - 0.34) / 0.13) + ((y - 0.74) / 0.15) * ((y - 0.74) / 0.15);
        let vase = belly < 1.0 || ((x - 0.34).abs() < 0.06 && (0.55..0.7).contains(&y));
        let ground = if vase { shade(rgb(0xe9e2d0), 1.05 - 1.6 * (x - 0.28).abs()) } else { ground };
        lit(&things, [x, y], ground)
    })
    .finished()
}
