//! The ops of a [`Tensor`](crate::tensor::Tensor): one file each, with formula, shape rule, forward and backward pass.
//!
//! Ops panic on shapes that do not fit: these are errors in the program, not in its input.

mod additive_attention;
mod attention;
mod binary;
mod cached_attention;
mod conv2d;
mod cross_entropy;
mod device;
mod dropout;
mod embedding;
mod gram;
mod group_norm;
mod gru;
mod layer_norm;
mod layout;
mod lstm;
mod matmul;
mod pool2d;
mod recurrent;
mod reduce;
mod softmax;
mod unary;

pub use attention::AttentionMask;
pub use cached_attention::Reach;
pub use conv2d::Conv2dOptions;
pub use cross_entropy::CrossEntropy;
pub use gru::{GruOutput, GruWeights};
pub use layout::concat;
pub use lstm::{LstmOutput, LstmWeights};
pub use unary::Unary;
