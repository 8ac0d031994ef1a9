//! Numbers, guarded memory and comparisons.

use liedwerk::gpu::{Buffer, Gpu, View};

/// Lengths around lanes, workgroups and tiles: nothing, one, primes, edges and beyond.
pub const SIZES: [usize; 9] = [0, 1, 3, 17, 31, 64, 65, 256, 257];

/// Words before and behind each tested view, with a value that no kernel writes.
const GUARD: [usize; 2] = [5, 131];
/// Words that some kernels read at once.
const ALIGNED: usize = 4;
const UNTOUCHED: f32 = -777.25;

/// Pseudo-random numbers in [-1, 1).
pub fn numbers(count: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

pub fn doubles(x: &[f32]) -> Vec<f64> {
    x.iter().map(|&x| f64::from(x)).collect()
}

/// Memory with guards around it: a kernel that writes beside its view is found out, and one that ignores
/// where its view begins reads nonsense.
pub struct Guarded {
    buffer: Buffer,
    start: usize,
    len: usize,
}

impl Guarded {
    pub fn new(gpu: &Gpu, values: &[f32]) -> Self {
        Self::from_word(gpu, GUARD[0], values)
    }

    /// Beginning where four words can be read at once.
    pub fn aligned(gpu: &Gpu, values: &[f32]) -> Self {
        Self::from_word(gpu, 2 * ALIGNED, values)
    }

    fn from_word(gpu: &Gpu, start: usize, values: &[f32]) -> Self {
        let all: Vec<f32> = [&vec![UNTOUCHED; start][..], values, &[UNTOUCHED; GUARD[1]]].concat();
        Self { buffer: gpu.upload(&all), start, len: values.len() }
    }

    /// For a kernel that writes all of it.
    pub fn output(gpu: &Gpu, len: usize) -> Self {
        Self::new(gpu, &vec![f32::MAX; len])
    }

    pub fn view(&self) -> View<'_> {
        self.buffer.view(self.start, self.len)
    }

    /// The values; fails if a guard was touched.
    #[track_caller]
    pub fn read(&self) -> impl Future<Output = Vec<f32>> + use<> {
        let caller = std::panic::Location::caller();
        let (start, len, reading) = (self.start, self.len, self.buffer.gpu().read(&[(&self.buffer).into()]));
        async move {
            let mut all = reading.await.expect("the GPU answers");
            let behind = all.split_off(start + len);
            let values = all.split_off(start);
            assert!(
                all.iter().chain(&behind).all(|&word| word == UNTOUCHED),
                "a guard was touched: {caller}"
            );
            values
        }
    }
}

/// The largest normalised error (root of the squared differences over that of the squares) that a kernel in
/// f32 may have.
pub const TOLERANCE: f64 = 1e-6;

/// Fails if the normalised error is above `tolerance`, or a single element is far off.
#[track_caller]
pub fn assert_close(what: &str, actual: &[f32], expected: &[f64], tolerance: f64) {
    assert_eq!(actual.len(), expected.len(), "{what}: length");
    let pairs = || actual.iter().map(|&x| f64::from(x)).zip(expected);
    let squares: f64 = expected.iter().map(|x| x * x).sum();
    let differences: f64 = pairs().map(|(x, y)| (x - y).powi(2)).sum();
    let error = (differences / squares.max(1e-30)).sqrt();
    let off = |(x, y): (f64, &f64)| (x - y).abs() / (1.0 + y.abs());
    let worst = pairs().map(off).enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
    // NaN must fail, so the comparisons are not turned round.
    let fine = (squares == 0.0 || error <= tolerance) && worst.is_none_or(|(_, off)| off <= 30.0 * tolerance);
    assert!(fine, "{what}: normalised error {error:e}, worst {worst:?} of {} values", actual.len());
}
