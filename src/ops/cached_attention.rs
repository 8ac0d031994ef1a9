//! Attention for decoding: a key/value cache that grows in place, and queries that read it. No gradients;
//! every row is computed as if it were alone.

use crate::cpu::attend::attend;
use crate::gpu::View;
use crate::tensor::Tensor;
use crate::wgsl::attend as wgsl;

/// Which cached positions each query may attend to.
#[derive(Clone, Copy, Debug)]
pub struct Reach<'a> {
    /// For each query the index of its text in the cache.
    pub texts: &'a [usize],
    /// For each query the number of visible positions of that text, at least 1.
    pub lengths: &'a [usize],
}

impl Reach<'_> {
    /// Text index and number of positions minus `less` for each query, as the GPU kernels expect them.
    fn places(&self, less: usize) -> Vec<u32> {
        let rows = self.texts.iter().zip(self.lengths);
        rows.flat_map(|(&text, &length)| [text as u32, (length - less) as u32]).collect()
    }

    fn is_each_of_another_text(&self) -> bool {
        (0..self.texts.len()).all(|row| !self.texts[..row].contains(&self.texts[row]))
    }
}

/// Returns the cache's sizes after checking that `reach` fits.
#[track_caller]
fn sizes(op: &str, keys: &Tensor, values: &Tensor, reach: Reach<'_>, heads: usize) -> wgsl::Cached {
    let &[texts, capacity, channels] = keys.shape() else { panic!("{op}: keys {:?}", keys.shape()) };
    let fits = |(&text, &length): (&usize, &usize)| text < texts && (1..=capacity).contains(&length);
    assert!(
        keys.shape() == values.shape()
            && channels % heads == 0
            && reach.texts.len() == reach.lengths.len()
            && reach.texts.iter().zip(reach.lengths).all(fits),
        "{op}: keys {:?}, values {:?}, {heads} heads, {reach:?}",
        keys.shape(),
        values.shape()
    );
    wgsl::Cached { heads, channels, capacity }
}

impl Tensor {
    /// Writes columns `column .. column + C` of `x (B, T, W)` to positions `at .. at + T` of texts
    /// `text .. text + B` of this cache `(texts, capacity, C)`, in place unless another tensor shares it.
    ///
    /// # Panics
    /// If the shapes do not fit, or the cache has no room.
    #[track_caller]
    pub fn write_positions(&mut self, x: &Self, column: usize, text: usize, at: usize) {
        let (&[texts, capacity, channels], &[rows, steps, width]) = (self.shape(), x.shape()) else {
            panic!("write_positions: cache {:?}, x {:?}", self.shape(), x.shape())
        };
        assert!(
            text + rows <= texts && column + channels <= width && at + steps <= capacity,
            "write_positions: cache {:?}, x {:?}, column {column}, text {text}, position {at}",
            self.shape(),
            x.shape()
        );
        let place = text * capacity * channels;
        if let Some(gpu) = Self::gpu_of(&[self, x]) {
            let (shapes, x) = (wgsl::Cached { heads: 1, channels, capacity }, x.buffer(&gpu));
            let cache = self.buffer_to_change(&gpu).view(place, rows * capacity * channels);
            return wgsl::write_positions((&x).into(), column, steps, cache, at, shapes);
        }
        let cache = &mut self.data_mut()[place..];
        for (index, from) in x.data().chunks_exact(width).enumerate() {
            let place = (index / steps * capacity + at + index % steps) * channels;
            cache[place..][..channels].copy_from_slice(&from[column..][..channels]);
        }
    }

    /// For each `(from, to, positions)`, copies the first `positions` positions of text `from` of this cache
    /// `(texts, capacity, C)` to text `to`. No `from` may also be a `to`.
    #[track_caller]
    pub fn copy_texts(&mut self, copies: &[(usize, usize, usize)]) {
        if copies.is_empty() {
            return;
        }
        let &[texts, capacity, channels] = self.shape() else { panic!("copy_texts: {:?}", self.shape()) };
        if self.gpu().is_some() {
            // A GPU cannot copy within one buffer.
            let mut rows: Vec<usize> = (0..texts).collect();
            copies.iter().for_each(|&(from, to, _)| rows[to] = from);
            *self = self.select_rows(&rows);
            return;
        }
        let cache = self.data_mut();
        for &(from, to, positions) in copies {
            let from = from * capacity * channels;
            cache.copy_within(from..from + positions * channels, to * capacity * channels);
        }
    }

    /// Attends with each query `(R, C)`, head by head, to the positions of its text in `keys` and `values`
    /// `(texts, capacity, C)`, see [`attend`]. Returns the contexts `(R, C)` and, if `watching`, the weights
    /// `(R, N, capacity)`, 0 beyond a text's length.
    #[track_caller]
    pub fn attend_cached(
        &self,
        keys: &Self,
        values: &Self,
        reach: Reach<'_>,
        heads: usize,
        watching: bool,
    ) -> (Self, Option<Self>) {
        let shapes = sizes("attend_cached", keys, values, reach, heads);
        assert_eq!(self.shape(), [reach.texts.len(), shapes.channels], "attend_cached: queries");
        self.attended(keys, values, reach, shapes, watching)
    }

