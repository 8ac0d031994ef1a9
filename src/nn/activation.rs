use crate::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// Activation of a feed-forward block, under transformers' names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// See [`Tensor::relu`].
    #[default]
    Relu,
    /// See [`Tensor::silu`].
    #[serde(alias = "swish")]
    Silu,
    /// See [`Tensor::gelu_erf`].
    Gelu,
    /// See [`Tensor::gelu`].
    GeluNew,
}

impl Activation {
    /// Applies the function to each number.
    pub fn forward(self, x: &Tensor) -> Tensor {
        match self {
            Self::Relu => x.relu(),
            Self::Silu => x.silu(),
            Self::Gelu => x.gelu_erf(),
            Self::GeluNew => x.gelu(),
        }
    }
}
