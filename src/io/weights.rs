//! Model weights in the safetensors format.
//!
//! The bytes come from anywhere, so nothing in them is believed: a length is compared with the file
//! before anything of that length is made, and memory never grows beyond a small multiple of the
//! file's own size.

use std::collections::{BTreeMap, HashMap};

use half::{bf16, f16};
use safetensors::tensor::{Dtype, Metadata, TensorInfo, TensorView};

use crate::error::{Error, ErrorCode, Result};
use crate::tensor::Tensor;

/// A header is a few dozen bytes a parameter; ours have tens of parameters, large models thousands.
const MAX_HEADER_BYTES: usize = 1 << 20;
/// Bytes of the header length that the file begins with.
const LENGTH_BYTES: usize = 8;

/// Number format of the weights in a file; in memory they are always f32.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// 32 bits, as trained.
    F32,
    /// 16 bits, half the download; rounded to the nearest.
    F16,
}

/// The parameters of a file, handed out one by one to the model that asks for them.
///
/// A model takes every parameter it has and then calls [`finish`](Self::finish), so that a file made
/// for another model is refused instead of half used.
#[derive(Debug)]
pub struct Weights {
    /// Shapes are the file's own claim; a `Tensor` is made only once its shape is the expected one.
    parameters: BTreeMap<String, (Vec<usize>, Vec<f32>)>,
}

impl Weights {
    /// Reads a whole safetensors file. `F32`, `F16` and `BF16` are accepted and widened to f32.
    ///
    /// # Errors
    /// `bad-weights` when the file is truncated, too long, or its header contradicts itself;
    /// `parameter-dtype` for other number formats; `not-finite` when a weight is NaN or infinite.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self> {
        let (metadata, data) = split_header(bytes)?;
        let mut parameters = BTreeMap::new();
        for (name, info) in metadata.tensors() {
            // The header was checked to cover `data` exactly, so the range lies inside it.
            let (from, to) = info.data_offsets;
            let values = to_f32(&name, info, &data[from..to])?;
            parameters.insert(name, (info.shape.clone(), values));
        }
        Ok(Self { parameters })
    }

    /// Hands out the parameter `name`, which must have exactly this shape (at most four axes).
    ///
    /// # Errors
    /// `missing-parameter`, `parameter-shape`.
    pub fn take(&mut self, name: &str, shape: &[usize]) -> Result<Tensor> {
        let Some((found, values)) = self.parameters.remove(name) else {
            return Err(Error::new(
                ErrorCode::MissingParameter,
                format!("the weights hold no parameter {name:?} of shape {shape:?}"),
            ));
        };
        if found != shape {
            return Err(Error::new(
                ErrorCode::ParameterShape,
                format!("parameter {name:?} has shape {found:?}, but the configuration says {shape:?}"),
            ));
        }
        Ok(Tensor::from_vec(values, shape))
    }

    /// To be called when the model has taken everything it has.
    ///
    /// # Errors
    /// `unexpected-parameter` when something is left: the file belongs to another model.
    pub fn finish(self) -> Result<()> {
        match self.parameters.keys().next() {
            None => Ok(()),
            Some(name) => Err(Error::new(
                ErrorCode::UnexpectedParameter,
                format!(
                    "the weights hold {} parameter(s) that the model does not have, first {name:?}",
                    self.parameters.len()
                ),
            )),
        }
    }
}

/// Parses the header and checks that it describes exactly the bytes after it.
///
/// `SafeTensors::deserialize` does the same, but accepts headers of 100 MB and adds the file's claims
/// up without looking for overflow; the crate's own checks on order, overlap and size run in
/// `Metadata`'s deserialisation.
fn split_header(bytes: &[u8]) -> Result<(Metadata, &[u8])> {
    let bad = |message: String| Error::new(ErrorCode::BadWeights, format!("weights: {message}"));
    let Some((length, rest)) = bytes.split_first_chunk::<LENGTH_BYTES>() else {
        return Err(bad(format!("{} bytes are too few for a safetensors file", bytes.len())));
    };
    let length = u64::from_le_bytes(*length);
    let length = usize::try_from(length)
        .ok()
        .filter(|&length| length <= MAX_HEADER_BYTES && length <= rest.len())
        .ok_or_else(|| bad(format!("the header claims {length} bytes; the file has {}", bytes.len())))?;
    let (header, data) = rest.split_at(length);
    let metadata: Metadata = serde_json::from_slice(header).map_err(|e| bad(format!("header: {e}")))?;
    if metadata.data_len() != data.len() {
        return Err(bad(format!(
            "the header describes {} bytes of parameters, but {} follow: the file is cut off or damaged",
            metadata.data_len(),
            data.len()
        )));
    }
    Ok((metadata, data))
}

fn to_f32(name: &str, info: &TensorInfo, data: &[u8]) -> Result<Vec<f32>> {
    let values: Vec<f32> = match info.dtype {
        Dtype::F32 => data.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b)).collect(),
        Dtype::F16 => data.as_chunks().0.iter().map(|&b| f16::from_le_bytes(b).to_f32()).collect(),
        Dtype::BF16 => data.as_chunks().0.iter().map(|&b| bf16::from_le_bytes(b).to_f32()).collect(),
        other => {
            return Err(Error::new(
                ErrorCode::ParameterDtype,
                format!("parameter {name:?} is stored as {other}; expected F32, F16 or BF16"),
            ));
        }
    };
    check_finite(name, &values)?;
    Ok(values)
}

fn check_finite(name: &str, values: &[f32]) -> Result<()> {
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(at) => Err(Error::new(
            ErrorCode::NotFinite,
            format!("parameter {name:?} is {} at index {at}", values[at]),
        )),
    }
}

/// A safetensors file of these parameters. The same parameters always give the same bytes.
///
/// # Errors
/// `not-finite` when a value is NaN or infinite, or too large for f16.
pub fn to_safetensors(parameters: &[(String, Tensor)], precision: Precision) -> Result<Vec<u8>> {
    let mut stored = Vec::with_capacity(parameters.len());
    for (name, tensor) in parameters {
        stored.push((name, tensor.shape(), to_bytes(name, tensor.data(), precision)?));
    }
    let dtype = match precision {
        Precision::F32 => Dtype::F32,
        Precision::F16 => Dtype::F16,
    };
    let view = |shape: &[usize], bytes| {
        TensorView::new(dtype, shape.to_vec(), bytes).expect("a tensor's data has its shape's size")
    };
    let views = stored.iter().map(|(name, shape, bytes)| (name.as_str(), view(shape, bytes)));
    // PyTorch's loaders look for this entry.
    let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    safetensors::serialize(views, Some(metadata))
        .map_err(|e| Error::new(ErrorCode::BadWeights, format!("weights cannot be written: {e}")))
}

fn to_bytes(name: &str, values: &[f32], precision: Precision) -> Result<Vec<u8>> {
    check_finite(name, values)?;
    match precision {
        Precision::F32 => Ok(values.iter().flat_map(|value| value.to_le_bytes()).collect()),
        Precision::F16 => {
            let rounded: Vec<f16> = values.iter().map(|&value| f16::from_f32(value)).collect();
            if let Some(at) = rounded.iter().position(|value| !value.is_finite()) {
                return Err(Error::new(
                    ErrorCode::NotFinite,
                    format!("parameter {name:?} is {} at index {at}, too large for f16", values[at]),
                ));
            }
            Ok(rounded.iter().flat_map(|value| value.to_le_bytes()).collect())
        }
    }
}
