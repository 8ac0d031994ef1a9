//! Random numbers that are the same on every machine: ChaCha8 for sequences, a hash for masks.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng};

/// A seeded stream of random numbers (ChaCha with 8 rounds).
#[derive(Clone, Debug)]
pub struct Rng(ChaCha8Rng);

impl Rng {
    /// Creates a stream that depends only on `seed`.
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Jumps to the position after `taken` calls of [`uniform`](Self::uniform), counted from the beginning.
    pub fn seek(&mut self, taken: u64) {
        self.0.set_word_pos(taken.into());
    }

    /// Uniform in `[0, 1)`, 24 bits.
    pub fn uniform(&mut self) -> f32 {
        (self.0.next_u32() >> 8) as f32 * (1.0 / 16_777_216.0)
    }

    /// Uniform in `[0, 1)`, 53 bits.
    pub fn uniform64(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Approximately normal with mean 0 and variance 1: the sum of twelve uniforms minus six (Irwin-Hall).
    ///
    /// It uses only additions, so it has the same bits everywhere, unlike `ln` and `cos`. The tails end at 6
    /// standard deviations, which is fine for initial weights.
    pub fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.uniform()).sum::<f32>() - 6.0
    }

    /// Uniform in `0..n`. The bias is below `n / 2^64`.
    ///
    /// # Panics
    /// If `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        assert!(n > 0, "below(0) has no value");
        ((u128::from(self.0.next_u64()) * n as u128) >> 64) as usize
    }
}

/// Hashes `(seed, index)` to `[0, 1)`, so that any device can compute a dropout mask in any order.
///
/// Two rounds of the PCG-RXS-M-XS permutation (Jarzynski and Olano 2020), in 32-bit arithmetic only, so that
/// a shader computes the same value.
pub fn uniform_at(seed: u64, index: u32) -> f32 {
    let mixed = pcg(index ^ pcg(seed as u32 ^ pcg((seed >> 32) as u32)));
    (mixed >> 8) as f32 * (1.0 / 16_777_216.0)
}

fn pcg(value: u32) -> u32 {
    let state = value.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
    let word = ((state >> ((state >> 28) + 4)) ^ state).wrapping_mul(277_803_737);
    (word >> 22) ^ word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_have_the_moments_they_promise() {
        let mut rng = Rng::new(1);
        let n = 20_000;
        let normals: Vec<f32> = (0..n).map(|_| rng.normal()).collect();
        let mean = normals.iter().sum::<f32>() / n as f32;
        let variance = normals.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / n as f32;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
        let masks = (0..n).filter(|&i| uniform_at(3, i) < 0.25).count() as f32 / n as f32;
        assert!((masks - 0.25).abs() < 0.01, "{masks}");
        assert!((0..1000).all(|_| rng.below(3) < 3));
    }

    #[test]
    fn a_place_in_a_stream_has_its_number() {
        let mut rng = Rng::new(5);
        let numbers: Vec<f32> = (0..200).map(|_| rng.uniform()).collect();
        for taken in [0, 1, 15, 16, 17, 63, 64, 65, 150, 3] {
            rng.seek(taken);
            assert_eq!([rng.uniform(), rng.uniform()], numbers[taken as usize..][..2]);
        }
    }
}
