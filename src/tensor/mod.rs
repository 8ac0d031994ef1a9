//! [`Tensor`]: values with a shape, and the tape that records how they were computed.

mod device;
mod int8;
mod packed;
mod tape;

pub use device::{Device, read_all};
pub use tape::{Grads, Tape};
pub(crate) use tape::{is_tracked, record};

use crate::cpu::matrix::Matrix;
use crate::gpu::Buffer;
use crate::shape::Shape;
use half::f16;
use int8::Int8Rows;
use packed::Packed;
use std::ops::Range;
use std::sync::Arc;
use tape::Slot;

#[derive(Clone)]
enum Storage {
    Cpu(Arc<Vec<f32>>),
    /// Values loaded from a 16-bit file, stored as f32 but exactly representable in f16.
    Halves(Arc<Vec<f32>>),
    Int8(Arc<Int8Rows>),
    Gpu(Buffer),
    Packed(Packed),
}

/// An immutable array of f32, row-major and contiguous, rank at most 4. Cloning is cheap.
///
/// A tensor made by [`Tape::watch`], or computed from one, is *tracked*: ops on it are recorded on the tape.
/// A tensor made by [`Tensor::apart`], or computed from one, is *apart*: each of its rows is computed
/// independently of the others.
#[derive(Clone)]
pub struct Tensor {
    storage: Storage,
    /// Offset of the first value in a main-memory storage, which may be shared with other tensors; 0
    /// elsewhere.
    start: usize,
    shape: Shape,
    slot: Option<Slot>,
    apart: bool,
}

impl Tensor {
    fn new(storage: Storage, shape: Shape) -> Self {
        Self { storage, start: 0, shape, slot: None, apart: false }
    }

    /// Creates a tensor in main memory from row-major values.
    ///
    /// # Panics
    /// If the number of values is not the product of `shape`.
    #[track_caller]
    pub fn from_vec(values: Vec<f32>, shape: &[usize]) -> Self {
        let shape = Shape::new(shape);
        assert_eq!(values.len(), shape.numel(), "from_vec: {} values for shape {shape:?}", values.len());
        Self::new(Storage::Cpu(Arc::new(values)), shape)
    }

    /// Like [`Tensor::from_vec`], for f16 values; on a GPU a matrix keeps them in 16 bits.
    ///
    /// # Panics
    /// If the number of values is not the product of `shape`.
    #[track_caller]
    pub fn from_f16(values: &[f16], shape: &[usize]) -> Self {
        let shape = Shape::new(shape);
        assert_eq!(values.len(), shape.numel(), "from_f16: {} values for shape {shape:?}", values.len());
        let values = values.iter().map(|value| value.to_f32()).collect();
        Self::new(Storage::Halves(Arc::new(values)), shape)
    }

    /// Creates a matrix `(rows, columns)` whose row `r` is `scales[r]` times row `r` of `values`. It is kept
    /// in 8 bits until an op needs its elements as f32: [`Tensor::linear`] and the recurrent layers do so
    /// only while training, [`Tensor::embedding`] never.
    ///
    /// # Panics
    /// If the number of values is not `rows · columns` or the number of scales is not `rows`.
    #[track_caller]
    pub fn from_int8(values: Vec<i8>, scales: Vec<f32>, [rows, columns]: [usize; 2]) -> Self {
        assert!(values.len() == rows * columns && scales.len() == rows, "from_int8: {rows} x {columns}");
        Self::new(Storage::Int8(Arc::new(Int8Rows::new(values, scales))), Shape::new(&[rows, columns]))
    }

    /// Creates a tensor with all elements equal to `value`.
    pub fn full(shape: &[usize], value: f32) -> Self {
        Self::from_vec(vec![value; Shape::new(shape).numel()], shape)
    }

    /// Creates a tensor with all elements zero.
    pub fn zeros(shape: &[usize]) -> Self {
        Self::full(shape, 0.0)
    }

    /// Creates a tensor of rank 0 that holds one number.
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

    fn range(&self) -> Range<usize> {
        self.start..self.start + self.numel()
    }

