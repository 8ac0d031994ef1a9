//! Model weights in the safetensors format.
//!
//! The bytes may come from anywhere and are not trusted: every length is checked against the file before
//! anything of that length is allocated, and memory use stays within a small multiple of the file size.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use half::{bf16, f16};
use safetensors::tensor::{Dtype, TensorInfo, TensorView};
use serde::Deserialize;

use super::header::split_header;
use crate::error::{Error, ErrorCode, Result};
use crate::order;
use crate::shape::MAX_RANK;
use crate::tensor::Tensor;

/// Suffix of the row scales: an 8-bit matrix NAME has its scales in NAME.scale.
const SCALE: &str = ".scale";
/// Matrices with fewer rows or columns gain nothing from 8 bits.
const SMALLEST_INT8: usize = 32;

/// Number format of the weights in a file. In memory 8-bit matrices stay as they are; the rest becomes f32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 32 bits, as trained.
    F32,
    /// 16 bits, half the download; rounded to nearest.
    F16,
    /// 8 bits with one scale per row for matrices of at least 32 rows and columns (kernels of convolutions count
    /// as one, an output channel per row), 16 bits for the rest: a quarter of the download.
    Int8,
}

/// The parameters of a file, handed out one by one to the model that asks for them.
///
/// A model takes all its parameters and then calls [`finish`](Self::finish), so that a file for another model
/// is refused rather than partly used.
#[derive(Debug)]
pub struct Weights {
    /// Shapes are as claimed by the file; a `Tensor` is created only after its shape has been checked.
    parameters: BTreeMap<String, (Vec<usize>, Values)>,
}

#[derive(Debug)]
enum Values {
    F32(Vec<f32>),
    F16(Vec<f16>),
    /// The values, and the scales of the rows: of all that shares a first index.
    Int8(Vec<i8>, Vec<f32>),
    /// An unsupported number format.
    Unread(Dtype),
}

impl Values {
    fn into_tensor(self, name: &str, shape: &[usize]) -> Result<Tensor> {
        match (self, shape) {
            (Self::Int8(values, scales), &[rows, columns]) => {
                Ok(Tensor::from_int8(values, scales, [rows, columns]))
            }
            (Self::Int8(values, scales), _) => {
                let columns = (values.len() / scales.len().max(1)).max(1);
                let value = |(at, &value): (usize, &i8)| f32::from(value) * scales[at / columns];
                Ok(Tensor::from_vec(values.iter().enumerate().map(value).collect(), shape))
            }
            (Self::F32(values), _) => Ok(Tensor::from_vec(values, shape)),
            (Self::F16(values), _) => Ok(Tensor::from_f16(&values, shape)),
            (Self::Unread(dtype), _) => Err(unsupported(name, dtype)),
        }
    }
}

