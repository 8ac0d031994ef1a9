use super::Source;
use crate::error::Result;
use crate::ops::{GruWeights, LstmWeights};
use crate::tensor::Tensor;

/// Parameters of one direction of a recurrent layer, as in `torch.nn`; each tensor stacks `G` gates.
#[derive(Clone)]
pub(super) struct RecurrentWeights {
    /// `(G H, I)`
    weight_ih: Tensor,
    /// `(G H, H)`
    weight_hh: Tensor,
    /// `(G H)`
    bias_ih: Tensor,
    /// `(G H)`
    bias_hh: Tensor,
}

/// PyTorch's parameter-name suffixes of the forward and the backward direction.
pub(super) const DIRECTIONS: [&str; 2] = ["", "_reverse"];

impl RecurrentWeights {
    /// Takes `{name}.weight_ih_{place}`, `weight_hh_{place}`, `bias_ih_{place}` and `bias_hh_{place}`, where
    /// `place` is `l{k}` for layer k, followed by the direction's suffix.
    pub fn new(
        name: &str,
        place: &str,
        [gates, inputs, hidden]: [usize; 3],
        source: &mut Source<'_>,
    ) -> Result<Self> {
        let rows = gates * hidden;
        Ok(Self {
            weight_ih: source(&format!("{name}.weight_ih_{place}"), &[rows, inputs])?,
            weight_hh: source(&format!("{name}.weight_hh_{place}"), &[rows, hidden])?,
            bias_ih: source(&format!("{name}.bias_ih_{place}"), &[rows])?,
            bias_hh: source(&format!("{name}.bias_hh_{place}"), &[rows])?,
        })
    }

    pub fn lstm(&self) -> LstmWeights<'_> {
        let Self { weight_ih, weight_hh, bias_ih, bias_hh } = self;
        LstmWeights { weight_ih, weight_hh, bias_ih, bias_hh }
    }

    pub fn gru(&self) -> GruWeights<'_> {
        let Self { weight_ih, weight_hh, bias_ih, bias_hh } = self;
        GruWeights { weight_ih, weight_hh, bias_ih, bias_hh }
    }

    pub fn visit(&mut self, name: &str, place: &str, f: &mut dyn FnMut(String, &mut Tensor)) {
        f(format!("{name}.weight_ih_{place}"), &mut self.weight_ih);
        f(format!("{name}.weight_hh_{place}"), &mut self.weight_hh);
        f(format!("{name}.bias_ih_{place}"), &mut self.bias_ih);
        f(format!("{name}.bias_hh_{place}"), &mut self.bias_hh);
    }
}
