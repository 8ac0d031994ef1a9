//! Integer products with WebAssembly SIMD, eight at a time.

use super::{Dots, GROUP, add_rest};
use core::arch::wasm32::{
    i16x8_load_extend_i8x8, i32x4_add, i32x4_dot_i16x8, i32x4_extract_lane, i32x4_shuffle, i32x4_splat, v128,
    v128_load,
};

pub struct Simd128;

impl Dots for Simd128 {
    #[inline(always)]
    unsafe fn dots<const X: usize>(w: [&[i8]; GROUP], x: [&[i16]; X]) -> [[i32; GROUP]; X] {
        const LANES: usize = 8;
        let whole = w[0].len() / LANES * LANES;
        let (heads_w, heads_x) = (w.map(|w| &w[..whole]), x.map(|x| &x[..whole]));
        let mut sums = [[i32x4_splat(0); GROUP]; X];
        for p in (0..whole).step_by(LANES) {
            // SAFETY: the load stays within each slice.
            let x = heads_x.map(|x| unsafe { v128_load(x.as_ptr().add(p).cast()) });
            for (i, w) in heads_w.iter().enumerate() {
                // SAFETY: as above.
                let w = unsafe { i16x8_load_extend_i8x8(w.as_ptr().add(p)) };
                for (sums, x) in sums.iter_mut().zip(x) {
                    sums[i] = i32x4_add(sums[i], i32x4_dot_i16x8(w, x));
                }
            }
        }
        let mut dots = sums.map(horizontal_sums);
        add_rest(&mut dots, w, x, whole);
        dots
    }
}

/// Sums the lanes of each vector.
#[inline(always)]
fn horizontal_sums([a, b, c, d]: [v128; GROUP]) -> [i32; GROUP] {
    // Adds adjacent lanes: those of the first end up in lanes 0 and 1, those of the second in 2 and 3.
    let pairs = |a, b| i32x4_add(i32x4_shuffle::<0, 2, 4, 6>(a, b), i32x4_shuffle::<1, 3, 5, 7>(a, b));
    let sums = pairs(pairs(a, b), pairs(c, d));
    [
        i32x4_extract_lane::<0>(sums),
        i32x4_extract_lane::<1>(sums),
        i32x4_extract_lane::<2>(sums),
        i32x4_extract_lane::<3>(sums),
    ]
}
