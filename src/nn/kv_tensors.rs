use crate::ops::{Reach, concat};
use crate::tensor::Tensor;

/// Keys and values of R texts of one length, as decoding on any device looks them up: each `(R, capacity, C)`.
#[derive(Clone)]
pub struct KvTensors {
    keys: Tensor,
    values: Tensor,
}

impl KvTensors {
    /// Room for `capacity` positions of each text.
    pub fn new(rows: usize, capacity: usize, channels: usize) -> Self {
        let room = Tensor::zeros(&[rows, capacity, channels]);
        Self { keys: room.clone(), values: room }
    }

    /// All of `both (B, S, 2C)`: each position's key beside its value.
    pub fn of(both: &Tensor) -> Self {
        let channels = both.dim(2) / 2;
        Self { keys: both.narrow(2, 0, channels), values: both.narrow(2, channels, channels) }
    }

    /// Twice the room, again and again until there are `positions`.
    pub fn make_room(&mut self, positions: usize) {
        while self.keys.dim(1) < positions {
            for tensor in self.tensors_mut() {
                *tensor = concat(&[tensor, &Tensor::zeros(tensor.shape())], 1);
            }
        }
    }

    /// Positions `at ..` become those of `all (R, T, 3C)`: queries, keys and values beside each other.
    pub fn write(&mut self, all: &Tensor, at: usize) {
        let channels = self.keys.dim(2);
        self.keys.write_positions(all, channels, at);
        self.values.write_positions(all, 2 * channels, at);
    }

    /// Position `before` becomes that of `all (R, 3C)`, whose queries read all of them: the contexts `(R, C)`.
    pub fn extend(&mut self, all: &Tensor, before: usize, heads: usize) -> Tensor {
        all.extend_cached(&mut self.keys, &mut self.values, before, heads)
    }

    /// The contexts `(R, C)` of these queries, and, to who is `watching`, the mean weights of the heads
    /// `(R, S)`.
    pub fn read(
        &self,
        queries: &Tensor,
        reach: Reach<'_>,
        heads: usize,
        watching: bool,
    ) -> (Tensor, Option<Tensor>) {
        queries.attend_cached(&self.keys, &self.values, reach, heads, watching)
    }

    /// Both tensors.
    pub fn tensors_mut(&mut self) -> [&mut Tensor; 2] {
        [&mut self.keys, &mut self.values]
    }
}
