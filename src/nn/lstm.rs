use super::recurrent_weights::RecurrentWeights;
use super::{Source, Watch};
use crate::error::Result;
use crate::tensor::Tensor;

/// A stack of LSTM layers with dropout between them, `torch.nn.LSTM`.
///
/// ```
/// use liedwerk::{Tensor, nn::{Lstm, LstmState}};
///
/// // Two layers of 5 units read 7 steps of 2 sequences of 3 features.
/// let lstm = Lstm::new("lstm", 3, 5, 2, 0.0, &mut |_, shape| Ok(Tensor::full(shape, 0.1)))?;
/// let (y, state) = lstm.forward(&Tensor::zeros(&[7, 2, 3]), &LstmState::zero(2, 2, 5), None, None);
/// assert_eq!((y.shape(), state.layers.len()), (&[7, 2, 5][..], 2));
/// # Ok::<(), liedwerk::Error>(())
/// ```
#[derive(Clone)]
pub struct Lstm {
    layers: Vec<RecurrentWeights>,
    dropout: f32,
}

/// Hidden and cell state of every layer, each `(B, H)`.
#[derive(Clone)]
pub struct LstmState {
    /// `(h, c)` of each layer, bottom layer first.
    pub layers: Vec<(Tensor, Tensor)>,
}

impl LstmState {
    /// The all-zero state, for the beginning of a text.
    pub fn zero(num_layers: usize, batch: usize, hidden: usize) -> Self {
        let zero = Tensor::zeros(&[batch, hidden]);
        Self { layers: vec![(zero.clone(), zero); num_layers] }
    }

    /// Makes text `i` a copy of text `rows[i]`.
    pub fn select(&mut self, rows: &[usize]) {
        for (h, c) in &mut self.layers {
            [h, c].into_iter().for_each(|state| *state = state.select_rows(rows));
        }
    }
}

impl Lstm {
    /// Takes `{name}.weight_ih_l{k} (4H, I)`, `weight_hh_l{k} (4H, H)`, `bias_ih_l{k}`, `bias_hh_l{k} (4H)`.
    pub fn new(
        name: &str,
        inputs: usize,
        hidden: usize,
        num_layers: usize,
        dropout: f32,
        source: &mut Source<'_>,
    ) -> Result<Self> {
        let mut layers = Vec::with_capacity(num_layers);
        for k in 0..num_layers {
            let inputs = if k == 0 { inputs } else { hidden };
            layers.push(RecurrentWeights::new(name, &format!("l{k}"), [4, inputs, hidden], source)?);
        }
        Ok(Self { layers, dropout })
    }

    /// Runs `x (T, B, I)` through the stack, starting from `state`. Returns the output `(T, B, H)` and the
    /// final state.
    ///
    /// With `dropout_seed`, applies dropout between layers (not after the last). `watch`, if given, receives
    /// for each layer the activated gates `(T, B, 4H)` and the cell and hidden states after every step
    /// `(T, B, H)`.
    pub fn forward(
        &self,
        x: &Tensor,
        state: &LstmState,
        dropout_seed: Option<u64>,
        watch: Option<&Watch>,
    ) -> (Tensor, LstmState) {
        let mut x = x.clone();
        let mut after = Vec::with_capacity(self.layers.len());
        for (k, (layer, (h, c))) in self.layers.iter().zip(&state.layers).enumerate() {
            if let Some(seed) = dropout_seed.filter(|_| k > 0 && self.dropout > 0.0) {
                x = x.dropout(self.dropout, seed.wrapping_mul(64).wrapping_add(k as u64));
            }
            let weights = layer.lstm();
            let output = match watch {
                None => x.lstm(h, c, weights),
                Some(watch) => {
                    let (output, [gates, cells]) = x.lstm_watched(h, c, weights);
                    [gates, cells, output.output.clone()].into_iter().for_each(|states| watch.push(states));
                    output
                }
            };
            x = output.output;
            after.push((output.h, output.c));
        }
        (x, LstmState { layers: after })
    }

    pub(crate) fn visit(&mut self, name: &str, f: &mut dyn FnMut(String, &mut Tensor)) {
        for (k, layer) in self.layers.iter_mut().enumerate() {
            layer.visit(name, &format!("l{k}"), f);
        }
    }
}
