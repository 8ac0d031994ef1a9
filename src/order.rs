//! Orders of numbers by what they stand for: two sorts for all, since each more would be 7 kB of the page's download.

use std::cmp::Ordering;

/// The numbers below `count` in the order of what they stand for; equals stay in theirs.
pub(crate) fn sorted(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<u32> {
    let mut places: Vec<u32> = (0..count as u32).collect();
    places.sort_by(|&a, &b| compare(a as usize, b as usize));
    places
}

/// Sorts ids by their rising keys; equals stay in the order they have. The quick one: a sampler needs it for each token.
pub(crate) fn sort_ids(ids: &mut [u32], keys: &[f32]) {
    ids.sort_by(|&a, &b| keys[a as usize].total_cmp(&keys[b as usize]));
}

/// The places of these keys, of the highest first; of equals the first comes first.
pub(crate) fn highest_first(keys: &[f32]) -> Vec<u32> {
    let mut places: Vec<u32> = (0..keys.len() as u32).rev().collect();
    sort_ids(&mut places, keys);
    places.reverse();
    places
}

/// The things at these places, each of which is named once.
pub(crate) fn in_order<T>(things: Vec<T>, places: Vec<u32>) -> impl Iterator<Item = T> {
    let mut things: Vec<Option<T>> = things.into_iter().map(Some).collect();
    places.into_iter().filter_map(move |place| things[place as usize].take())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_keep_their_order() {
        let words = ["b", "a", "c", "a"];
        assert_eq!(sorted(4, &|a, b| words[a].cmp(words[b])), [1, 3, 0, 2]);
        assert_eq!(highest_first(&[1.0, 2.0, -1.0, 2.0]), [1, 3, 0, 2]);
    }
}
