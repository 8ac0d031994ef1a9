//! Matrices on the GPU as loaded from the file: 16 or 8 bits per element.
//!
//! `linear` and `embedding` read them directly. All other ops see f32: [`Tensor::buffer`](super::Tensor)
//! unpacks the matrix on first use and keeps the result.

use super::{Storage, Tensor};
use crate::gpu::{Buffer, Gpu};
use crate::shape::Shape;
use crate::wgsl::matmul::{Weights, pack_f16, pack_int8, unpack};
use half::f16;
use std::cell::OnceCell;
use std::rc::Rc;

/// A packed matrix (N, K); clones share its memory.
#[derive(Clone)]
pub(super) struct Packed(Rc<Memory>);

struct Memory {
    weights: WeightBuffers,
    shape: [usize; 2],
    /// The matrix as f32, unpacked on first use.
    unpacked: OnceCell<Buffer>,
}

/// Owns the buffers that [`Weights`] refers to.
#[derive(Clone)]
pub(crate) enum WeightBuffers {
    F32(Buffer),
    F16(Buffer),
    /// Values and row scales.
    Int8(Buffer, Buffer),
}

impl WeightBuffers {
    /// Borrows the buffers for a kernel.
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

    /// Returns the matrix as f32.
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
    /// Uploads this matrix in its packed form, if it was loaded in 16 or 8 bits.
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

    /// This matrix for kernels that can read packed elements.
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

    /// Copies rows `start .. start + len` of a packed matrix, still packed; not tracked.
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

    /// Returns the same values as f32, on whichever device they are.
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
