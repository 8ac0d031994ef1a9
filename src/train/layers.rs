//! Selects the parameters to train.

use serde::{Deserialize, Serialize};

/// The layers to train; the others are frozen and cost no backward pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layers {
    /// Every parameter.
    #[default]
    All,
    /// The last layer of the stack that produces the output, and everything after it: fine-tuning these on a
    /// few examples is useful before the rest forgets what it knew.
    Last,
}

impl Layers {
    /// Whether each parameter is trained, given their names in the order of a visit to the model.
    pub(super) fn moving(self, names: &[String]) -> Vec<bool> {
        let first = match self {
            Self::All => 0,
            // Parameters are visited from input to output.
            Self::Last => names
                .iter()
                .rev()
                .find_map(|name| layer_of(name))
                .and_then(|last| names.iter().position(|name| layer_of(name) == Some(last)))
                .unwrap_or(0),
        };
        (0..names.len()).map(|index| index >= first).collect()
    }
}

/// The stack and the layer index in a parameter's name: `h.3.` and `layers.2.` in Transformers,
/// `weight_ih_l1` and `weight_ih_l1_reverse` in recurrent networks.
pub(super) fn layer_of(name: &str) -> Option<(&str, usize)> {
    let mut begin = 0;
    for part in name.split('.') {
        let number = match part.split_once("_l") {
            Some((_, number)) => number.strip_suffix("_reverse").unwrap_or(number),
            None => part,
        };
        if let Ok(number) = number.parse() {
            return Some((&name[..begin], number));
        }
        begin += part.len() + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_layer() {
        assert_eq!(layer_of("h.3.attn.in_proj_weight"), Some(("h.", 3)));
        assert_eq!(layer_of("lstm.weight_ih_l1"), Some(("lstm.", 1)));
        assert_eq!(layer_of("encoder.bias_hh_l0_reverse"), Some(("encoder.", 0)));
        let decoder = "transformer.decoder.layers.2.norm1.weight";
        assert_eq!(layer_of(decoder), Some(("transformer.decoder.layers.", 2)));
        assert_eq!(layer_of("wte.weight"), None);
        assert_eq!(layer_of("embedding.weight_long"), None);
    }
}
