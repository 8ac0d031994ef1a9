//! PyTorch checkpoints: a zip with a pickle, and a file with the numbers of each storage.

use super::entries::{Entries, Entry};
use super::pickle::{Id, Pickle, TensorValue, Value};
use super::recognise::other_format;
use super::zip::File;
use crate::error::{Error, ErrorCode, Result};
use serde_json::{Map, Value as Json};
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;

/// Maximum nesting depth of dictionaries.
const DEEPEST: usize = 6;
/// Maximum number of values besides the weights, which are usually a few settings and a vocabulary.
const MOST_VALUES: usize = 1 << 19;
/// Maximum length of a parameter name.
const LONGEST_NAME: usize = 400;
/// Names of the weights in a checkpoint that also holds other data.
const WEIGHTS: [&str; 7] =
    ["model", "state_dict", "model_state_dict", "model_state", "net", "network", "module"];
/// Prefixes of training state, which is not part of the model.
const OF_TRAINING: [&str; 8] = ["optim", "sched", "scaler", "rng", "ema", "loss", "epoch", "callbacks"];

/// A checkpoint: weights and other data.
#[derive(Debug)]
pub struct Checkpoint<'a> {
    /// The tensors by name.
    pub entries: Entries<'a>,
    /// Settings and vocabularies, without tensors and training state.
    pub facts: Json,
}

fn bad(message: impl std::fmt::Display) -> Error {
    Error::new(ErrorCode::BadWeights, format!("checkpoint: {message}"))
}

/// Finds the pickle of a PyTorch checkpoint in a zip, and its folder.
pub fn pickle_of<'f, 'a>(files: &'f [File<'a>]) -> Option<(&'f str, &'f File<'a>)> {
    files.iter().find_map(|file| {
        let folder = file.name.strip_suffix("data.pkl")?;
        (folder.is_empty() || folder.ends_with('/')).then_some((folder, file))
    })
}

/// Reads a file written by `torch.save`.
///
/// # Errors
/// `bad-weights` for a damaged one; `other-format` if it holds more than tensors, dictionaries, lists,
/// numbers and strings, or is a program (TorchScript).
pub fn read<'f>(files: &'f [File<'_>]) -> Result<Checkpoint<'f>> {
    let (folder, pickle) = pickle_of(files).ok_or_else(|| bad("it has no data.pkl"))?;
    let member = |name: &str| files.iter().find(|file| file.name.strip_prefix(folder) == Some(name));
    if files.iter().any(|file| file.name.strip_prefix(folder).is_some_and(|name| name.starts_with("code/"))) {
        return Err(other_format(
            "this is a program (TorchScript), which is not run here; save the weights alone: \
             torch.save(model.state_dict(), \"model.pt\")",
        ));
    }
    if member("byteorder").is_some_and(|file| &*file.bytes == b"big") {
        return Err(other_format(
            "the checkpoint was written by a big-endian machine, whose numbers are not read",
        ));
    }
    let storages = files.iter().filter_map(|file| {
        let key = file.name.strip_prefix(folder)?.strip_prefix("data/")?;
        Some((key, &*file.bytes))
    });
    Reader::new(&pickle.bytes, storages.collect())?.checkpoint()
}

/// Reads a pickle without tensors, such as nanoGPT's `meta.pkl`.
///
/// # Errors
/// As [`read`].
pub fn facts(bytes: &[u8]) -> Result<Json> {
    let reader = Reader::new(bytes, BTreeMap::new())?;
    Ok(reader.json(reader.pickle.root, DEEPEST))
}

struct Reader<'f> {
    pickle: Pickle<'f>,
    storages: BTreeMap<&'f str, &'f [u8]>,
    /// Remaining number of values to visit: a dictionary may contain itself, or occur many times in another.
    left: Cell<usize>,
    /// Remaining number of bytes for copies of non-contiguous views.
    room: Cell<usize>,
}

impl<'f> Reader<'f> {
    fn new(pickle: &'f [u8], storages: BTreeMap<&'f str, &'f [u8]>) -> Result<Self> {
        let room = 2 * storages.values().map(|data| data.len()).sum::<usize>();
        let pickle = Pickle::read(pickle)?;
        Ok(Self { pickle, storages, left: Cell::new(MOST_VALUES), room: Cell::new(room) })
    }

    /// Subtracts from a budget; returns whether it was large enough.
    fn spend(counter: &Cell<usize>, amount: usize) -> bool {
        let left = counter.get().checked_sub(amount);
        counter.set(left.unwrap_or(0));
        left.is_some()
    }

