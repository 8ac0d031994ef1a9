use super::padded::{ends, real, reversed, rows};
use super::recurrent_weights::{DIRECTIONS, RecurrentWeights};
use super::{Dropout, Source};
use crate::error::Result;
use crate::ops::concat;
use crate::tensor::Tensor;

/// A stack of GRU layers with dropout between them, unidirectional or bidirectional, `torch.nn.GRU`.
///
/// ```
/// use liedwerk::{Tensor, nn::{Dropout, Gru, GruConfig}};
///
/// let config = GruConfig { inputs: 3, hidden: 5, num_layers: 1, bidirectional: true };
/// let gru = Gru::new("encoder", config, &mut |_, shape| Ok(Tensor::full(shape, 0.1)))?;
/// let (y, last) = gru.forward(&Tensor::zeros(&[7, 2, 3]), &[7, 4], &Dropout::none());
/// assert_eq!((y.shape(), last.len()), (&[7, 2, 10][..], 2));
/// # Ok::<(), liedwerk::Error>(())
/// ```
#[derive(Clone)]
pub struct Gru {
    /// The one or two directions of each layer.
    layers: Vec<Vec<RecurrentWeights>>,
    hidden: usize,
}

/// Sizes of a [`Gru`].
#[derive(Clone, Copy, Debug)]
pub struct GruConfig {
    /// `I`: number of input features.
    pub inputs: usize,
    /// `H`: hidden units per direction.
    pub hidden: usize,
    /// Number of layers.
    pub num_layers: usize,
    /// Whether every layer also reads backwards.
    pub bidirectional: bool,
}

impl Gru {
    /// Takes `{name}.weight_ih_l{k} (3H, I)`, `weight_hh_l{k} (3H, H)`, `bias_ih_l{k}` and
    /// `bias_hh_l{k} (3H)`, and the same with the suffix `_reverse` for the backward direction.
    pub fn new(name: &str, config: GruConfig, source: &mut Source<'_>) -> Result<Self> {
        let GruConfig { inputs, hidden, num_layers, bidirectional } = config;
        let directions = &DIRECTIONS[..if bidirectional { 2 } else { 1 }];
        let mut layers = Vec::with_capacity(num_layers);
        for k in 0..num_layers {
            let inputs = if k == 0 { inputs } else { hidden * directions.len() };
            let mut layer = Vec::with_capacity(directions.len());
            for direction in directions {
                let place = format!("l{k}{direction}");
                layer.push(RecurrentWeights::new(name, &place, [3, inputs, hidden], source)?);
            }
            layers.push(layer);
        }
        Ok(Self { layers, hidden })
    }

    /// Reads padded sequences `x (T, B, I)` of these `lengths` (each from 1 to T) from a zero state.
    ///
    /// Returns the output `(T, B, D H)` for `D` directions, zero at padding, and the final state `(B, H)` of
    /// each direction of the top layer. The backward direction starts at each sequence's own last token. This
    /// is `torch.nn.GRU` on a packed sequence.
    pub fn forward(&self, x: &Tensor, lengths: &[usize], dropout: &Dropout) -> (Tensor, Vec<Tensor>) {
        let (steps, batch) = (x.dim(0), x.dim(1));
        let h0 = Tensor::zeros(&[batch, self.hidden]);
        let backwards = reversed(steps, lengths);
        let ends = ends(lengths);
        let (mut x, mut last) = (x.clone(), Vec::new());
        for (k, layer) in self.layers.iter().enumerate() {
            if k > 0 {
                x = dropout.apply(&x);
            }
            let mut outputs = Vec::new();
            last.clear();
            for (direction, weights) in layer.iter().enumerate() {
                // Reversing each sequence within its length keeps the padding at the end.
                let input = if direction == 0 { x.clone() } else { rows(&x, &backwards) };
                let output = input.gru(&h0, weights.gru()).output;
                last.push(output.reshape(&[steps * batch, self.hidden]).embedding(&ends, &[batch]));
                outputs.push(if direction == 0 { output } else { rows(&output, &backwards) });
            }
            x = concat(&outputs.iter().collect::<Vec<_>>(), 2);
        }
        (x.mul(&real(steps, lengths)), last)
    }

    /// Runs one step of a unidirectional stack on `x (B, I)` and updates the state `(B, H)` of each layer.
    /// Returns the top layer's new state.
    pub fn step(&self, x: &Tensor, state: &mut [Tensor], dropout: &Dropout) -> Tensor {
        let mut x = x.clone();
        for (k, (layer, h)) in self.layers.iter().zip(state).enumerate() {
            if k > 0 {
                x = dropout.apply(&x);
            }
            let time_first = x.reshape(&[1, x.dim(0), x.dim(1)]);
            *h = time_first.gru(h, layer[0].gru()).h;
            x = h.clone();
        }
        x
    }

    pub(crate) fn visit(&mut self, name: &str, f: &mut dyn FnMut(String, &mut Tensor)) {
        for (k, layer) in self.layers.iter_mut().enumerate() {
            for (weights, direction) in layer.iter_mut().zip(DIRECTIONS) {
                weights.visit(name, &format!("l{k}{direction}"), f);
            }
        }
    }
}
