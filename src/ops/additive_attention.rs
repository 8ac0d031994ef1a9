//! Additive attention (Bahdanau et al. 2015) for decoding in main memory. For training and on a GPU it is
//! composed of other ops.

use super::Reach;
use crate::cpu::attend::attend_additive;
use crate::tensor::Tensor;

impl Tensor {
    /// Attends with each query `(R, A)` to the positions of its text. The scores are
    /// `score · tanh(query + key)` for `keys (texts, S, A)` and `score (1, A)`. Returns the contexts
    /// `(R, K)`, weighted means of `values (texts, S, K)`, and the weights `(R, S)`, 0 beyond a text's
    /// length. No gradient; every row is computed as if it were alone.
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