impl Weights {
    /// Reads a complete safetensors file. Accepts `F32`, `F16` and `BF16`; row r of an `I8` tensor NAME is
    /// multiplied by element r of the `F32` vector NAME.scale. Other number formats are an error only if such
    /// a parameter is taken.
    ///
    /// # Errors
    /// `bad-weights` if the file is truncated, too long, or its header is inconsistent; `not-finite` if a
    /// weight is NaN or infinite; `missing-parameter`, `parameter-shape` or `parameter-dtype` for scales that
    /// are missing or do not fit.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self> {
        let (metadata, data) = split_header(bytes)?;
        let tensors = metadata.tensors();
        let names: Vec<&String> = tensors.keys().collect();
        let is_int8 = |name: &str| tensors.get(name).is_some_and(|info| info.dtype == Dtype::I8);
        // The header was checked to cover `data` exactly, so every range lies inside it.
        let bytes_of = |info: &TensorInfo| &data[info.data_offsets.0..info.data_offsets.1];
        let mut parameters = BTreeMap::new();
        // Sorted by name, so that of several errors always the same one is reported.
        for place in order::sorted(names.len(), &|a, b| names[a].cmp(names[b])) {
            let name = names[place as usize];
            let info = tensors[name];
            let values = if info.dtype == Dtype::I8 {
                let scale_name = format!("{name}{SCALE}");
                let scale = tensors.get(&scale_name).ok_or_else(|| {
                    let message =
                        format!("parameter {name:?} is stored as I8, but there is no {scale_name:?}");
                    Error::new(ErrorCode::MissingParameter, message)
                })?;
                let scales = row_scales(&scale_name, scale, bytes_of(scale), &info.shape)?;
                let values = bytes_of(info).iter().map(|byte| byte.cast_signed()).collect();
                check_products(name, &scales)?;
                Values::Int8(values, scales)
            } else if name.strip_suffix(SCALE).is_some_and(is_int8) {
                continue;
            } else {
                floats(name, info.dtype, bytes_of(info))?
            };
            parameters.insert(name.clone(), (info.shape.clone(), values));
        }
        Ok(Self { parameters })
    }

    /// Returns all parameters by name, whatever their shapes.
    ///
    /// # Errors
    /// `parameter-shape` if one has more axes than a tensor can have, `parameter-dtype` if one has an
    /// unsupported number format.
    pub fn into_parameters(self) -> Result<Vec<(String, Tensor)>> {
        let tensor = |(name, (shape, values)): (String, (Vec<usize>, Values))| {
            if shape.len() > MAX_RANK {
                let message =
                    format!("parameter {name:?} has {} axes; at most {MAX_RANK} are possible", shape.len());
                return Err(Error::new(ErrorCode::ParameterShape, message));
            }
            let tensor = values.into_tensor(&name, &shape)?;
            Ok((name, tensor))
        };
        self.parameters.into_iter().map(tensor).collect()
    }

    /// Whether a parameter of this name is left.
    pub fn contains(&self, name: &str) -> bool {
        self.parameters.contains_key(name)
    }

    /// Drops the parameters whose names `keep` rejects.
    pub fn retain(&mut self, mut keep: impl FnMut(&str) -> bool) {
        self.parameters.retain(|name, _| keep(name));
    }

    /// Removes `prefix` from the names that start with it.
    ///
    /// # Errors
    /// `bad-weights` if a parameter with the shorter name exists already.
    pub fn strip_prefix(&mut self, prefix: &str) -> Result<()> {
        for (name, parameter) in std::mem::take(&mut self.parameters) {
            let shorter = name.strip_prefix(prefix).unwrap_or(&name);
            if self.parameters.insert(shorter.to_owned(), parameter).is_some() {
                let message = format!("weights: {shorter:?} is there twice, once with {prefix:?} before it");
                return Err(Error::new(ErrorCode::BadWeights, message));
            }
        }
        Ok(())
    }

    /// Keeps only the first `rows` of a parameter along its first axis, if it has more.
    pub fn keep_rows(&mut self, name: &str, rows: usize) {
        let Some((shape, values)) = self.parameters.get_mut(name) else { return };
        let Some((first, rest)) = shape.split_first_mut().filter(|(first, _)| **first > rows) else { return };
        *first = rows;
        let count = rows * rest.iter().product::<usize>();
        match values {
            Values::F32(values) => values.truncate(count),
            Values::F16(values) => values.truncate(count),
            Values::Int8(values, scales) => {
                values.truncate(count);
                scales.truncate(rows);
            }
            Values::Unread(_) => {}
        }
    }

    /// Renames a parameter, unless the new name is taken.
    pub fn rename(&mut self, name: &str, new_name: &str) {
        if self.contains(new_name) {
            return;
        }
        if let Some(parameter) = self.parameters.remove(name) {
            self.parameters.insert(new_name.to_owned(), parameter);
        }
    }

    /// Takes the parameter `name`, which must have exactly this shape (at most four axes).
    ///
    /// # Errors
    /// `missing-parameter`, `parameter-shape`, `parameter-dtype`.
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
        values.into_tensor(name, shape)
    }

    /// Must be called after the model has taken all its parameters.
    ///
    /// # Errors
    /// `unexpected-parameter` if any are left: the file belongs to another model.
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

fn from_little_endian(data: &[u8]) -> Vec<f32> {
    data.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
}

/// Decodes a floating-point format; other formats are left unread.
fn floats(name: &str, dtype: Dtype, data: &[u8]) -> Result<Values> {
    let values = match dtype {
        Dtype::F32 => from_little_endian(data),
        Dtype::F16 => {
            let values: Vec<f16> = data.as_chunks().0.iter().map(|&b| f16::from_le_bytes(b)).collect();
            check_finite(name, values.iter().map(|value| value.to_f32()))?;
            return Ok(Values::F16(values));
        }
        Dtype::BF16 => data.as_chunks().0.iter().map(|&b| bf16::from_le_bytes(b).to_f32()).collect(),
        _ => return Ok(Values::Unread(dtype)),
    };
    check_finite(name, values.iter().copied())?;
    Ok(Values::F32(values))
}

fn unsupported(name: &str, dtype: Dtype) -> Error {
    Error::new(
        ErrorCode::ParameterDtype,
        format!("parameter {name:?} is stored as {dtype}; expected F32, F16, BF16 or I8"),
    )
}

fn check_finite(name: &str, values: impl IntoIterator<Item = f32>) -> Result<()> {
    match values.into_iter().enumerate().find(|(_, value)| !value.is_finite()) {
        None => Ok(()),
        Some((at, value)) => {
            Err(Error::new(ErrorCode::NotFinite, format!("parameter {name:?} is {value} at index {at}")))
        }
    }
}

