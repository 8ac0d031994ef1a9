//! Integer products on x86-64 with AVX2, 16 at a time.

use super::{Activations, Dots, GROUP, add_products_with, add_rest};
use core::arch::x86_64::{
    __m256i, _mm_add_epi32, _mm_loadu_si128, _mm256_add_epi32, _mm256_castsi256_si128, _mm256_cvtepi8_epi16,
    _mm256_extracti128_si256, _mm256_hadd_epi32, _mm256_loadu_si256, _mm256_madd_epi16, _mm256_setzero_si256,
};

struct Avx2;

/// [`add_products`](super::add_products) with AVX2 instructions.
#[target_feature(enable = "avx2")]
pub fn add_products(values: &[i8], scales: &[f32], x: &Activations, sums: &mut [f32]) {
    // SAFETY: callers must ensure that the processor supports AVX2.
    unsafe { add_products_with::<Avx2>(values, scales, x, sums) }
}

impl Dots for Avx2 {
    #[inline(always)]
    unsafe fn dots<const X: usize>(w: [&[i8]; GROUP], x: [&[i16]; X]) -> [[i32; GROUP]; X] {
        const LANES: usize = 16;
        let whole = w[0].len() / LANES * LANES;
        let (heads_w, heads_x) = (w.map(|w| &w[..whole]), x.map(|x| &x[..whole]));
        // SAFETY: the processor supports AVX2, and every load stays within its slice.
        unsafe {
            let mut sums = [[_mm256_setzero_si256(); GROUP]; X];
            for p in (0..whole).step_by(LANES) {
                let x = heads_x.map(|x| _mm256_loadu_si256(x.as_ptr().add(p).cast()));
                for (i, w) in heads_w.iter().enumerate() {
                    let w = _mm256_cvtepi8_epi16(_mm_loadu_si128(w.as_ptr().add(p).cast()));
                    for (sums, x) in sums.iter_mut().zip(x) {
                        sums[i] = _mm256_add_epi32(sums[i], _mm256_madd_epi16(w, x));
                    }
                }
            }
            let mut dots = sums.map(|sums| horizontal_sums(sums));
            add_rest(&mut dots, w, x, whole);
            dots
        }
    }
}

/// Sums the lanes of each vector.
#[target_feature(enable = "avx2")]
fn horizontal_sums([a, b, c, d]: [__m256i; GROUP]) -> [i32; GROUP] {
    let halves = _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d));
    let sums = _mm_add_epi32(_mm256_castsi256_si128(halves), _mm256_extracti128_si256::<1>(halves));
    bytemuck::cast(sums)
}
