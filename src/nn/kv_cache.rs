use super::Watch;
use crate::ops::{Reach, concat};
use crate::tensor::Tensor;

/// Keys and values of the positions that an attention has read of some texts, each `(texts, capacity, C)`.
#[derive(Clone)]
pub struct KvCache {
    keys: Tensor,
    values: Tensor,
}

/// Positions that there is room for at first; twice as many whenever that is not enough.
const FIRST_CAPACITY: usize = 32;

impl KvCache {
    /// Of texts without a position.
    pub fn new(texts: usize, channels: usize) -> Self {
        Self::with_capacity(texts, FIRST_CAPACITY, channels)
    }

    /// Room for `capacity` positions of each text.
    pub fn with_capacity(texts: usize, capacity: usize, channels: usize) -> Self {
        let room = Tensor::zeros(&[texts, capacity, channels]);
        Self { keys: room.clone(), values: room }
    }

    /// The first positions of a text become `both (S, 2C)`, each one's key beside its value.
    pub fn write(&mut self, text: usize, both: &Tensor) {
        let (channels, both) = (self.keys.dim(2), both.reshape(&[1, both.dim(0), both.dim(1)]));
        self.keys.write_positions(&both, 0, text, 0);
        self.values.write_positions(&both, channels, text, 0);
    }

    /// Each row of `all (R, 3C)` is the query, the key and the value of a text's new position, the last that `reach`
    /// lets it look at; each query reads its text up to there: the contexts `(R, C)`. `watch`, if there is one, gets
    /// the weights `(R, N, S)`.
    pub fn extend(&mut self, all: &Tensor, reach: Reach<'_>, heads: usize, watch: Option<&Watch>) -> Tensor {
        self.make_room(reach.lengths.iter().copied().max().unwrap_or(0));
        let (keys, values) = (&mut self.keys, &mut self.values);
        let (context, weights) = all.extend_cached(keys, values, reach, heads, watch.is_some());
        keep(watch, weights);
        context
    }

    /// Each of the queries `(R, C)` reads as much of a text as `reach` lets it: the contexts `(R, C)`. `watch`, if
    /// there is one, gets the weights `(R, N, S)`.
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

/// Which texts of the caches the rows of a decoder are, and how many positions each has.
#[derive(Clone, Debug)]
pub struct Rows {
    texts: Vec<usize>,
    lengths: Vec<usize>,
}

impl Rows {
    /// So many texts without a position.
    pub fn new(rows: usize) -> Self {
        Self { texts: (0..rows).collect(), lengths: vec![0; rows] }
    }

    /// How many rows there are.
    pub fn count(&self) -> usize {
        self.texts.len()
    }

    /// How many positions this row has.
    pub fn length(&self, row: usize) -> usize {
        self.lengths[row]
    }

    /// Forgets the positions of this row.
    pub fn clear(&mut self, row: usize) {
        self.lengths[row] = 0;
    }

    /// This row gets `count` positions more: which they are, for as many queries, each of which reads up to its own.
    pub fn extend(&mut self, row: usize, count: usize) -> (Vec<usize>, Vec<usize>) {
        let before = self.lengths[row];
        self.lengths[row] += count;
        (vec![self.texts[row]; count], (before + 1..=before + count).collect())
    }

    /// Each row gets one position more.
    pub fn extend_all(&mut self) -> Reach<'_> {
        self.lengths.iter_mut().for_each(|length| *length += 1);
        Reach { texts: &self.texts, lengths: &self.lengths }
    }

    /// Row `i` goes on as a copy of what row `chosen[i]` is, in all of these caches; rows not named are given up. Only
    /// rows that are named again are copied.
    pub fn select(&mut self, chosen: &[usize], caches: &mut [KvCache]) {
        self.lengths = chosen.iter().map(|&row| self.lengths[row]).collect();
        let from: Vec<usize> = chosen.iter().map(|&row| self.texts[row]).collect();
        let places = caches.first().map_or(0, |cache| cache.keys.dim(0));
        let mut free: Vec<usize> = (0..places).filter(|place| !from.contains(place)).collect();
        let (mut texts, mut copies) = (Vec::with_capacity(from.len()), Vec::new());
        for (row, &text) in from.iter().enumerate() {
            let place = if texts.contains(&text) { free.pop() } else { Some(text) };
            let Some(place) = place else {
                // More rows than there is room for.
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
