use super::padded::{ends, real, reversed, rows};
use super::recurrent_weights::{DIRECTIONS, RecurrentWeights};
use super::{Dropout, Source};
use crate::error::Result;
use crate::ops::concat;
use crate::tensor::Tensor;

/// A stack of GRU layers with dropout between them, in one direction or both, `torch.nn.GRU`.
#[derive(Clone)]
pub struct Gru {
    /// For each layer its one or two directions.
    layers: Vec<Vec<RecurrentWeights>>,
    hidden: usize,
}

/// Sizes of a [`Gru`].
#[derive(Clone, Copy, Debug)]
pub struct GruConfig {
    /// `I`: width of the input.
    pub inputs: usize,
    /// `H`: units of a direction.
    pub hidden: usize,
    /// Layers in the stack.
    pub num_layers: usize,
    /// Whether every layer also reads from the end.
    pub bidirectional: bool,
}

impl Gru {
    /// Takes `{name}.weight_ih_l{k} (3H, I)`, `weight_hh_l{k} (3H, H)`, `bias_ih_l{k}` and `bias_hh_l{k}
    /// (3H)`, and for the other direction the same with `_reverse` at the end.
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
    /// Gives the output `(T, B, D H)`, zero at padding, and for each direction of the top layer its state
    /// after its last token `(B, H)`; backwards, a sequence begins at its own last token. This is
    /// `torch.nn.GRU` on a packed sequence.
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
                // Reversed within its length a sequence has its padding at the end again.
                let input = if direction == 0 { x.clone() } else { rows(&x, &backwards) };
                let output = input.gru(&h0, weights.gru()).output;
                last.push(output.reshape(&[steps * batch, self.hidden]).embedding(&ends, &[batch]));
                outputs.push(if direction == 0 { output } else { rows(&output, &backwards) });
            }
            x = concat(&outputs.iter().collect::<Vec<_>>(), 2);
        }
        (x.mul(&real(steps, lengths)), last)
    }

    /// One step of a one-directional stack: `x (B, I)` and the state of each layer `(B, H)`, replaced.
    /// Gives the top layer's new state.
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
