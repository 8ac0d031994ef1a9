//! The order of training examples, derived from a hash so that the PyTorch trainer uses the same order.

pub(super) use crate::hash::split_mix as hash;

/// The seed of an epoch; streams 0 and 1 are for different purposes within the same epoch.
pub(super) fn epoch_seed(seed: u64, epoch: u64, stream: u64) -> u64 {
    seed.wrapping_mul(1_000_003).wrapping_add(epoch).wrapping_mul(2).wrapping_add(stream)
}

/// The numbers below `count`, sorted by their hashes.
pub(super) fn permutation(seed: u64, count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_cached_key(|&index| hash(seed, index as u64));
    order
}

/// A pseudo-random number below `count`, which must not be 0.
pub(super) fn below(seed: u64, count: usize) -> usize {
    (hash(seed, 0) % count as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tests of the PyTorch trainer expect the same numbers.
    #[test]
    fn the_order_is_the_twins() {
        assert_eq!(permutation(epoch_seed(1, 0, 0), 8), [0, 4, 1, 5, 6, 7, 2, 3]);
        assert_eq!(below(epoch_seed(7, 3, 0), 1_000_000), 669_695);
    }
}
