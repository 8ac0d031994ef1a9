//! What decoding needs of attention: a cache that grows in place, and one query for each text that reads it.

use crate::cpu::attend::attend;
use crate::gpu::View;
use crate::tensor::Tensor;
use crate::wgsl::attend as wgsl;

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
        if let Some(gpu) = Self::gpu_of(&[self, x]) {
            let (shapes, x) = (wgsl::Cached { heads: 1, channels, capacity }, x.buffer(&gpu));
            return wgsl::write_positions(
                (&x).into(),
                column,
                steps,
                self.buffer_to_change(&gpu).into(),
                at,
                shapes,
            );
        }
        let cache = self.data_mut();
        for (index, from) in x.data().chunks_exact(width).enumerate() {
            let place = (index / steps * capacity + at + index % steps) * channels;
            cache[place..][..channels].copy_from_slice(&from[column..][..channels]);
        }
    }

    /// Each query of `(R, C)` reads the positions of its text in `keys` and `values (B, S, C)` with every
    /// head for itself, as [`attend`] does: the contexts `(R, C)`, and, to who is `watching`, the mean of the
    /// heads' weights `(R, S)`, 0 beyond a text's length. Without gradient.
    #[track_caller]
    pub fn attend_cached(
        &self,
        keys: &Self,
        values: &Self,
        reach: Reach<'_>,
        heads: usize,
        watching: bool,
    ) -> (Self, Option<Self>) {
        let (&[rows, channels], &[texts, positions, _]) = (self.shape(), keys.shape()) else {
            panic!("attend_cached: query {:?}, keys {:?}", self.shape(), keys.shape())
        };
        assert!(
            keys.shape() == values.shape() && keys.dim(2) == channels && channels % heads == 0,
            "attend_cached: query {:?}, keys {:?}, values {:?}, {heads} heads",
            self.shape(),
            keys.shape(),
            values.shape()
        );
        let fits = |(&text, &length): (&usize, &usize)| text < texts && length <= positions;
        assert!(
            (reach.texts.len(), reach.lengths.len()) == (rows, rows)
                && reach.texts.iter().zip(reach.lengths).all(fits),
            "attend_cached: {reach:?}"
        );
        match Self::gpu_of(&[self, keys, values]) {
            None => self.attend_cached_on_cpu(keys, values, reach, heads, watching),
            Some(gpu) => {
                let shapes = wgsl::Cached { heads, channels, capacity: positions };
                let places = gpu.upload(&places(reach.texts, reach.lengths));
                let [x, keys, values] = [self, keys, values].map(|x| x.buffer(&gpu));
                let [x, places, keys, values] = [&x, &places, &keys, &values].map(View::from);
                let context = Self::on_gpu(&gpu, self.shape(), |context| {
                    wgsl::attend(x, places, keys, values, context, shapes);
                });
                let weights = || {
                    Self::on_gpu(&gpu, &[rows, positions], |weights| {
                        wgsl::attend_weights(x, places, keys, weights, shapes);
                    })
                };
                (context, watching.then(weights))
            }
        }
    }

    fn attend_cached_on_cpu(
        &self,
        keys: &Self,
        values: &Self,
        reach: Reach<'_>,
        heads: usize,
        watching: bool,
    ) -> (Self, Option<Self>) {
        let (rows, positions, channels) = (self.dim(0), keys.dim(1), self.dim(1));
        let mut context = vec![0.0; rows * channels];
        let mut mean = vec![0.0; if watching { rows * positions } else { 0 }];
        for (row, (&text, &length)) in reach.texts.iter().zip(reach.lengths).enumerate() {
            let of_text = text * positions * channels..(text * positions + length) * channels;
            let (keys, values) = (&keys.data()[of_text.clone()], &values.data()[of_text]);
            let (query, context) =
                (&self.data()[row * channels..][..channels], &mut context[row * channels..][..channels]);
            let mut weights = vec![0.0; heads * length];
            attend(query, keys, values, heads, &mut weights, context);
            for (position, mean) in mean.iter_mut().skip(row * positions).take(length).enumerate() {
                *mean = (0..heads).map(|head| weights[head * length + position]).sum::<f32>() / heads as f32;
            }
        }
        let mean = watching.then(|| Self::from_vec(mean, &[rows, positions]));
        (Self::from_vec(context, self.shape()), mean)
    }

    /// One new position for each of R texts: keys and values, columns `C .. 2C` and `2C .. 3C` of this
    /// `(R, 3C)`, become position `before` of the caches `(R, capacity, C)`, and the queries, columns `.. C`,
    /// read all of them: the contexts `(R, C)`. Without gradient.
    ///
    /// # Panics
    /// If the shapes do not fit, or there is no room.
    #[track_caller]
    pub fn extend_cached(&self, keys: &mut Self, values: &mut Self, before: usize, heads: usize) -> Self {
        let (&[rows, width], &[texts, capacity, channels]) = (self.shape(), keys.shape()) else {
            panic!("extend_cached: {:?}, keys {:?}", self.shape(), keys.shape())
        };
        assert!(
            (rows, width) == (texts, 3 * channels) && keys.shape() == values.shape() && before < capacity,
            "extend_cached: {:?}, keys {:?}, values {:?}, position {before}",
            self.shape(),
            keys.shape(),
            values.shape()
        );
        let (texts, lengths): (Vec<usize>, _) = ((0..rows).collect(), vec![before; rows]);
        if let Some(gpu) = Self::gpu_of(&[self, keys, values]) {
            let shapes = wgsl::Cached { heads, channels, capacity };
            let (x, places) = (self.buffer(&gpu), gpu.upload(&places(&texts, &lengths)));
            let [keys, values] = [keys, values].map(|cache| View::from(cache.buffer_to_change(&gpu)));
            return Self::on_gpu(&gpu, &[rows, channels], |context| {
                wgsl::extend((&x).into(), (&places).into(), keys, values, context, shapes);
            });
        }
        let all = self.reshape(&[rows, 1, width]);
        keys.write_positions(&all, channels, before);
        values.write_positions(&all, 2 * channels, before);
        let lengths = vec![before + 1; rows];
        let reach = Reach { texts: &texts, lengths: &lengths };
        self.narrow(1, 0, channels).attend_cached(keys, values, reach, heads, false).0
    }
}

/// For each row the number of its cache, and how many positions that has.
fn places(texts: &[usize], lengths: &[usize]) -> Vec<u32> {
    texts.iter().zip(lengths).flat_map(|(&text, &length)| [text as u32, length as u32]).collect()
}
