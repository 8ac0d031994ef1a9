//! Tensors in stored form, by name: can be renamed, reordered and written without decoding them.

use crate::error::{Error, ErrorCode, Result};
use crate::io::header::split_header;
use half::{bf16, f16};
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

/// One tensor. The number of its bytes matches its shape and number format.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry<'a> {
    /// Number format.
    pub dtype: Dtype,
    /// Sizes of the axes; elements of the last axis are adjacent.
    pub shape: Vec<usize>,
    /// Values, little endian.
    pub data: Cow<'a, [u8]>,
}

/// The tensors of a model, from one or several files.
#[derive(Debug, Default)]
pub struct Entries<'a> {
    by_name: BTreeMap<String, Entry<'a>>,
}

fn bad(message: String) -> Error {
    Error::new(ErrorCode::BadWeights, message)
}

impl Entry<'_> {
    /// A tensor of f32 zeros.
    pub fn zeros(shape: &[usize]) -> Self {
        let bytes = vec![0; shape.iter().product::<usize>() * 4];
        Self { dtype: Dtype::F32, shape: shape.to_vec(), data: Cow::Owned(bytes) }
    }

    /// A tensor of these values.
    pub fn of_f32(values: &[f32], shape: &[usize]) -> Self {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        Self { dtype: Dtype::F32, shape: shape.to_vec(), data: Cow::Owned(bytes) }
    }

    /// The values; `None` for a number format that is not f16, bf16, f32 or f64.
    pub fn values(&self) -> Option<Vec<f32>> {
        let halves = || self.data.as_chunks().0.iter();
        Some(match self.dtype {
            Dtype::F16 => halves().map(|bytes| f16::from_le_bytes(*bytes).to_f32()).collect(),
            Dtype::BF16 => halves().map(|bytes| bf16::from_le_bytes(*bytes).to_f32()).collect(),
            Dtype::F32 => self.data.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
            Dtype::F64 => {
                self.data.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes) as f32).collect()
            }
            _ => return None,
        })
    }

    /// Selects these rows, in this order.
    ///
    /// # Panics
    /// If a row is out of range.
    pub fn select_rows(&mut self, rows: &[usize]) {
        let Some((count, rest)) = self.shape.split_first_mut() else { return };
        let bytes = rest.iter().product::<usize>() * self.dtype.bitsize() / 8;
        self.data =
            Cow::Owned(rows.iter().flat_map(|row| &self.data[row * bytes..][..bytes]).copied().collect());
        *count = rows.len();
    }

    /// Converts f64 to f32; leaves other formats unchanged.
    fn narrowed(mut self) -> Self {
        if self.dtype == Dtype::F64 {
            let narrow = |bytes: &[u8; 8]| (f64::from_le_bytes(*bytes) as f32).to_le_bytes();
            self.data = Cow::Owned(self.data.as_chunks().0.iter().flat_map(narrow).collect());
            self.dtype = Dtype::F32;
        }
        self
    }
}

impl<'a> Entries<'a> {
    /// Adds all tensors of a safetensors file.
    ///
    /// # Errors
    /// `bad-weights` if it is not one, has number formats smaller than a byte, or contains a tensor that
    /// exists already.
    pub fn add_safetensors(&mut self, bytes: &'a [u8]) -> Result<()> {
        let (metadata, data) = split_header(bytes)?;
        for (name, info) in metadata.tensors() {
            if !info.dtype.bitsize().is_multiple_of(8) {
                return Err(bad(format!("weights: {name:?} has numbers of {} bits", info.dtype.bitsize())));
            }
            let data = Cow::Borrowed(&data[info.data_offsets.0..info.data_offsets.1]);
            self.add(name, Entry { dtype: info.dtype, shape: info.shape.clone(), data })?;
        }
        Ok(())
    }

    /// Adds all tensors of another file.
    ///
    /// # Errors
    /// As [`Self::add`].
    pub fn append(&mut self, other: Self) -> Result<()> {
        other.by_name.into_iter().try_for_each(|(name, entry)| self.add(name, entry))
    }

    /// Adds a tensor; adding an identical one again has no effect.
    ///
    /// # Errors
    /// `bad-weights` if there is a different one of this name, or if it is empty: without data its sizes
    /// could be arbitrarily large.
    pub fn add(&mut self, name: String, entry: Entry<'a>) -> Result<()> {
        match self.by_name.get(&name) {
            _ if entry.data.is_empty() => Err(bad(format!("weights: {name:?} is empty"))),
            Some(before) if *before != entry => Err(bad(format!("weights: there are two tensors {name:?}"))),
            _ => {
                self.by_name.insert(name, entry);
                Ok(())
            }
        }
    }

    /// All names in ascending order.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.by_name.keys()
    }

    /// The tensor with this name.
    pub fn get(&self, name: &str) -> Option<&Entry<'a>> {
        self.by_name.get(name)
    }

    /// Mutable access to the tensor with this name.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Entry<'a>> {
        self.by_name.get_mut(name)
    }

    /// Removes and returns a tensor.
    pub fn remove(&mut self, name: &str) -> Option<Entry<'a>> {
        self.by_name.remove(name)
    }

    /// The shape of a tensor; empty if it does not exist.
    pub fn shape(&self, name: &str) -> &[usize] {
        self.get(name).map_or(&[], |entry| &entry.shape)
    }

    /// Renames all tensors and drops those without a new name. Returns whether anything changed.
    ///
    /// # Errors
    /// `bad-weights` if two different tensors get the same name.
    pub fn rename(&mut self, new_name: impl Fn(&str) -> Option<String>) -> Result<bool> {
        let mut changed = false;
        for (name, entry) in std::mem::take(&mut self.by_name) {
            let renamed = new_name(&name);
            changed |= renamed.as_ref() != Some(&name);
            if let Some(renamed) = renamed {
                self.add(renamed, entry)?;
            }
        }
        Ok(changed)
    }

    /// Whether any tensor is f64, which has to be converted.
    pub fn has_wide_numbers(&self) -> bool {
        self.by_name.values().any(|entry| entry.dtype == Dtype::F64)
    }

    /// Builds a safetensors file whose tensors take at most `most` bytes. The same tensors give the same
    /// bytes.
    ///
    /// # Errors
    /// `bad-weights` if it would be larger: many tensors share data in the file, which no real model does.
    pub fn into_file(self, most: usize) -> Result<Vec<u8>> {
        let size = self.by_name.values().fold(0usize, |sum, entry| sum.saturating_add(entry.data.len()));
        if size > most {
            return Err(bad(format!("weights: {size} bytes of tensors come out of a smaller file")));
        }
        let narrowed: BTreeMap<String, Entry<'_>> =
            self.by_name.into_iter().map(|(name, entry)| (name, entry.narrowed())).collect();
        let views = narrowed.iter().map(|(name, entry)| {
            let view = TensorView::new(entry.dtype, entry.shape.clone(), &entry.data);
            (name, view.expect("a tensor's data has its shape's size"))
        });
        let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
        safetensors::serialize(views, Some(metadata)).map_err(|e| bad(format!("weights: {e}")))
    }
}