    fn checkpoint(&self) -> Result<Checkpoint<'f>> {
        let root = self.pickle.root;
        let mut entries = Entries::default();
        // A single long key may be shared by all entries.
        let named = |(key, value): &(Id, Id)| match self.pickle.get(*key) {
            Value::Text(range) if range.len() <= LONGEST_NAME => {
                WEIGHTS.contains(&self.pickle.text_at(range)).then_some(*value)
            }
            _ => None,
        };
        let weights = self.dict(root).iter().filter_map(named).find(|&id| self.holds_tensors(id, DEEPEST));
        self.add_tensors(weights.unwrap_or(root), &mut String::new(), DEEPEST, &mut entries)?;
        if entries.names().next().is_none() {
            return Err(bad("it holds no tensors"));
        }
        Ok(Checkpoint { entries, facts: self.json(root, DEEPEST) })
    }

    fn dict(&self, id: Id) -> &[(Id, Id)] {
        match self.pickle.get(id) {
            Value::Dict(pairs) => pairs,
            _ => &[],
        }
    }

    fn holds_tensors(&self, id: Id, depth: usize) -> bool {
        let holds = |&(_, value): &(Id, Id)| match self.pickle.get(value) {
            Value::Tensor(_) => true,
            Value::Dict(_) => depth > 0 && Self::spend(&self.left, 1) && self.holds_tensors(value, depth - 1),
            _ => false,
        };
        self.dict(id).iter().any(holds)
    }

    /// Adds all tensors of a dictionary and of nested ones, joining the names with dots.
    fn add_tensors(
        &self,
        id: Id,
        prefix: &mut String,
        depth: usize,
        entries: &mut Entries<'f>,
    ) -> Result<()> {
        for &(key, value) in self.dict(id) {
            let Some(name) = self.pickle.text(key) else { continue };
            let length = prefix.len();
            prefix.push_str(name);
            if prefix.len() > LONGEST_NAME || !Self::spend(&self.left, 1) {
                return Err(bad("it has too many entries, or too long ones"));
            }
            match self.pickle.get(value) {
                Value::Tensor(tensor) => {
                    let entry = self.entry(prefix, tensor)?;
                    entries.add(prefix.clone(), entry)?;
                }
                Value::Dict(_) if depth > 0 && !is_of_training(name) => {
                    prefix.push('.');
                    self.add_tensors(value, prefix, depth - 1, entries)?;
                }
                _ => {}
            }
            prefix.truncate(length);
        }
        Ok(())
    }

    /// A tensor's numbers in contiguous order.
    fn entry(&self, name: &str, tensor: &TensorValue) -> Result<Entry<'f>> {
        let TensorValue { storage, offset, shape, strides } = tensor;
        let key = self.pickle.text_at(&storage.key);
        let data =
            *self.storages.get(key).ok_or_else(|| bad(format!("{name}: the file data/{key} is missing")))?;
        let item = storage.dtype.bitsize() / 8;
        let outside = || bad(format!("{name} reaches beyond the numbers that are there"));
        let numbers = data.len() / item;
        let count =
            shape.iter().try_fold(1usize, |count, &size| count.checked_mul(size)).ok_or_else(outside)?;
        // The strides of a trained tensor never repeat an element.
        let reach = shape
            .iter()
            .zip(strides)
            .filter(|(size, _)| **size > 0)
            .try_fold(0usize, |reach, (&size, stride)| reach.checked_add((size - 1).checked_mul(*stride)?));
        let last = reach.and_then(|reach| reach.checked_add(*offset)).ok_or_else(outside)?;
        if count > numbers || (count > 0 && last >= numbers) {
            return Err(outside());
        }
        let data = if count == 0 {
            Cow::Borrowed(&data[..0])
        } else if is_side_by_side(shape, strides) {
            Cow::Borrowed(&data[offset * item..][..count * item])
        } else {
            if !Self::spend(&self.room, count * item) {
                return Err(bad("its tensors take far more room than its numbers"));
            }
            Cow::Owned(gathered(data, item, tensor, count))
        };
        Ok(Entry { dtype: storage.dtype, shape: shape.clone(), data })
    }

    /// Converts everything but tensors to JSON.
    fn json(&self, id: Id, depth: usize) -> Json {
        let length = match self.pickle.get(id) {
            Value::Text(range) => range.len(),
            _ => 0,
        };
        if depth == 0 || !Self::spend(&self.left, 1 + length / 8) {
            return Json::Null;
        }
        match self.pickle.get(id) {
            Value::Bool(value) => (*value).into(),
            Value::Int(value) => (*value).into(),
            Value::Float(value) => (*value).into(),
            Value::Text(range) => self.pickle.text_at(range).into(),
            Value::List(list) => list.iter().map(|&id| self.json(id, depth - 1)).collect(),
            Value::Dict(pairs) => {
                let mut object = Map::new();
                for &(key, value) in pairs {
                    let key = match self.pickle.get(key) {
                        Value::Text(range) => self.pickle.text_at(range).to_owned(),
                        Value::Int(value) => value.to_string(),
                        _ => continue,
                    };
                    if !is_of_training(&key) && Self::spend(&self.left, 1 + key.len() / 8) {
                        object.insert(key, self.json(value, depth - 1));
                    }
                }
                Json::Object(object)
            }
            Value::None | Value::Named(_) | Value::Storage(_) | Value::Tensor(_) => Json::Null,
        }
    }
}

fn is_of_training(name: &str) -> bool {
    OF_TRAINING.iter().any(|part| name.starts_with(part))
}

/// Whether the tensor is contiguous in row-major order.
fn is_side_by_side(shape: &[usize], strides: &[usize]) -> bool {
    let mut expected = 1;
    shape.iter().zip(strides).rev().all(|(&size, &stride)| {
        let fits = size == 1 || stride == expected;
        expected *= size;
        fits
    })
}

/// Copies a non-contiguous view, such as a transposed one, which was checked to be in bounds.
fn gathered(data: &[u8], item: usize, tensor: &TensorValue, count: usize) -> Vec<u8> {
    let TensorValue { offset, shape, strides, .. } = tensor;
    let mut bytes = Vec::with_capacity(count * item);
    let mut index = vec![0; shape.len()];
    for _ in 0..count {
        let at = offset + index.iter().zip(strides).map(|(i, stride)| i * stride).sum::<usize>();
        bytes.extend(&data[at * item..][..item]);
        for axis in (0..shape.len()).rev() {
            index[axis] += 1;
            if index[axis] < shape[axis] {
                break;
            }
            index[axis] = 0;
        }
    }
    bytes
}
