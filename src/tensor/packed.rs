//! Matrices on the GPU as they came from the file: 16 or 8 bits a number.
//!
//! `linear` and `embedding` read them as they are. To all other ops they look like f32: what
//! [`Tensor::buffer`](super::Tensor) gives them is unpacked once and kept.

use super::{Storage, Tensor};
use crate::gpu::{Buffer, Gpu};
use crate::shape::Shape;
use crate::wgsl::matmul::{Weights, pack_f16, pack_int8, unpack};
use half::f16;
use std::cell::OnceCell;
use std::rc::Rc;

/// A packed matrix (N, K), shared by the tensors that are it.
#[derive(Clone)]
pub(super) struct Packed(Rc<Memory>);

struct Memory {
    weights: WeightBuffers,
    shape: [usize; 2],
    /// As f32, once somebody asked for it.
    unpacked: OnceCell<Buffer>,
}

/// The memory of [`Weights`].
#[derive(Clone)]
pub(crate) enum WeightBuffers {
    F32(Buffer),
    F16(Buffer),
    /// Values and scales.
    Int8(Buffer, Buffer),
}

impl WeightBuffers {
    /// For the kernels.
    pub fn view(&self) -> Weights<'_> {
        match self {
            Self::F32(values) => Weights::F32(values.into()),
            Self::F16(values) => Weights::F16(values.into()),
            Self::Int8(values, scales) => Weights::Int8(values.into(), scales.into()),
        }
    }
}

impl Packed {
    fn new(weights: WeightBuffers, shape: [usize; 2]) -> Self {
        Self(Rc::new(Memory { weights, shape, unpacked: OnceCell::new() }))
    }

    pub fn gpu(&self) -> &Gpu {
        match &self.0.weights {
            WeightBuffers::F32(values) | WeightBuffers::F16(values) | WeightBuffers::Int8(values, _) => {
                values.gpu()
            }
        }
    }

    /// The numbers as f32.
    pub fn unpacked(&self) -> &Buffer {
        let Memory { weights, shape, unpacked } = &*self.0;
        unpacked.get_or_init(|| {
            let values = self.gpu().empty(shape[0] * shape[1]);
            unpack(weights.view(), *shape, (&values).into());
            values
        })
    }
}

impl Tensor {
    /// This matrix in the GPU's memory as it came from the file, if it did not come as f32.
    pub(super) fn packed_on(&self, gpu: &Gpu) -> Option<Self> {
        let &[n, k] = self.shape() else {
            return None;
        };
        let weights = match &self.storage {
            Storage::Halves(_) => {
                let values: Vec<f16> = self.data().iter().map(|&value| f16::from_f32(value)).collect();
                WeightBuffers::F16(gpu.upload(&pack_f16(&values, k)))
            }
            Storage::Int8(rows) => {
                let (values, scales) = rows.part(self.range(), k);
                WeightBuffers::Int8(gpu.upload(&pack_int8(values, k)), gpu.upload(scales))
            }
            _ => return None,
        };
        Some(Self::new(Storage::Packed(Packed::new(weights, [n, k])), self.shape))
    }

    /// This matrix for the kernels that can read packed numbers.
    #[track_caller]
    pub(crate) fn weights(&self, gpu: &Gpu) -> WeightBuffers {
        match &self.storage {
            Storage::Packed(packed) => {
                assert!(packed.gpu() == gpu, "operands on two GPUs");
                packed.0.weights.clone()
            }
            _ => WeightBuffers::F32(self.buffer(gpu)),
        }
    }

    /// Rows `start .. start + len` of a packed matrix, packed; not tracked.
    pub(crate) fn packed_rows(&self, start: usize, len: usize) -> Option<Self> {
        let Storage::Packed(packed) = &self.storage else {
            return None;
        };
        let Memory { weights, shape: [_, k], .. } = &*packed.0;
        let copy = |buffer: &Buffer, start: usize, len: usize| {
            let part = buffer.gpu().empty(len);
            buffer.gpu().copy(buffer.view(start, len), (&part).into());
            part
        };
        let [first, count] = [start, len].map(|rows| weights.view().words(rows, *k));
        let rows = match weights {
            WeightBuffers::F32(values) => WeightBuffers::F32(copy(values, first, count)),
            WeightBuffers::F16(values) => WeightBuffers::F16(copy(values, first, count)),
            WeightBuffers::Int8(values, scales) => {
                WeightBuffers::Int8(copy(values, first, count), copy(scales, start, len))
            }
        };
        Some(Self::new(Storage::Packed(Packed::new(rows, [len, *k])), Shape::new(&[len, *k])))
    }

    /// The same numbers as f32, wherever they lie.
    pub(super) fn unpacked(&self) -> Self {
        let storage = match &self.storage {
            Storage::Packed(packed) => Storage::Gpu(packed.unpacked().clone()),
            Storage::Int8(rows) => Storage::Cpu(rows.unpacked(self.cols()).clone()),
            Storage::Halves(values) => Storage::Cpu(values.clone()),
            Storage::Cpu(_) | Storage::Gpu(_) => return self.clone(),
        };
        Self { storage, ..self.clone() }
    }
}
