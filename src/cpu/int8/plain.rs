//! Integer products in plain Rust, for targets without an implementation of their own.

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub struct Plain;

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
impl super::Dots for Plain {
    #[inline(always)]
    unsafe fn dots<const X: usize>(w: [&[i8]; super::GROUP], x: [&[i16]; X]) -> [[i32; super::GROUP]; X] {
        x.map(|x| w.map(|w| dot(w, x)))
    }
}

/// Dot product in lanes, so that the compiler vectorises it.
#[inline(always)]
pub fn dot(w: &[i8], x: &[i16]) -> i32 {
    const LANES: usize = 16;
    let product = |(&w, &x): (&i8, &i16)| i32::from(w) * i32::from(x);
    let ((w, rest_w), (x, rest_x)) = (w.as_chunks::<LANES>(), x.as_chunks::<LANES>());
    let mut lanes = [0; LANES];
    for (w, x) in w.iter().zip(x) {
        lanes.iter_mut().zip(w.iter().zip(x)).for_each(|(lane, pair)| *lane += product(pair));
    }
    lanes.into_iter().sum::<i32>() + rest_w.iter().zip(rest_x).map(product).sum::<i32>()
}
