//! Tensors as they lie in a file, by name: to be renamed, reordered and written again without being understood.

use crate::error::{Error, ErrorCode, Result};
use crate::io::weights::split_header;
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

/// One tensor. Its bytes are as many as its shape and its number format say.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry<'a> {
    /// Number format.
    pub dtype: Dtype,
    /// Sizes of the axes; the last one's elements lie side by side.
    pub shape: Vec<usize>,
    /// Little endian.
    pub data: Cow<'a, [u8]>,
}

/// The tensors of a model, from one file or several.
#[derive(Debug, Default)]
pub struct Entries<'a> {
    by_name: BTreeMap<String, Entry<'a>>,
}

fn bad(message: String) -> Error {
    Error::new(ErrorCode::BadWeights, message)
}

impl Entry<'_> {
    /// Zeros in f32.
    pub fn zeros(shape: &[usize]) -> Self {
        let bytes = vec![0; shape.iter().product::<usize>() * 4];
        Self { dtype: Dtype::F32, shape: shape.to_vec(), data: Cow::Owned(bytes) }
    }

    /// These rows, in this order.
    ///
    /// # Panics
    /// If a row is not there.
    pub fn select_rows(&mut self, rows: &[usize]) {
        let Some((count, rest)) = self.shape.split_first_mut() else { return };
        let bytes = rest.iter().product::<usize>() * self.dtype.bitsize() / 8;
        self.data =
            Cow::Owned(rows.iter().flat_map(|row| &self.data[row * bytes..][..bytes]).copied().collect());
        *count = rows.len();
    }

    /// f32 where it was f64; any other as it is.
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
    /// `bad-weights` if it is none, has numbers of less than a byte, or a tensor that is there already.
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

    /// Adds all of another file's.
    ///
    /// # Errors
    /// As [`Self::add`].
    pub fn append(&mut self, other: Self) -> Result<()> {
        other.by_name.into_iter().try_for_each(|(name, entry)| self.add(name, entry))
    }

    /// Adds a tensor; twice the same is one.
    ///
    /// # Errors
    /// `bad-weights` if there is another one of this name; or if it is empty: sizes that no data bears out could be any.
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

    /// All names, in order.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.by_name.keys()
    }

    /// A tensor by its name.
    pub fn get(&self, name: &str) -> Option<&Entry<'a>> {
        self.by_name.get(name)
    }

    /// A tensor by its name, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Entry<'a>> {
        self.by_name.get_mut(name)
    }

    /// Takes a tensor out.
    pub fn remove(&mut self, name: &str) -> Option<Entry<'a>> {
        self.by_name.remove(name)
    }

    /// The shape of a tensor; empty if there is none.
    pub fn shape(&self, name: &str) -> &[usize] {
        self.get(name).map_or(&[], |entry| &entry.shape)
    }

    /// Renames all; what has no new name is left out. Says whether anything changed.
    ///
    /// # Errors
    /// `bad-weights` if two different tensors come to have one name.
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

    /// Whether a tensor has numbers that nothing here reads.
    pub fn has_wide_numbers(&self) -> bool {
        self.by_name.values().any(|entry| entry.dtype == Dtype::F64)
    }

    /// A safetensors file of `most` bytes or fewer. The same tensors give the same bytes.
    ///
    /// # Errors
    /// `bad-weights` if it would be larger: many tensors that are one in the file, as no real model has them.
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
