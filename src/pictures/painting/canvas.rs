//! Drawing primitives for paintings: colours between 0 and 1 on a square from (0, 0) to (1, 1), with y
//! downwards. Uses only additions, multiplications, divisions and roots, so that a seed gives the same
//! picture on every machine.

use super::super::Picture;
use crate::rng::uniform_at;

/// Red, green and blue from 0 to 1.
pub type Rgb = [f32; 3];
/// A position or a displacement.
pub type Point = [f32; 2];

/// Number of samples per pixel along each axis.
const SAMPLES: usize = 3;

/// A colour from its web notation, `0xrrggbb`.
pub const fn rgb(hex: u32) -> Rgb {
    [(hex >> 16 & 255) as f32 / 255.0, (hex >> 8 & 255) as f32 / 255.0, (hex & 255) as f32 / 255.0]
}

/// Interpolates from `a` to `b`.
pub fn mix(a: Rgb, b: Rgb, share: f32) -> Rgb {
    let share = share.clamp(0.0, 1.0);
    [0, 1, 2].map(|channel| a[channel] + (b[channel] - a[channel]) * share)
}

/// Darkens for factors below 1, brightens above.
pub fn shade(colour: Rgb, factor: f32) -> Rgb {
    colour.map(|channel| (channel * factor).clamp(0.0, 1.0))
}

/// Smoothstep from 0 to 1 between `low` and `high`.
pub fn ramp(low: f32, high: f32, x: f32) -> f32 {
    let x = ((x - low) / (high - low)).clamp(0.0, 1.0);
    x * x * (3.0 - 2.0 * x)
}

/// A pseudo-random number from 0 to 1 for a cell of the plane.
pub fn at_cell(seed: u64, x: i32, y: i32) -> f32 {
    uniform_at(seed, (x as u32).wrapping_mul(73_856_093) ^ (y as u32).wrapping_mul(19_349_663))
}

/// Smooth noise from 0 to 1 with one feature per unit of length.
pub fn noise(seed: u64, x: f32, y: f32) -> f32 {
    let (left, top) = (x.floor(), y.floor());
    let (column, row) = (left as i32, top as i32);
    let (dx, dy) = (ramp(0.0, 1.0, x - left), ramp(0.0, 1.0, y - top));
    let between = |row: i32| {
        let (a, b) = (at_cell(seed, column, row), at_cell(seed, column + 1, row));
        a + (b - a) * dx
    };
    let (above, below) = (between(row), between(row + 1));
    above + (below - above) * dy
}

/// Noise in four octaves, which looks like clouds.
pub fn clouds(seed: u64, x: f32, y: f32) -> f32 {
    let octave = |(weight, scale): (f32, f32)| weight * noise(seed, scale * x, scale * y);
    [(8.0, 1.0), (4.0, 2.0), (2.0, 4.0), (1.0, 8.0)].into_iter().map(octave).sum::<f32>() / 15.0
}

/// The cell of a jittered Voronoi lattice that contains a point, and the distance to the second nearest
/// centre minus that to the nearest. Lengths are in cells.
pub fn voronoi(seed: u64, x: f32, y: f32) -> ([i32; 2], f32) {
    let (column, row) = (x.floor() as i32, y.floor() as i32);
    let (mut nearest, mut first, mut second) = ([column, row], f32::INFINITY, f32::INFINITY);
    for (cx, cy) in (column - 2..=column + 2).flat_map(|cx| (row - 2..=row + 2).map(move |cy| (cx, cy))) {
        let shaken = |seed: u64, cell: i32| cell as f32 + 0.1 + 0.8 * at_cell(seed, cx, cy);
        let (dx, dy) = (shaken(seed, cx) - x, shaken(seed + 1, cy) - y);
        let distance = (dx * dx + dy * dy).sqrt();
        if distance < first {
            (nearest, second, first) = ([cx, cy], first, distance);
        } else if distance < second {
            second = distance;
        }
    }
    (nearest, second - first)
}