    /// The values, row-major.
    ///
    /// # Panics
    /// If they are on the GPU: use [`Tensor::read`] there.
    #[track_caller]
    pub fn data(&self) -> &[f32] {
        match &self.storage {
            Storage::Cpu(values) | Storage::Halves(values) => &values[self.range()],
            Storage::Int8(rows) => &rows.unpacked(self.cols())[self.range()],
            _ => panic!("data: {self:?} has to be read first"),
        }
    }

    /// The values for in-place changes; copies them first if another tensor shares them.
    ///
    /// # Panics
    /// If they are on the GPU.
    #[track_caller]
    pub fn data_mut(&mut self) -> &mut [f32] {
        let own = matches!(&self.storage, Storage::Cpu(values) if values.len() == self.numel());
        if !own {
            (self.storage, self.start) = (Storage::Cpu(Arc::new(self.to_vec())), 0);
        }
        match &mut self.storage {
            Storage::Cpu(values) => Arc::<Vec<f32>>::make_mut(values).as_mut_slice(),
            _ => unreachable!("just brought into this form"),
        }
    }

    /// Returns a copy of the values.
    pub fn to_vec(&self) -> Vec<f32> {
        self.data().to_vec()
    }

    /// Returns the value of a tensor with one element.
    ///
    /// # Panics
    /// If the tensor does not have exactly one element.
    #[track_caller]
    pub fn item(&self) -> f32 {
        assert_eq!(self.numel(), 1, "item: shape {:?}", self.shape);
        self.data()[0]
    }

    /// Returns the same values, not tracked.
    pub fn detach(&self) -> Self {
        Self { slot: None, ..self.clone() }
    }

    /// Returns the same values for decoding: in everything computed from them, each row is computed as if it
    /// were alone, bit for bit in portable arithmetic. The output for one text therefore depends neither on
    /// the other texts in the batch nor on how many of its tokens are read at once. Not tracked; has no
    /// effect on a GPU.
    pub fn apart(&self) -> Self {
        Self { apart: self.gpu().is_none(), ..self.detach() }
    }

    /// Whether rows must be computed independently, see [`Tensor::apart`].
    pub(crate) fn is_apart(&self) -> bool {
        self.apart
    }

    /// This matrix `(n, k)` in main memory, in the form needed to multiply the rows `x` with it. Training
    /// uses the unpacked values, since gradients with respect to `x` need them even where this matrix is
    /// frozen.
    #[track_caller]
    pub(crate) fn matrix(&self, x: &Self) -> Matrix<'_> {
        match &self.storage {
            Storage::Int8(int8) if !is_tracked(&[x]) => {
                let (values, scales) = int8.part(self.range(), self.cols());
                Matrix::Int8(values, scales)
            }
            _ if x.apart => Matrix::Apart(self.data()),
            _ => Matrix::Together(self.data()),
        }
    }

    /// Returns the same values with another shape; not tracked (the op is [`Tensor::reshape`]).
    #[track_caller]
    pub(crate) fn with_shape(&self, shape: &[usize]) -> Self {
        let new = Shape::new(shape);
        assert_eq!(new.numel(), self.numel(), "reshape: {:?} to {new:?}", self.shape);
        Self { shape: new, slot: None, ..self.unpacked() }
    }

    /// Returns the part of the values that starts at element `start` and fills `shape`, without copying; not
    /// tracked. `None` where the storage cannot be shared in parts: on the GPU, or in 8 bits if the part is
    /// not whole rows.
    pub(crate) fn shared_part(&self, start: usize, shape: &[usize]) -> Option<Self> {
        let shape = Shape::new(shape);
        match &self.storage {
            Storage::Gpu(_) | Storage::Packed(_) => None,
            Storage::Int8(_) if shape.last() != self.shape.last() => None,
            storage => {
                let (storage, start) = (storage.clone(), self.start + start);
                Some(Self { storage, start, shape, slot: None, apart: self.apart })
            }
        }
    }
}

impl std::fmt::Debug for Tensor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const SHOWN: usize = 8;
        if self.gpu().is_some() {
            return write!(f, "Tensor{:?} on the GPU", self.shape);
        }
        write!(f, "Tensor{:?} {:?}", self.shape, &self.data()[..self.numel().min(SHOWN)])?;
        if self.numel() > SHOWN { f.write_str(" …") } else { Ok(()) }
    }
}
