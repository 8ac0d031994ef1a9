//! Additive attention (Bahdanau et al. 2015) while decoding in main memory. Where gradients are wanted, and on a GPU, it
//! is composed of other ops.

use super::Reach;
use crate::cpu::attend::attend_additive;
use crate::tensor::Tensor;

impl Tensor {
    /// Each query of `(R, A)` reads the positions of its text by `keys (texts, S, A)`, the scores being
    /// `score · tanh(query + key)` with `score (1, A)`: the means of `values (texts, S, K)` `(R, K)`, and the weights
    /// `(R, S)`, 0 beyond a text's length. Without gradient; every row is computed as if it were alone.
    #[track_caller]
    pub fn attend_additive(
        &self,
        keys: &Self,
        score: &Self,
        values: &Self,
        reach: Reach<'_>,
    ) -> (Self, Self) {
        let (&[rows, size], &[texts, positions, width]) = (self.shape(), values.shape()) else {
            panic!("attend_additive: queries {:?}, values {:?}", self.shape(), values.shape())
        };
        assert!(
            keys.shape() == [texts, positions, size] && [reach.texts.len(), reach.lengths.len()] == [rows; 2],
            "attend_additive: queries {:?}, keys {:?}, values {:?}, {reach:?}",
            self.shape(),
            keys.shape(),
            values.shape()
        );
        let (mut weights, mut context) = (vec![0.0; rows * positions], vec![0.0; rows * width]);
        for (row, (&text, &length)) in reach.texts.iter().zip(reach.lengths).enumerate() {
            let seen = |width: usize| text * positions * width..(text * positions + length) * width;
            attend_additive(
                &self.data()[row * size..][..size],
                &keys.data()[seen(size)],
                score.data(),
                &values.data()[seen(width)],
                &mut weights[row * positions..][..length],
                &mut context[row * width..][..width],
            );
        }
        let context = Self::from_vec(context, &[rows, width]).apart();
        (context, Self::from_vec(weights, &[rows, positions]).apart())
    }
}
