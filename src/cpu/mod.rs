//! Kernels on plain slices of `f32`: they know no tensor, allocate only scratch and never fail.
//!
//! All matrices are row-major and contiguous. A slice whose length contradicts the stated shape is a
//! mistake of the caller and panics. The code is written once for four lanes (`wide::f32x4`), multiplies
//! and adds without fusing, fixes the order of every sum and brings its own `exp`, `tanh` and `ln`:
//! native builds and WebAssembly therefore agree **bit for bit** as long as [`Arithmetic::Portable`] is
//! in force. [`portable_fingerprint`] is the proof that both sides compute.

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

/// Which promise the kernels keep: the same bits everywhere, or the speed of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arithmetic {
    /// One thread, one order of summation, no fused multiply-add: the same bits on every machine.
    Portable,
    /// All cores and the widest multiply-add the processor has. On WebAssembly this equals `Portable`.
    Fast,
}

static FAST: AtomicBool = AtomicBool::new(false);

/// The arithmetic in force for the whole process; [`Arithmetic::Portable`] until someone changes it.
pub fn arithmetic() -> Arithmetic {
    if cfg!(not(target_arch = "wasm32")) && FAST.load(Ordering::Relaxed) {
        Arithmetic::Fast
    } else {
        Arithmetic::Portable
    }
}

/// Chooses the arithmetic of all following kernels in this process.
pub fn set_arithmetic(arithmetic: Arithmetic) {
    FAST.store(arithmetic == Arithmetic::Fast, Ordering::Relaxed);
}

/// What [`portable_fingerprint`] must return. It changes only with a deliberate change of the arithmetic.
pub const PORTABLE_FINGERPRINT: u64 = 0x81ea_2e76_9119_8433;

/// A checksum of the bits that the portable kernels produce on a fixed input: the same number on every
/// machine, native or WebAssembly.
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