/// A picture being painted.
pub struct Canvas {
    size: usize,
    pixels: Vec<Rgb>,
}

impl Canvas {
    /// Colours every position.
    pub fn painted(size: usize, colour: impl Fn(f32, f32) -> Rgb) -> Self {
        let centre = |pixel: usize, sample: usize| {
            (pixel as f32 + (2 * sample + 1) as f32 / (2 * SAMPLES) as f32) / size as f32
        };
        let pixel = |index: usize| {
            let mut sum = [0.0; 3];
            for sample in 0..SAMPLES * SAMPLES {
                let [x, y] = [(index % size, sample % SAMPLES), (index / size, sample / SAMPLES)]
                    .map(|(pixel, sample)| centre(pixel, sample));
                sum.iter_mut().zip(colour(x, y)).for_each(|(sum, channel)| *sum += channel);
            }
            sum.map(|channel| channel / (SAMPLES * SAMPLES) as f32)
        };
        Self { size, pixels: (0..size * size).map(pixel).collect() }
    }

    /// Draws a stroke along a polyline; its colour depends on the lateral position, from -1 to 1.
    pub fn stroke(&mut self, line: &[Point], width: f32, opacity: f32, colour: impl Fn(f32) -> Rgb) {
        let (half, pixel) = (width / 2.0, 1.0 / self.size as f32);
        let reach = |axis: usize| {
            let places = || line.iter().map(|point| point[axis]);
            let edge = |at: f32| ((at * self.size as f32).max(0.0) as usize).min(self.size);
            let margin = half + pixel;
            edge(places().fold(1.0, f32::min) - margin)..edge(places().fold(0.0, f32::max) + margin + pixel)
        };
        for (row, column) in reach(1).flat_map(|row| reach(0).map(move |column| (row, column))) {
            let at = [column, row].map(|index| (index as f32 + 0.5) * pixel);
            let (distance, side) = to_line(at, line);
            let covered = ((half - distance) / pixel + 0.5).clamp(0.0, 1.0);
            if covered > 0.0 {
                let place = &mut self.pixels[row * self.size + column];
                *place = mix(*place, colour(side / half), covered * opacity);
            }
        }
    }

    /// Draws a round spot.
    pub fn spot(&mut self, at: Point, radius: f32, opacity: f32, colour: Rgb) {
        self.stroke(&[at, at], 2.0 * radius, opacity, |_| colour);
    }

    /// Fills the region for which `inside` returns true.
    pub fn fill(&mut self, opacity: f32, colour: Rgb, inside: impl Fn(f32, f32) -> bool) {
        let covered = Self::painted(self.size, |x, y| [f32::from(u8::from(inside(x, y))); 3]);
        for (place, covered) in self.pixels.iter_mut().zip(covered.pixels) {
            *place = mix(*place, colour, covered[0] * opacity);
        }
    }

    /// Converts to bytes.
    pub fn finished(self) -> Picture {
        let byte = |channel: f32| (channel.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
        Picture { size: self.size, pixels: self.pixels.into_iter().flatten().map(byte).collect() }
    }
}

/// The distance of a point from a polyline, and its lateral offset from the nearest segment.
fn to_line([x, y]: Point, line: &[Point]) -> (f32, f32) {
    let mut nearest = (f32::INFINITY, 0.0);
    for piece in line.windows(2) {
        let ([ax, ay], [bx, by]) = (piece[0], piece[1]);
        let (ux, uy, px, py) = (bx - ax, by - ay, x - ax, y - ay);
        let squared = ux * ux + uy * uy;
        let along = if squared > 0.0 { ((px * ux + py * uy) / squared).clamp(0.0, 1.0) } else { 0.0 };
        let (dx, dy) = (px - along * ux, py - along * uy);
        let distance = (dx * dx + dy * dy).sqrt();
        if distance < nearest.0 {
            let side = if squared > 0.0 { (ux * py - uy * px) / squared.sqrt() } else { 0.0 };
            nearest = (distance, side);
        }
    }
    nearest
}
