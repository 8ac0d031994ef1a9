use super::padded::{ends, real, reversed, rows};
use super::recurrent_weights::{DIRECTIONS, RecurrentWeights};
use super::{Dropout, Source};
use crate::error::Result;
use crate::ops::concat;
use crate::tensor::Tensor;

/// A stack of bidirectional LSTM layers with dropout between them: `torch.nn.LSTM` with `bidirectional=True`
/// on packed sequences (Graves and Schmidhuber 2005).
///
/// ```
/// use liedwerk::{Tensor, nn::{BiLstm, Dropout}};
///
/// let lstm = BiLstm::new("lstm", 3, 5, 1, &mut |_, shape| Ok(Tensor::full(shape, 0.1)))?;
/// let (y, last) = lstm.forward(&Tensor::zeros(&[7, 2, 3]), &[7, 4], &Dropout::none());
/// assert_eq!((y.shape(), last.shape()), (&[7, 2, 10][..], &[2, 10][..]));
/// # Ok::<(), liedwerk::Error>(())
/// ```
#[derive(Clone)]
pub struct BiLstm {
    /// The two directions of each layer.
    layers: Vec<[RecurrentWeights; 2]>,
    hidden: usize,
}

impl BiLstm {
    /// Takes `{name}.weight_ih_l{k} (4H, I)`, `weight_hh_l{k} (4H, H)`, `bias_ih_l{k}` and
    /// `bias_hh_l{k} (4H)`, and the same with the suffix `_reverse` for the backward direction.
    pub fn new(
        name: &str,
        inputs: usize,
        hidden: usize,
        num_layers: usize,
        source: &mut Source<'_>,
    ) -> Result<Self> {
        let mut layers = Vec::with_capacity(num_layers);
        for k in 0..num_layers {
            let inputs = if k == 0 { inputs } else { 2 * hidden };
            let mut weights = |direction: &str| {
                RecurrentWeights::new(name, &format!("l{k}{direction}"), [4, inputs, hidden], source)
            };
            layers.push([weights(DIRECTIONS[0])?, weights(DIRECTIONS[1])?]);
        }
        Ok(Self { layers, hidden })
    }

    /// Reads padded sequences `x (T, B, I)` of these `lengths` (each from 1 to T) from a zero state.
    ///
    /// Returns the output `(T, B, 2H)`, zero at padding, and the top layer's final states of both directions
    /// `(B, 2H)`. The backward direction starts at each sequence's own last token and ends at its first.
    pub fn forward(&self, x: &Tensor, lengths: &[usize], dropout: &Dropout) -> (Tensor, Tensor) {
        let (steps, batch) = (x.dim(0), x.dim(1));
        let zero = Tensor::zeros(&[batch, self.hidden]);
        let (backwards, ends) = (reversed(steps, lengths), ends(lengths));
        let (mut x, mut last) = (x.clone(), zero.clone());
        for (k, layer) in self.layers.iter().enumerate() {
            if k > 0 {
                x = dropout.apply(&x);
            }
            let [from_begin, from_end] = layer;
            let there = x.lstm(&zero, &zero, from_begin.lstm()).output;
            // Reversed within its length a sequence has its padding at the end again.
            let back = rows(&x, &backwards).lstm(&zero, &zero, from_end.lstm()).output;
            let at_end = |y: &Tensor| y.reshape(&[steps * batch, self.hidden]).embedding(&ends, &[batch]);
            last = concat(&[&at_end(&there), &at_end(&back)], 1);
            x = concat(&[&there, &rows(&back, &backwards)], 2);
        }
        (x.mul(&real(steps, lengths)), last)
    }

    pub(crate) fn visit(&mut self, name: &str, f: &mut dyn FnMut(String, &mut Tensor)) {
        for (k, layer) in self.layers.iter_mut().enumerate() {
            for (weights, direction) in layer.iter_mut().zip(DIRECTIONS) {
                weights.visit(name, &format!("l{k}{direction}"), f);
            }
        }
    }
}
