//! Index sorting. All of the crate shares two sorts, since each additional one adds 7 kB to the page's
//! download.

use std::cmp::Ordering;

/// Returns the indices `0..count` sorted by `compare`. The sort is stable.
pub(crate) fn sorted(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<u32> {
    let mut places: Vec<u32> = (0..count as u32).collect();
    places.sort_by(|&a, &b| compare(a as usize, b as usize));
    places
}

/// Sorts ids by ascending key. The sort is stable. Not generic, for speed: the sampler calls it for every
/// token.
pub(crate) fn sort_ids(ids: &mut [u32], keys: &[f32]) {
    ids.sort_by(|&a, &b| keys[a as usize].total_cmp(&keys[b as usize]));
}

/// Returns the indices of `keys` in descending order of key; of equal keys the first comes first.
pub(crate) fn highest_first(keys: &[f32]) -> Vec<u32> {
    let mut places: Vec<u32> = (0..keys.len() as u32).rev().collect();
    sort_ids(&mut places, keys);
    places.reverse();
    places
}

/// Yields the elements of `things` in the order of `places`, each of which may occur only once.
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
