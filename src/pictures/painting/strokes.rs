//! Paintings made of single strokes.

use super::super::Picture;
use super::canvas::{Canvas, Point, Rgb, clouds, mix, noise, ramp, rgb, shade};
use crate::rng::{Rng, uniform_at};

/// A random position.
fn anywhere(rng: &mut Rng) -> Point {
    [(); 2].map(|()| rng.uniform())
}

/// The direction of a divergence-free flow at a position: along the contour lines of a height field.
fn stream(seed: u64, [x, y]: Point) -> Point {
    const STEP: f32 = 0.01;
    let height = |x: f32, y: f32| noise(seed, 3.0 * x, 3.0 * y) + 0.35 * noise(seed + 1, 7.0 * x, 7.0 * y);
    let (dx, dy) = (height(x + STEP, y) - height(x - STEP, y), height(x, y + STEP) - height(x, y - STEP));
    let length = (dx * dx + dy * dy).sqrt().max(1e-6);
    [dy / length, -dx / length]
}

/// Short thick strokes along a flow, at night.
pub fn brush(size: usize, seed: u64) -> Picture {
    const SKY: [Rgb; 6] =
        [rgb(0x0f1f4b), rgb(0x1d3f8a), rgb(0x2f6fb5), rgb(0x6fb3cf), rgb(0xe9e3a6), rgb(0xf2b632)];
    let mut rng = Rng::new(seed);
    let mut canvas = Canvas::painted(size, |_, _| SKY[0]);
    for _ in 0..900 {
        let mut at = anywhere(&mut rng);
        let light = 2.1 * (clouds(seed + 2, 2.6 * at[0], 2.6 * at[1]) - 0.5) + 0.42 + 0.16 * rng.normal();
        let colour = SKY[((light.clamp(0.0, 0.999)) * SKY.len() as f32) as usize];
        let mut line = vec![at];
        for _ in 0..5 {
            let way = stream(seed, at);
            at = [at[0] + 0.022 * way[0], at[1] + 0.022 * way[1]];
            line.push(at);
        }
        let hairs = rng.below(1 << 30) as u32;
        canvas.stroke(&line, 0.026 + 0.018 * rng.uniform(), 0.95, |side| {
            let hair = ((side + 1.0) * 3.5) as u32;
            shade(colour, 0.72 + 0.5 * uniform_at(seed, hairs + hair))
        });
    }
    canvas.finished()
}

/// Ink lines in four directions; more of them where it is darker.
pub fn hatching(size: usize, seed: u64) -> Picture {
    const PAPER: Rgb = rgb(0xf3ead6);
    const INK: Rgb = rgb(0x241c1c);
    const WAYS: [Point; 4] = [[0.8, 0.6], [0.8, -0.6], [0.28, 0.96], [0.96, -0.28]];
    const GAP: f32 = 0.032;
    let mut rng = Rng::new(seed);
    let mut canvas =
        Canvas::painted(size, |x, y| shade(PAPER, 0.96 + 0.06 * noise(seed, 60.0 * x, 60.0 * y)));
    for (layer, way) in WAYS.into_iter().enumerate() {
        for number in -38..38 {
            let mut along = -0.9 - 0.1 * rng.uniform();
            let offset = (number as f32 + 0.35 * (rng.uniform() - 0.5)) * GAP;
            while along < 0.9 {
                let length = 0.07 + 0.07 * rng.uniform();
                let place = |along: f32| {
                    [0.5 + along * way[0] - offset * way[1], 0.5 + along * way[1] + offset * way[0]]
                };
                let [x, y] = place(along + length / 2.0);
                let tone = 1.7 * (clouds(seed + 1, 3.0 * x, 3.0 * y) - 0.5) + 0.5;
                if tone < 0.72 - 0.17 * layer as f32 {
                    let bend = 0.006 * (rng.uniform() - 0.5);
                    let [mx, my] = place(along + length / 2.0);
                    let line =
                        [place(along), [mx - bend * way[1], my + bend * way[0]], place(along + length)];
                    canvas.stroke(&line, 0.013 + 0.008 * rng.uniform(), 0.85, |_| INK);
                }
                along += length + 0.012 * rng.uniform();
            }
        }
    }
    canvas.finished()
}

/// Dots of pure colours that blend in the eye.
pub fn dots(size: usize, seed: u64) -> Picture {
    const FAMILIES: [[Rgb; 4]; 4] = [
        [rgb(0xf3d34a), rgb(0xf0a02c), rgb(0xf7ecb5), rgb(0xe8743b)],
        [rgb(0x5bb26b), rgb(0x2c8a57), rgb(0xb9d45a), rgb(0x2b6aa8)],
        [rgb(0x2f5fb3), rgb(0x6aa4dd), rgb(0x7a4fa3), rgb(0xbfdcef)],
        [rgb(0xc9386a), rgb(0xe8743b), rgb(0x7a4fa3), rgb(0xf2b8c0)],
    ];
    let mut rng = Rng::new(seed);
    let mut canvas = Canvas::painted(size, |_, _| rgb(0xeadfc6));
    for _ in 0..3200 {
        let at = anywhere(&mut rng);
        let field = 2.2 * (clouds(seed, 2.4 * at[0], 2.4 * at[1]) - 0.5) + 0.5 + 0.07 * rng.normal();
        let family = FAMILIES[(field.clamp(0.0, 0.999) * FAMILIES.len() as f32) as usize];
        canvas.spot(at, 0.013 + 0.008 * rng.uniform(), 0.92, family[rng.below(4)]);
    }
    canvas.finished()
}

/// Overlapping circles, bars and triangles.
pub fn geometry(size: usize, seed: u64) -> Picture {
    const GROUND: Rgb = rgb(0xece2cb);
    const COLOURS: [Rgb; 7] = [
        rgb(0xd23b2c),
        rgb(0xf0b429),
        rgb(0x1f4e9c),
        rgb(0x17181c),
        rgb(0x2f8f83),
        rgb(0xe98a5b),
        rgb(0xf7f3e8),
    ];
    let mut rng = Rng::new(seed);
    let mut canvas = Canvas::painted(size, |x, y| {
        mix(GROUND, rgb(0xd9c8a4), ramp(0.3, 0.8, clouds(seed, 2.0 * x, 2.0 * y)))
    });
    for round in 0..44 {
        let ([cx, cy], colour) = (anywhere(&mut rng), COLOURS[rng.below(COLOURS.len())]);
        let reach = 0.05 + 0.13 * rng.uniform();
        match round % 4 {
            0 => canvas.fill(0.9, colour, |x, y| (x - cx) * (x - cx) + (y - cy) * (y - cy) < reach * reach),
            1 => {
                let [ux, uy] = stream(seed + 1, [cx, cy]);
                let line = [
                    [cx - 2.0 * reach * ux, cy - 2.0 * reach * uy],
                    [cx + 2.0 * reach * ux, cy + 2.0 * reach * uy],
                ];
                canvas.stroke(&line, 0.012 + 0.03 * rng.uniform(), 0.95, |_| colour);
            }
            2 => {
                let lean = rng.uniform() - 0.5;
                canvas.fill(0.9, colour, |x, y| {
                    let depth = (y - cy) / reach;
                    (0.0..1.0).contains(&depth) && ((x - cx) / reach - lean * depth).abs() < 0.6 * depth
                });
            }
            _ => canvas.fill(0.95, COLOURS[3], |x, y| {
                let distance = ((x - cx) * (x - cx) + (y - cy) * (y - cy)).sqrt();
                (distance - reach).abs() < 0.007
            }),
        }
    }
    canvas.finished()
}