/// The row scales of a tensor of this shape.
fn row_scales(name: &str, info: &TensorInfo, data: &[u8], shape: &[usize]) -> Result<Vec<f32>> {
    let wrong = |code, expected: String| Err(Error::new(code, format!("parameter {name:?} {expected}")));
    let &[rows, _, ..] = shape else {
        return wrong(ErrorCode::ParameterShape, format!("belongs to I8 of shape {shape:?}, without rows"));
    };
    if info.dtype != Dtype::F32 {
        return wrong(
            ErrorCode::ParameterDtype,
            format!("is stored as {}; scales of I8 are F32", info.dtype),
        );
    }
    if info.shape != [rows] {
        return wrong(
            ErrorCode::ParameterShape,
            format!("has shape {:?}, but I8 has {rows} rows", info.shape),
        );
    }
    let scales = from_little_endian(data);
    check_finite(name, scales.iter().copied())?;
    Ok(scales)
}

/// Checks that no 8-bit integer times its scale overflows.
fn check_products(name: &str, scales: &[f32]) -> Result<()> {
    check_finite(name, scales.iter().map(|scale| scale * f32::from(i8::MIN)))
}

/// A tensor in the form stored in the file.
struct Stored {
    name: String,
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

/// Builds a safetensors file from these parameters. The same parameters always give the same bytes.
///
/// # Errors
/// `not-finite` if a value is NaN, infinite, or too large for f16; `bad-weights` if two tensors of the file
/// would have the same name.
pub fn to_safetensors(parameters: &[(String, Tensor)], precision: Precision) -> Result<Vec<u8>> {
    let mut stored = Vec::with_capacity(parameters.len());
    for (name, tensor) in parameters {
        store(name, tensor, precision, &mut stored)?;
    }
    let failed =
        |message: String| Error::new(ErrorCode::BadWeights, format!("weights cannot be written: {message}"));
    let mut names = BTreeSet::new();
    if let Some(twice) = stored.iter().find(|tensor| !names.insert(&tensor.name)) {
        return Err(failed(format!("two tensors are called {:?}", twice.name)));
    }
    let views = stored.iter().map(|Stored { name, dtype, shape, bytes }| {
        let view = TensorView::new(*dtype, shape.clone(), bytes);
        (name, view.expect("a tensor's data has its shape's size"))
    });
    // PyTorch's loaders expect this entry.
    let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    safetensors::serialize(views, Some(metadata)).map_err(|e| failed(e.to_string()))
}

/// Adds one parameter to a file's tensors.
fn store(name: &str, tensor: &Tensor, precision: Precision, stored: &mut Vec<Stored>) -> Result<()> {
    let values = tensor.data();
    check_finite(name, values.iter().copied())?;
    let mut add = |name: String, dtype, shape: &[usize], bytes| {
        stored.push(Stored { name, dtype, shape: shape.to_vec(), bytes });
    };
    match (precision, tensor.shape()) {
        (Precision::Int8, &[rows, ref row @ ..]) if rows.min(row.iter().product()) >= SMALLEST_INT8 => {
            let (bytes, scales) = quantized(values, row.iter().product());
            add(name.to_owned(), Dtype::I8, tensor.shape(), bytes);
            add(format!("{name}{SCALE}"), Dtype::F32, &[rows], little_endian(&scales));
        }
        (Precision::F32, shape) => add(name.to_owned(), Dtype::F32, shape, little_endian(values)),
        (_, shape) => add(name.to_owned(), Dtype::F16, shape, to_f16(name, values)?),
    }
    Ok(())
}

/// Rounds each value to the nearest of 255 multiples of its row's scale, and returns the scales.
fn quantized(values: &[f32], columns: usize) -> (Vec<u8>, Vec<f32>) {
    let mut bytes = Vec::with_capacity(values.len());
    let mut scales = Vec::with_capacity(values.len() / columns);
    for row in values.chunks_exact(columns) {
        let largest = row.iter().fold(0.0f32, |largest, value| largest.max(value.abs()));
        // A row of zeros, or of values so small that the scale underflows to 0, can have any scale.
        let scale = Some(largest / 127.0).filter(|&scale| scale > 0.0).unwrap_or(1.0);
        let nearest = |value: &f32| (value / scale).round_ties_even() as i8;
        bytes.extend(row.iter().map(|value| nearest(value).cast_unsigned()));
        scales.push(scale);
    }
    (bytes, scales)
}

fn little_endian(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn to_f16(name: &str, values: &[f32]) -> Result<Vec<u8>> {
    let rounded: Vec<f16> = values.iter().map(|&value| f16::from_f32(value)).collect();
    if let Some(at) = rounded.iter().position(|value| !value.is_finite()) {
        return Err(Error::new(
            ErrorCode::NotFinite,
            format!("parameter {name:?} is {} at index {at}, too large for f16", values[at]),
        ));
    }
    Ok(rounded.iter().flat_map(|value| value.to_le_bytes()).collect())
}
