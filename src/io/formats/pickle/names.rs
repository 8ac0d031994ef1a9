//! The only names that a PyTorch checkpoint may call or refer to.

use super::super::recognise::other_format;
use crate::error::Result;
use safetensors::Dtype;

/// The meaning of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    OrderedDict,
    /// Builds a view of a storage.
    Tensor,
    /// Builds a trainable tensor.
    Parameter,
    /// Builds a shape.
    Size,
    /// A storage of this number format.
    Storage(Dtype),
    /// Irrelevant for a model: devices, number formats by name.
    Ignored,
}

const STORAGES: [(&str, Dtype); 10] = [
    ("FloatStorage", Dtype::F32),
    ("HalfStorage", Dtype::F16),
    ("BFloat16Storage", Dtype::BF16),
    ("DoubleStorage", Dtype::F64),
    ("LongStorage", Dtype::I64),
    ("IntStorage", Dtype::I32),
    ("ShortStorage", Dtype::I16),
    ("CharStorage", Dtype::I8),
    ("ByteStorage", Dtype::U8),
    ("BoolStorage", Dtype::BOOL),
];

impl Named {
    /// Looks up a name.
    ///
    /// # Errors
    /// `other-format` for all other names.
    pub fn of(module: &str, name: &str) -> Result<Self> {
        match (module, name) {
            ("collections", "OrderedDict") => Ok(Self::OrderedDict),
            ("torch._utils", "_rebuild_tensor_v2") => Ok(Self::Tensor),
            ("torch._utils", "_rebuild_parameter") => Ok(Self::Parameter),
            ("torch", "Size") => Ok(Self::Size),
            ("torch", "device" | "float32" | "float16" | "bfloat16" | "float64" | "int64") => {
                Ok(Self::Ignored)
            }
            ("torch", name) if STORAGES.iter().any(|(known, _)| *known == name) => {
                let storage = STORAGES.iter().find(|(known, _)| *known == name);
                Ok(storage.map_or(Self::Ignored, |&(_, dtype)| Self::Storage(dtype)))
            }
            _ => Err(refused(module, name)),
        }
    }
}

fn refused(module: &str, name: &str) -> crate::error::Error {
    let shown = |text: &str| text.chars().filter(|c| !c.is_control()).take(80).collect::<String>();
    other_format(format!(
        "the file names {}.{}, and only tensors, dictionaries, lists, numbers and strings are read; save the weights \
         alone: torch.save(model.state_dict(), \"model.pt\")",
        shown(module),
        shown(name)
    ))
}
