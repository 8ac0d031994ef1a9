//! Vector loads and stores that tolerate slices with fewer than four elements.

use wide::f32x4;

/// Number of lanes in a vector.
pub(super) const LANES: usize = 4;

/// Loads the first four elements; missing ones become `pad`.
#[inline(always)]
pub(super) fn load_or(slice: &[f32], pad: f32) -> f32x4 {
    match slice.first_chunk::<LANES>() {
        Some(chunk) => f32x4::new(*chunk),
        None => {
            let mut chunk = [pad; LANES];
            chunk[..slice.len()].copy_from_slice(slice);
            f32x4::new(chunk)
        }
    }
}

/// Loads the first four elements; missing ones become zero.
#[inline(always)]
pub(super) fn load(slice: &[f32]) -> f32x4 {
    load_or(slice, 0.0)
}

/// Stores the lanes to the first four elements, or to as many as there are.
#[inline(always)]
pub(super) fn store(lanes: f32x4, slice: &mut [f32]) {
    match slice.first_chunk_mut::<LANES>() {
        Some(chunk) => *chunk = lanes.to_array(),
        None => {
            let places = slice.len();
            slice.copy_from_slice(&lanes.to_array()[..places]);
        }
    }
}

/// `a > b ? a : b` in each lane, also for NaN, where the native instructions of different machines disagree.
#[inline(always)]
pub(super) fn max(a: f32x4, b: f32x4) -> f32x4 {
    if cfg!(target_arch = "wasm32") {
        b.fast_max(a)
    } else if cfg!(target_feature = "sse") {
        a.fast_max(b)
    } else {
        a.simd_gt(b).select(a, b)
    }
}

/// `a < b ? a : b` in each lane, also for NaN.
#[inline(always)]
pub(super) fn min(a: f32x4, b: f32x4) -> f32x4 {
    if cfg!(target_arch = "wasm32") {
        b.fast_min(a)
    } else if cfg!(target_feature = "sse") {
        a.fast_min(b)
    } else {
        a.simd_lt(b).select(a, b)
    }
}

/// Adds the four lanes in a fixed order.
#[inline(always)]
pub(super) fn horizontal_sum(lanes: f32x4) -> f32 {
    let [a, b, c, d] = lanes.to_array();
    (a + c) + (b + d)
}

/// The largest lane.
#[inline(always)]
pub(super) fn horizontal_max(lanes: f32x4) -> f32 {
    let greater = |a: f32, b: f32| if a > b { a } else { b };
    let [a, b, c, d] = lanes.to_array();
    greater(greater(a, c), greater(b, d))
}
