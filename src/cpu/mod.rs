//! Kernels on plain slices of `f32`. They know no tensor, allocate only scratch memory and return no errors.
//!
//! All matrices are row-major and contiguous. A slice whose length contradicts the stated shape is a
//! programming error and panics. The code is written once for four lanes (`wide::f32x4`), never fuses
//! multiplication and addition, fixes the order of every sum and brings its own `exp`, `tanh` and `ln`:
//! native builds and WebAssembly therefore agree **bit for bit** under [`Arithmetic::Portable`].
//! [`portable_fingerprint`] lets both sides verify this.

use matmul::Matmul;
use std::sync::atomic::{AtomicBool, Ordering};

pub mod adamw;
pub mod attend;
pub mod attention;
pub mod cells;
pub mod conv2d;
pub mod cross_entropy;
pub mod elementwise;
pub mod gather;
pub mod gru;
pub mod int8;
pub mod layer_norm;
pub mod lstm;
pub mod math;
pub mod matmul;
pub mod matrix;
pub mod permute;
pub mod pool2d;
pub mod recurrent;
pub mod reduce;
pub mod softmax;
pub mod windows;

mod blocked;
#[cfg(not(target_arch = "wasm32"))]
mod fast;
mod lanes;
mod parallel;
mod product;
#[cfg(test)]
mod testing;

/// What the kernels guarantee: identical bits on every machine, or the full speed of this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arithmetic {
    /// One thread, a fixed order of summation, no fused multiply-add: the same bits on every machine.
    Portable,
    /// All cores and the processor's widest fused multiply-add. On WebAssembly this equals `Portable`.
    Fast,
}

static FAST: AtomicBool = AtomicBool::new(false);

/// Returns the arithmetic used by this process; [`Arithmetic::Portable`] by default.
pub fn arithmetic() -> Arithmetic {
    if cfg!(not(target_arch = "wasm32")) && FAST.load(Ordering::Relaxed) {
        Arithmetic::Fast
    } else {
        Arithmetic::Portable
    }
}

/// Sets the arithmetic of all subsequent kernels in this process.
pub fn set_arithmetic(arithmetic: Arithmetic) {
    FAST.store(arithmetic == Arithmetic::Fast, Ordering::Relaxed);
}

/// Expected result of [`portable_fingerprint`]. It changes only when the arithmetic is changed deliberately.
pub const PORTABLE_FINGERPRINT: u64 = 0x81ea_2e76_9119_8433;

/// Computes a checksum of the portable kernels' results on a fixed input: the same number on every machine,
/// native or WebAssembly.
pub fn portable_fingerprint() -> u64 {
    let (batch, inputs, hidden) = (5, 300, 19);
    let mut state = 1_u32;
    let mut numbers = |count: usize| -> Vec<f32> { (0..count).map(|_| pseudo_random(&mut state)).collect() };
    let (x, w, c_prev) = (numbers(batch * inputs), numbers(4 * hidden * inputs), numbers(batch * hidden));
    let spec =
        Matmul { m: batch, k: inputs, n: 4 * hidden, trans_a: false, trans_b: true, accumulate: false };
    let mut gates = vec![0.0; batch * 4 * hidden];
    matmul::portable(spec, &x, &w, &mut gates);
    let mut row = vec![0.0; 4 * hidden];
    matmul::matvec(&w, &x[..inputs], &mut row, false);
    let packed: Vec<i8> = w.iter().map(|w| (w * 127.0) as i8).collect();
    let mut products = vec![0.0; batch * 4 * hidden];
    int8::matvec_rows_int8(&packed, &c_prev[..4 * hidden], &x, &mut products, inputs, false);
    let (mut c, mut h) = (vec![0.0; batch * hidden], vec![0.0; batch * hidden]);
    cells::lstm_cell(&mut gates, &c_prev, &mut c, &mut h, hidden);
    let (mut losses, mut probs) = (vec![0.0; batch], vec![0.0; batch * hidden]);
    cross_entropy::cross_entropy(&h, &[0, 3, 7, 11, 18], hidden, None, 0.1, &mut losses, &mut probs);
    let bytes = [gates, row, products, c, h, losses, probs].into_iter().flatten().flat_map(f32::to_le_bytes);
    crate::hash::fnv1a(bytes)
}

/// Numbers in [-1, 1) from a linear congruential generator; exact in every arithmetic.
fn pseudo_random(state: &mut u32) -> f32 {
    *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    (*state >> 8) as f32 / 8_388_608.0 - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bits_have_not_changed() {
        assert_eq!(portable_fingerprint(), PORTABLE_FINGERPRINT, "{:#x}", portable_fingerprint());
    }
}
