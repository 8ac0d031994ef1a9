use super::Watch;
use crate::ops::{Reach, concat};
use crate::tensor::Tensor;

/// Keys and values of the positions read so far by one attention, each `(texts, capacity, C)`.
#[derive(Clone)]
pub struct KvCache {
    keys: Tensor,
    values: Tensor,
}

/// Initial number of positions per text; doubled whenever it is exceeded.
const FIRST_CAPACITY: usize = 32;

impl KvCache {
    /// Creates an empty cache for `texts` texts.
    pub fn new(texts: usize, channels: usize) -> Self {
        Self::with_capacity(texts, FIRST_CAPACITY, channels)
    }

    /// Creates an empty cache with room for `capacity` positions per text.
    pub fn with_capacity(texts: usize, capacity: usize, channels: usize) -> Self {
        let room = Tensor::zeros(&[texts, capacity, channels]);
        Self { keys: room.clone(), values: room }
    }

    /// Sets the first `S` positions of a text to `both (S, 2C)`, whose rows hold a key followed by its value.
    pub fn write(&mut self, text: usize, both: &Tensor) {
        let (channels, both) = (self.keys.dim(2), both.reshape(&[1, both.dim(0), both.dim(1)]));
        self.keys.write_positions(&both, 0, text, 0);
        self.values.write_positions(&both, channels, text, 0);
    }

    /// Appends one position per row and attends with it. Each row of `all (R, 3C)` holds query, key and value
    /// of the last position that `reach` makes visible in its text. Returns the contexts `(R, C)`; `watch`,
    /// if given, receives the weights `(R, N, S)`.
    pub fn extend(&mut self, all: &Tensor, reach: Reach<'_>, heads: usize, watch: Option<&Watch>) -> Tensor {
        self.make_room(reach.lengths.iter().copied().max().unwrap_or(0));
        let (keys, values) = (&mut self.keys, &mut self.values);
        let (context, weights) = all.extend_cached(keys, values, reach, heads, watch.is_some());
        keep(watch, weights);
        context
    }

    /// Attends with queries `(R, C)` to the positions that `reach` makes visible. Returns the contexts
    /// `(R, C)`; `watch`, if given, receives the weights `(R, N, S)`.
    pub fn read(&self, queries: &Tensor, reach: Reach<'_>, heads: usize, watch: Option<&Watch>) -> Tensor {
        let (context, weights) =
            queries.attend_cached(&self.keys, &self.values, reach, heads, watch.is_some());
        keep(watch, weights);
        context
    }

    fn make_room(&mut self, positions: usize) {
        while self.keys.dim(1) < positions {
            for tensor in [&mut self.keys, &mut self.values] {
                *tensor = concat(&[tensor, &Tensor::zeros(tensor.shape())], 1);
            }
        }
    }
}

fn keep(watch: Option<&Watch>, weights: Option<Tensor>) {
    if let (Some(watch), Some(weights)) = (watch, weights) {
        watch.push(weights);
    }
}

/// Maps a decoder's rows to texts of the caches, and counts the positions of each row.
#[derive(Clone, Debug)]
pub struct Rows {
    texts: Vec<usize>,
    lengths: Vec<usize>,
}

impl Rows {
    /// Creates `rows` texts without positions.
    pub fn new(rows: usize) -> Self {
        Self { texts: (0..rows).collect(), lengths: vec![0; rows] }
    }

    /// Returns the number of rows.
    pub fn count(&self) -> usize {
        self.texts.len()
    }

    /// Returns the number of positions of this row.
    pub fn length(&self, row: usize) -> usize {
        self.lengths[row]
    }

    /// Drops all positions of this row.
    pub fn clear(&mut self, row: usize) {
        self.lengths[row] = 0;
    }

    /// Adds `count` positions to this row. Returns text and visible length of each new position, as for a
    /// [`Reach`].
    pub fn extend(&mut self, row: usize, count: usize) -> (Vec<usize>, Vec<usize>) {
        let before = self.lengths[row];
        self.lengths[row] += count;
        (vec![self.texts[row]; count], (before + 1..=before + count).collect())
    }

    /// Adds one position to each row.
    pub fn extend_all(&mut self) -> Reach<'_> {
        self.lengths.iter_mut().for_each(|length| *length += 1);
        Reach { texts: &self.texts, lengths: &self.lengths }
    }

    /// Makes row `i` a continuation of what row `chosen[i]` is now, in all of these caches; rows not chosen
    /// are dropped. Only rows chosen more than once are copied.
    pub fn select(&mut self, chosen: &[usize], caches: &mut [KvCache]) {
        self.lengths = chosen.iter().map(|&row| self.lengths[row]).collect();
        let from: Vec<usize> = chosen.iter().map(|&row| self.texts[row]).collect();
        let places = caches.first().map_or(0, |cache| cache.keys.dim(0));
        let mut free: Vec<usize> = (0..places).filter(|place| !from.contains(place)).collect();
        let (mut texts, mut copies) = (Vec::with_capacity(from.len()), Vec::new());
        for (row, &text) in from.iter().enumerate() {
            let place = if texts.contains(&text) { free.pop() } else { Some(text) };
            let Some(place) = place else {
                // More rows than the caches have texts.
                for tensor in caches.iter_mut().flat_map(|cache| [&mut cache.keys, &mut cache.values]) {
                    *tensor = tensor.select_rows(&from);
                }
                self.texts = (0..from.len()).collect();
                return;
            };
            if place != text {
                copies.push((text, place, self.lengths[row]));
            }
            texts.push(place);
        }
        self.texts = texts;
        for tensor in caches.iter_mut().flat_map(|cache| [&mut cache.keys, &mut cache.values]) {
            tensor.copy_texts(&copies);
        }
    }
}