    /// Appends each row of this `(R, 3C)` to its text and attends with it. Columns `C .. 2C` (key) and
    /// `2C .. 3C` (value) are written to the caches `(texts, capacity, C)` at the last position that `reach`
    /// makes visible; the query, columns `.. C`, then attends to the text. Returns the same as
    /// [`Tensor::attend_cached`].
    ///
    /// The rows must belong to different texts, or be consecutive positions of a single one.
    ///
    /// # Panics
    /// If the shapes do not fit, or the cache has no room.
    #[track_caller]
    pub fn extend_cached(
        &self,
        keys: &mut Self,
        values: &mut Self,
        reach: Reach<'_>,
        heads: usize,
        watching: bool,
    ) -> (Self, Option<Self>) {
        let shapes = sizes("extend_cached", keys, values, reach, heads);
        let (rows, channels) = (reach.texts.len(), shapes.channels);
        assert_eq!(self.shape(), [rows, 3 * channels], "extend_cached: rows");
        let apart = reach.is_each_of_another_text();
        match Self::gpu_of(&[self, keys, values]).filter(|_| apart) {
            Some(gpu) => {
                let (x, places) = (self.buffer(&gpu), gpu.upload(&reach.places(1)));
                let [keys_in, values_in] =
                    [&mut *keys, &mut *values].map(|cache| View::from(cache.buffer_to_change(&gpu)));
                let context = Self::on_gpu(&gpu, &[rows, channels], |context| {
                    wgsl::extend((&x).into(), (&places).into(), keys_in, values_in, context, shapes);
                });
                let weights = watching.then(|| weights_on_gpu(self, keys, reach, shapes));
                return (context, weights);
            }
            None if apart => {
                for (row, (&text, &length)) in reach.texts.iter().zip(reach.lengths).enumerate() {
                    let all = self.narrow(0, row, 1).with_shape(&[1, 1, 3 * channels]);
                    keys.write_positions(&all, channels, text, length - 1);
                    values.write_positions(&all, 2 * channels, text, length - 1);
                }
            }
            None => {
                let first = reach.lengths[0];
                let follow = |(row, &length): (usize, &usize)| length == first + row;
                assert!(
                    reach.texts.iter().all(|text| *text == reach.texts[0])
                        && reach.lengths.iter().enumerate().all(follow),
                    "extend_cached: {reach:?}"
                );
                let all = self.with_shape(&[1, rows, 3 * channels]);
                keys.write_positions(&all, channels, reach.texts[0], first - 1);
                values.write_positions(&all, 2 * channels, reach.texts[0], first - 1);
            }
        }
        self.attended(keys, values, reach, shapes, watching)
    }

    /// Attends without writing; the queries are the first `C` columns of this `(R, W)`.
    fn attended(
        &self,
        keys: &Self,
        values: &Self,
        reach: Reach<'_>,
        shapes: wgsl::Cached,
        watching: bool,
    ) -> (Self, Option<Self>) {
        let Some(gpu) = Self::gpu_of(&[self, keys, values]) else {
            return self.attended_on_cpu(keys, values, reach, shapes, watching);
        };
        let places = gpu.upload(&reach.places(0));
        let [x, keys_in, values_in] = [self, keys, values].map(|x| x.buffer(&gpu));
        let [x, places, keys_in, values_in] = [&x, &places, &keys_in, &values_in].map(View::from);
        let context = Self::on_gpu(&gpu, &[self.dim(0), shapes.channels], |context| {
            wgsl::attend(x, places, keys_in, values_in, context, shapes);
        });
        (context, watching.then(|| weights_on_gpu(self, keys, reach, shapes)))
    }

    fn attended_on_cpu(
        &self,
        keys: &Self,
        values: &Self,
        reach: Reach<'_>,
        shapes: wgsl::Cached,
        watching: bool,
    ) -> (Self, Option<Self>) {
        let wgsl::Cached { heads, channels, capacity } = shapes;
        let (rows, width) = (self.dim(0), self.dim(1));
        let (x, keys, values) = (self.data(), keys.data(), values.data());
        let mut context = vec![0.0; rows * channels];
        let mut weights = vec![0.0; heads * capacity * if watching { rows } else { 1 }];
        for (row, (&text, &length)) in reach.texts.iter().zip(reach.lengths).enumerate() {
            let of_text = text * capacity * channels..(text * capacity + length) * channels;
            let (keys, values) = (&keys[of_text.clone()], &values[of_text]);
            let query = &x[row * width..][..channels];
            let context = &mut context[row * channels..][..channels];
            let row = if watching { row } else { 0 };
            let weights = &mut weights[row * heads * capacity..][..heads * capacity];
            attend(query, keys, values, heads, weights, context);
        }
        let weights = watching.then(|| Self::from_vec(weights, &[rows, heads, capacity]));
        (Self::from_vec(context, &[rows, channels]).apart(), weights)
    }
}

fn weights_on_gpu(x: &Tensor, keys: &Tensor, reach: Reach<'_>, shapes: wgsl::Cached) -> Tensor {
    let gpu = Tensor::gpu_of(&[x, keys]).expect("asked of tensors on a GPU");
    let (places, shape) = (gpu.upload(&reach.places(0)), [reach.texts.len(), shapes.heads, shapes.capacity]);
    Tensor::on_gpu(&gpu, &shape, |weights| {
        let [x, keys] = [x, keys].map(|x| x.buffer(&gpu));
        wgsl::attend_weights((&x).into(), (&places).into(), (&keys).into(), weights, shapes);
    })
}
