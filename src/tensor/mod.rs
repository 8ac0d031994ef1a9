//! [`Tensor`]: numbers with a shape, and the tape that remembers how they came about.

mod decode;
mod device;
mod packed;
mod tape;

pub use device::{Device, read_all};
pub use tape::{Grads, Tape};
pub(crate) use tape::{is_tracked, record};

use crate::gpu::Buffer;
use crate::shape::Shape;
use decode::Stored;
use packed::Packed;
use std::sync::Arc;
use tape::Slot;

#[derive(Clone)]
enum Storage {
    Cpu(Arc<Vec<f32>>),
    Gpu(Buffer),
    Packed(Packed),
}

/// An immutable array of f32, row-major and contiguous, rank at most 4. Cloning is cheap.
///
/// A tensor made by [`Tape::watch`], or computed from one, is *tracked*: ops on it are written to the tape.
#[derive(Clone)]
pub struct Tensor {
    storage: Storage,
    shape: Shape,
    slot: Option<Slot>,
    /// How the numbers in main memory came from the file, for whom that spares memory to read.
    stored: Stored,
}

impl Tensor {
    /// # Panics
    /// If the number of values is not the product of `shape`.
    #[track_caller]
    pub fn from_vec(values: Vec<f32>, shape: &[usize]) -> Self {
        let shape = Shape::new(shape);
        assert_eq!(values.len(), shape.numel(), "from_vec: {} values for shape {shape:?}", values.len());
        Self { storage: Storage::Cpu(Arc::new(values)), shape, slot: None, stored: Stored::F32 }
    }

    /// All elements `value`.
    pub fn full(shape: &[usize], value: f32) -> Self {
        Self::from_vec(vec![value; Shape::new(shape).numel()], shape)
    }

    /// All elements zero.
    pub fn zeros(shape: &[usize]) -> Self {
        Self::full(shape, 0.0)
    }

    /// One number, rank 0.
    pub fn scalar(value: f32) -> Self {
        Self::full(&[], value)
    }

    /// Size of every dimension.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Size of dimension `axis`.
    #[track_caller]
    pub fn dim(&self, axis: usize) -> usize {
        self.shape[axis]
    }

    /// Number of elements.
    pub fn numel(&self) -> usize {
        self.shape.numel()
    }

    /// Size of the last dimension; 1 for a scalar.
    pub(crate) fn cols(&self) -> usize {
        self.shape.last().copied().unwrap_or(1)
    }

    pub(crate) fn shape_struct(&self) -> Shape {
        self.shape
    }

    /// The values, row-major.
    ///
    /// # Panics
    /// If they lie on the GPU: [`Tensor::read`] fetches them.
    #[track_caller]
    pub fn data(&self) -> &[f32] {
        match &self.storage {
            Storage::Cpu(values) => values,
            _ => panic!("data: {self:?} has to be read first"),
        }
    }

    /// The values for changing in place; copies them first if another tensor shares them.
    ///
    /// # Panics
    /// If they lie on the GPU.
    #[track_caller]
    pub fn data_mut(&mut self) -> &mut [f32] {
        self.stored = Stored::F32;
        match &mut self.storage {
            Storage::Cpu(values) => Arc::<Vec<f32>>::make_mut(values).as_mut_slice(),
            _ => panic!("data_mut: the values lie on the GPU"),
        }
    }

    /// A copy of the values.
    pub fn to_vec(&self) -> Vec<f32> {
        self.data().to_vec()
    }

    /// The value of a tensor with one element.
    ///
    /// # Panics
    /// If it has another number of elements.
    #[track_caller]
    pub fn item(&self) -> f32 {
        assert_eq!(self.numel(), 1, "item: shape {:?}", self.shape);
        self.data()[0]
    }

    /// The same values, not tracked.
    pub fn detach(&self) -> Self {
        Self { slot: None, ..self.clone() }
    }

    /// The same values under another shape; not tracked (the op is [`Tensor::reshape`]).
    #[track_caller]
    pub(crate) fn with_shape(&self, shape: &[usize]) -> Self {
        let new = Shape::new(shape);
        assert_eq!(new.numel(), self.numel(), "reshape: {:?} to {new:?}", self.shape);
        Self { storage: self.unpacked().storage, shape: new, slot: None, stored: Stored::F32 }
    }
}

impl std::fmt::Debug for Tensor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const SHOWN: usize = 8;
        let Storage::Cpu(values) = &self.storage else {
            return write!(f, "Tensor{:?} on the GPU", self.shape);
        };
        write!(f, "Tensor{:?} {:?}", self.shape, &values[..self.numel().min(SHOWN)])?;
        if self.numel() > SHOWN { f.write_str(" …") } else { Ok(()) }
    }
}
