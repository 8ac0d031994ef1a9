//! Layers: structs of tensors with a `forward`, independent of devices and files.

mod activation;
mod additive_attention;
mod bert_layer;
mod bi_lstm;
mod conv2d;
mod dropout;
mod embedding;
mod feed_forward;
mod gpt_block;
mod group_norm;
mod gru;
mod init;
mod kv_cache;
mod layer_norm;
mod linear;
mod lstm;
mod mlp;
mod multihead_attention;
pub(crate) mod padded;
mod positional;
mod recurrent_weights;
mod trace;
mod transformer_layer;

pub use activation::Activation;
pub use additive_attention::{AdditiveAttention, Memory};
pub use bert_layer::{BertLayer, BertLayerConfig};
pub use bi_lstm::BiLstm;
pub use conv2d::Conv2d;
pub use dropout::Dropout;
pub use embedding::Embedding;
pub use feed_forward::FeedForward;
pub use gpt_block::{GptBlock, GptBlockConfig};
pub use group_norm::GroupNorm;
pub use gru::{Gru, GruConfig};
pub use init::{forget_gate_bias, normal, orthogonal, reading_init, xavier};
pub use kv_cache::{KvCache, Rows};
pub use layer_norm::LayerNorm;
pub use linear::Linear;
pub use lstm::{Lstm, LstmState};
pub use mlp::Mlp;
pub use multihead_attention::{MultiheadAttention, Reading, Whole};
pub(crate) use positional::turned;
pub use positional::{PositionLayout, PositionalEncoding};
pub use trace::{Trace, Watch};
pub use transformer_layer::{TransformerDecoderLayer, TransformerEncoderLayer, TransformerLayerConfig};

use crate::error::Result;
use crate::tensor::{Device, Tensor};

/// Where a layer's constructor gets its parameters, each by name and shape.
///
/// Loading a file and drawing initial values are both sources, so names and shapes are written only once.
pub type Source<'a> = dyn FnMut(&str, &[usize]) -> Result<Tensor> + 'a;

/// A layer or model with named parameters. The names are PyTorch's.
pub trait Module: Clone {
    /// Calls `f` with every parameter, always in the same order.
    fn visit(&mut self, f: &mut dyn FnMut(String, &mut Tensor));

    /// The device that holds the parameters.
    fn device(&self) -> Device {
        let mut device = Device::Cpu;
        self.clone().visit(&mut |_, tensor| device = tensor.device());
        device
    }

    /// Returns all parameters with their names.
    fn parameters(&self) -> Vec<(String, Tensor)> {
        let mut all = Vec::new();
        self.clone().visit(&mut |name, tensor| all.push((name, tensor.clone())));
        all
    }

    /// Moves all parameters to `device`. To move them off a GPU, use [`to_cpu`](Module::to_cpu).
    fn to(&mut self, device: &Device) {
        self.visit(&mut |_, parameter| *parameter = parameter.to(device));
    }

    /// Returns a copy in main memory, with as few reads as possible.
    ///
    /// # Errors
    /// `gpu-lost` or `out-of-memory`.
    fn to_cpu(&self) -> impl Future<Output = Result<Self>> {
        let mut read = self.clone();
        async move {
            let parameters: Vec<Tensor> = read.parameters().into_iter().map(|(_, tensor)| tensor).collect();
            let mut values = Tensor::all_to_cpu(&parameters).await?.into_iter();
            read.visit(&mut |_, parameter| *parameter = values.next().expect("one for each parameter"));
            Ok(read)
        }
    }
}
