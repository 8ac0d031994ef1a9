use super::padded::{ends, real, reversed, rows};
use super::{Dropout, Source};
use crate::error::Result;
use crate::ops::{LstmWeights, concat};
use crate::tensor::Tensor;

/// A stack of LSTM layers that read from both ends, with dropout between them: `torch.nn.LSTM` with
/// `bidirectional=True` on packed sequences (Graves and Schmidhuber 2005).
#[derive(Clone)]
pub struct BiLstm {
    /// For each layer its two directions.
    layers: Vec<[Direction; 2]>,
    hidden: usize,
}

#[derive(Clone)]
struct Direction {
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor,
    bias_hh: Tensor,
}

const SUFFIXES: [&str; 2] = ["", "_reverse"];

impl BiLstm {
    /// Takes `{name}.weight_ih_l{k} (4H, I)`, `weight_hh_l{k} (4H, H)`, `bias_ih_l{k}` and `bias_hh_l{k} (4H)`, and
    /// for the other direction the same with `_reverse` at the end.
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
            let mut direction = |suffix: &str| -> Result<Direction> {
                Ok(Direction {
                    weight_ih: source(&format!("{name}.weight_ih_l{k}{suffix}"), &[4 * hidden, inputs])?,
                    weight_hh: source(&format!("{name}.weight_hh_l{k}{suffix}"), &[4 * hidden, hidden])?,
                    bias_ih: source(&format!("{name}.bias_ih_l{k}{suffix}"), &[4 * hidden])?,
                    bias_hh: source(&format!("{name}.bias_hh_l{k}{suffix}"), &[4 * hidden])?,
                })
            };
            layers.push([direction(SUFFIXES[0])?, direction(SUFFIXES[1])?]);
        }
        Ok(Self { layers, hidden })
    }

    /// Reads padded sequences `x (T, B, I)` of these `lengths` (each from 1 to T) from a zero state.
    ///
    /// Gives the output `(T, B, 2H)`, zero at padding, and the top layer's states after each direction's last token
    /// `(B, 2H)`; the second direction begins at a sequence's own last token and ends at its first.
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
            let there = x.lstm(&zero, &zero, from_begin.borrow()).output;
            // Reversed within its length a sequence has its padding at the end again.
            let back = rows(&x, &backwards).lstm(&zero, &zero, from_end.borrow()).output;
            let at_end = |y: &Tensor| y.reshape(&[steps * batch, self.hidden]).embedding(&ends, &[batch]);
            last = concat(&[&at_end(&there), &at_end(&back)], 1);
            x = concat(&[&there, &rows(&back, &backwards)], 2);
        }
        (x.mul(&real(steps, lengths)), last)
    }

    pub(crate) fn visit(&mut self, name: &str, f: &mut dyn FnMut(String, &mut Tensor)) {
        for (k, layer) in self.layers.iter_mut().enumerate() {
            for (weights, suffix) in layer.iter_mut().zip(SUFFIXES) {
                f(format!("{name}.weight_ih_l{k}{suffix}"), &mut weights.weight_ih);
                f(format!("{name}.weight_hh_l{k}{suffix}"), &mut weights.weight_hh);
                f(format!("{name}.bias_ih_l{k}{suffix}"), &mut weights.bias_ih);
                f(format!("{name}.bias_hh_l{k}{suffix}"), &mut weights.bias_hh);
            }
        }
    }
}

impl Direction {
    fn borrow(&self) -> LstmWeights<'_> {
        let Self { weight_ih, weight_hh, bias_ih, bias_hh } = self;
        LstmWeights { weight_ih, weight_hh, bias_ih, bias_hh }
    }
}
