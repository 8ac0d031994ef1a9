//! Paintings that compute the colour of each position by a rule.

use super::super::Picture;
use super::canvas::{Canvas, Rgb, at_cell, clouds, mix, noise, ramp, rgb, shade, voronoi};

/// Picks one of several colours by a number from 0 to 1.
fn of(colours: &[Rgb], share: f32) -> Rgb {
    colours[((share * colours.len() as f32) as usize).min(colours.len() - 1)]
}

/// Rows of concentric circles, each row in front of the one above.
pub fn waves(size: usize, seed: u64) -> Picture {
    const BANDS: [Rgb; 7] = [
        rgb(0x12_2c54),
        rgb(0xf4_ecd8),
        rgb(0x1f_4e8c),
        rgb(0xdf_e6e4),
        rgb(0x2f_6fae),
        rgb(0xf4_ecd8),
        rgb(0x16_3a6b),
    ];
    const ACROSS: f32 = 3.0;
    Canvas::painted(size, |x, y| {
        let shaken = |seed: u64, at: f32| at + 0.02 * (clouds(seed, 6.0 * x, 6.0 * y) - 0.5);
        let (x, y) = (ACROSS * shaken(seed, x), ACROSS * shaken(seed + 1, y));
        // Each row is a quarter of a circle below the one above.
        let lowest = (4.0 * y).floor() as i32 + 4;
        for row in (lowest - 9..=lowest).rev() {
            let (cy, shift) = (row as f32 / 4.0, if row % 2 == 0 { 0.0 } else { 0.5 });
            let cx = (x - shift + 0.5).floor() + shift;
            let distance = 2.0 * ((x - cx) * (x - cx) + (y - cy) * (y - cy)).sqrt();
            if distance < 1.0 && y < cy + 0.001 {
                let worn = 0.94 + 0.12 * noise(seed + 2, 40.0 * x, 40.0 * y);
                return shade(of(&BANDS, 1.0 - distance), worn);
            }
        }
        BANDS[0]
    })
    .finished()
}

/// Stones with gradually changing colours.
pub fn mosaic(size: usize, seed: u64) -> Picture {
    const STONES: [Rgb; 7] = [
        rgb(0x1d_5c63),
        rgb(0x2f_8f83),
        rgb(0xe8_d8b0),
        rgb(0xd9_a441),
        rgb(0xc4_5a2c),
        rgb(0x8e_2f24),
        rgb(0x22_3a5e),
    ];
    const MORTAR: Rgb = rgb(0x4a_423a);
    Canvas::painted(size, |x, y| {
        let (cell, gap) = voronoi(seed, 12.0 * x, 12.0 * y);
        let at = cell.map(|index| index as f32 / 12.0);
        let drift = clouds(seed + 2, 3.0 * at[0], 3.0 * at[1]);
        let own = at_cell(seed + 3, cell[0], cell[1]);
        let share = (1.9 * (drift - 0.5) + 0.5 + 0.25 * (own - 0.5)).clamp(0.0, 0.999);
        let stone = shade(of(&STONES, share), 0.8 + 0.4 * at_cell(seed + 4, cell[0], cell[1]));
        mix(MORTAR, stone, ramp(0.06, 0.14, gap))
    })
    .finished()
}

/// Veins where distorted noise crosses its mean.
pub fn marble(size: usize, seed: u64) -> Picture {
    let [ground, deep, pale, gold]: [Rgb; 4] =
        [rgb(0x1c_5a5e), rgb(0x0d_2a35), rgb(0xe9_efe6), rgb(0xd7_a84b)];
    Canvas::painted(size, |x, y| {
        let bent = |seed: u64| 1.6 * (clouds(seed, 2.5 * x, 2.5 * y) - 0.5);
        let (u, v) = (x + bent(seed), y + bent(seed + 1));
        let vein = |seed: u64, scale: f32| (2.0 * clouds(seed, scale * u, scale * v) - 1.0).abs();
        let stone = mix(deep, ground, 2.2 * clouds(seed + 2, 4.0 * u, 4.0 * v) - 0.5);
        let stone = mix(pale, stone, ramp(0.0, 0.16, vein(seed + 3, 3.0)));
        let stone = mix(pale, stone, 0.35 + 0.65 * ramp(0.0, 0.1, vein(seed + 4, 7.0)));
        mix(gold, stone, ramp(0.01, 0.05, vein(seed + 5, 2.2)))
    })
    .finished()
}

/// Panes of one colour each, separated by dark lead.
pub fn glass(size: usize, seed: u64) -> Picture {
    const PANES: [Rgb; 7] = [
        rgb(0xb5_1f2e),
        rgb(0xe7_8b1f),
        rgb(0xf4_cf3c),
        rgb(0x1e_8a4c),
        rgb(0x1c_4fa3),
        rgb(0x5a_2a86),
        rgb(0x35_a7c9),
    ];
    const LEAD: Rgb = rgb(0x12_1014);
    Canvas::painted(size, |x, y| {
        let (cell, gap) = voronoi(seed, 6.0 * x, 6.0 * y);
        let pane = of(&PANES, at_cell(seed + 2, cell[0], cell[1]));
        let light = 0.75 + 0.55 * noise(seed + 3, 14.0 * x, 14.0 * y) + 0.25 * ramp(0.1, 0.8, gap);
        mix(LEAD, shade(pane, light), ramp(0.07, 0.11, gap))
    })
    .finished()
}

/// Interwoven threads.
pub fn weave(size: usize, seed: u64) -> Picture {
    const WARP: [Rgb; 4] = [rgb(0xa3_2638), rgb(0xe3_b04b), rgb(0xa3_2638), rgb(0x2a_2f55)];
    const WEFT: [Rgb; 5] = [rgb(0xef_e3c8), rgb(0x2f_7f79), rgb(0xef_e3c8), rgb(0xc9_5b2b), rgb(0x2a_2f55)];
    const THREADS: f32 = 14.0;
    Canvas::painted(size, |x, y| {
        let pulled = |seed: u64| 0.25 * (noise(seed, 9.0 * x, 9.0 * y) - 0.5);
        let (u, v) = (THREADS * x + pulled(seed), THREADS * y + pulled(seed + 1));
        let (column, row) = (u.floor() as i32, v.floor() as i32);
        // A twill: two over, two under, shifted by one in each row.
        let over = (column + row).rem_euclid(4) < 2;
        let colours: &[Rgb] = if over { &WARP } else { &WEFT };
        let (thread, across) = if over { (column, u - u.floor()) } else { (row, v - v.floor()) };
        let colour = colours[(thread.div_euclid(2)).rem_euclid(colours.len() as i32) as usize];
        let round = 1.0 - (2.0 * across - 1.0) * (2.0 * across - 1.0);
        let fibre = 0.9 + 0.2 * noise(seed + 2, 6.0 * u, 6.0 * v);
        shade(colour, (0.45 + 0.7 * round) * fibre)
    })
    .finished()
}
