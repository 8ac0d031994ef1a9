//! Evaluates the calls in a pickle.

use super::names::Named;
use super::{Id, MOST_VALUES, Machine, NONE, Storage, TensorValue, Value, bad};
use crate::error::Result;

/// Maximum number of axes of a tensor; longer lists are not copied.
const MOST_AXES: usize = 8;

impl Machine<'_> {
    fn list(&self, id: Id) -> Option<&[Id]> {
        match &self.values[id as usize] {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    fn size(&self, id: Id) -> Option<usize> {
        match self.values[id as usize] {
            Value::Int(value) => usize::try_from(value).ok(),
            _ => None,
        }
    }

    fn sizes(&self, id: Id) -> Option<Vec<usize>> {
        let sizes = self.list(id).filter(|sizes| sizes.len() <= MOST_AXES)?;
        sizes.iter().map(|&id| self.size(id)).collect()
    }

    /// `('storage', type, key, device, count)`
    pub(super) fn storage(&self, id: Id) -> Result<Value> {
        let parts = match self.list(id) {
            Some(&[_, kind, key, ..]) => (&self.values[kind as usize], &self.values[key as usize]),
            _ => return Err(bad("a storage is not described as PyTorch does")),
        };
        match parts {
            (Value::Named(Named::Storage(dtype)), Value::Text(key)) => {
                Ok(Value::Storage(Box::new(Storage { key: key.clone(), dtype: *dtype })))
            }
            _ => Err(bad("a storage is not described as PyTorch does")),
        }
    }

    /// The value that calling `called` would return.
    pub(super) fn built(&mut self, called: Id, arguments: Id) -> Result<Id> {
        let Value::Named(named) = self.values[called as usize] else {
            return Err(bad("it calls what is no function"));
        };
        let first = self.list(arguments).and_then(|list| list.first().copied());
        match (named, first) {
            (Named::OrderedDict, None) => self.make(Value::Dict(Vec::new())),
            (Named::OrderedDict, Some(pairs)) => self.dict_of(pairs),
            (Named::Tensor, Some(_)) => {
                let tensor =
                    self.tensor(arguments).ok_or_else(|| bad("a tensor is not described as PyTorch does"))?;
                self.make(Value::Tensor(Box::new(tensor)))
            }
            (Named::Parameter | Named::Size, Some(inner)) => Ok(inner),
            (Named::Ignored, _) => Ok(NONE),
            _ => Err(bad("it calls a function without what it needs")),
        }
    }

    fn dict_of(&mut self, pairs: Id) -> Result<Id> {
        // The same list can be turned into a dictionary repeatedly.
        self.copied += self.list(pairs).map_or(0, <[Id]>::len);
        if self.copied > MOST_VALUES {
            return Err(bad("its dictionaries are larger than it is"));
        }
        let pair = |&id: &Id| match self.list(id) {
            Some(&[key, value]) => Some((key, value)),
            _ => None,
        };
        let dict = self.list(pairs).and_then(|pairs| pairs.iter().map(pair).collect());
        self.make(Value::Dict(dict.ok_or_else(|| bad("a dictionary is made of what are no pairs"))?))
    }

    /// `(storage, offset, shape, strides, …)`
    fn tensor(&self, arguments: Id) -> Option<TensorValue> {
        let &[storage, offset, shape, strides, ..] = self.list(arguments)? else { return None };
        let Value::Storage(storage) = &self.values[storage as usize] else { return None };
        let (shape, strides) = (self.sizes(shape)?, self.sizes(strides)?);
        let offset = self.size(offset)?;
        (shape.len() == strides.len()).then(|| TensorValue {
            storage: (**storage).clone(),
            offset,
            shape,
            strides,
        })
    }
}
