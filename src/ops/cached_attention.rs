//! What decoding needs of attention: a cache that grows in place, and one query for each text that reads it.

use crate::cpu::attend::attend;
use crate::tensor::Tensor;

/// Which cached positions each query may look at.
#[derive(Clone, Copy, Debug)]
pub struct Reach<'a> {
    /// For each query the number of its text in the cache.
    pub texts: &'a [usize],
    /// For each query how many positions of that text there are, at least 1.
    pub lengths: &'a [usize],
}

impl Tensor {
    /// Writes columns `column .. column + C` of `x (R, T, W)` to positions `at .. at + T` of this cache
    /// `(R, capacity, C)`, in place unless another tensor shares it. Without gradient.
    ///
    /// # Panics
    /// If the shapes do not fit, or there is no room.
    #[track_caller]
    pub fn write_positions(&mut self, x: &Self, column: usize, at: usize) {
        let (&[rows, capacity, channels], &[x_rows, steps, width]) = (self.shape(), x.shape()) else {
            panic!("write_positions: cache {:?}, x {:?}", self.shape(), x.shape())
        };
        assert!(
            rows == x_rows && column + channels <= width && at + steps <= capacity,
            "write_positions: cache {:?}, x {:?}, column {column}, position {at}",
            self.shape(),
            x.shape()
        );
        let cache = self.data_mut();
        for (index, from) in x.data().chunks_exact(width).enumerate() {
            let place = (index / steps * capacity + at + index % steps) * channels;
            cache[place..][..channels].copy_from_slice(&from[column..][..channels]);
        }
    }

    /// Each query of `(R, C)` reads the positions of its text in `keys` and `values (B, S, C)` with every
    /// head for itself, as [`attend`] does: the contexts `(R, C)`, and the mean of the heads' weights
    /// `(R, S)`, 0 beyond a text's length. Without gradient.
    #[track_caller]
    pub fn attend_cached(&self, keys: &Self, values: &Self, reach: Reach<'_>, heads: usize) -> (Self, Self) {
        let (&[rows, channels], &[_, positions, _]) = (self.shape(), keys.shape()) else {
            panic!("attend_cached: query {:?}, keys {:?}", self.shape(), keys.shape())
        };
        assert!(
            keys.shape() == values.shape() && keys.dim(2) == channels && channels % heads == 0,
            "attend_cached: query {:?}, keys {:?}, values {:?}, {heads} heads",
            self.shape(),
            keys.shape(),
            values.shape()
        );
        assert!(reach.texts.len() == rows && reach.lengths.len() == rows, "attend_cached: {reach:?}");
        let mut context = vec![0.0; rows * channels];
        let mut mean = vec![0.0; rows * positions];
        for (row, (&text, &length)) in reach.texts.iter().zip(reach.lengths).enumerate() {
            let of_text = text * positions * channels..(text * positions + length) * channels;
            let (keys, values) = (&keys.data()[of_text.clone()], &values.data()[of_text]);
            let (query, context) =
                (&self.data()[row * channels..][..channels], &mut context[row * channels..][..channels]);
            let mut weights = vec![0.0; heads * length];
            attend(query, keys, values, heads, &mut weights, context);
            for (position, mean) in mean[row * positions..][..length].iter_mut().enumerate() {
                *mean = (0..heads).map(|head| weights[head * length + position]).sum::<f32>() / heads as f32;
            }
        }
        (Self::from_vec(context, self.shape()), Self::from_vec(mean, &[rows, positions]))
    }
}
