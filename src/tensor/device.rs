//! Where a tensor's numbers live, and how they get from one place to another.

use super::{Storage, Tensor};
use crate::error::Result;
use crate::gpu::{Buffer, Gpu, View};
use crate::shape::Shape;

/// Where a tensor's numbers live.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Device {
    /// Main memory.
    #[default]
    Cpu,
    /// A GPU's memory.
    Gpu(Gpu),
}

impl Tensor {
    /// Where the numbers live.
    pub fn device(&self) -> Device {
        self.gpu().map_or(Device::Cpu, |gpu| Device::Gpu(gpu.clone()))
    }

    /// The GPU that holds the numbers, if one does.
    pub(crate) fn gpu(&self) -> Option<&Gpu> {
        match &self.storage {
            Storage::Gpu(buffer) => Some(buffer.gpu()),
            Storage::Packed(packed) => Some(packed.gpu()),
            _ => None,
        }
    }

    /// The GPU of the first operand that has one: where an op takes place. Operands still in main memory are
    /// brought there by [`Tensor::buffer`], so that constants need not know where the weights are.
    pub(crate) fn gpu_of(operands: &[&Self]) -> Option<Gpu> {
        operands.iter().find_map(|operand| operand.gpu()).cloned()
    }

    /// The numbers in this GPU's memory, copied there if they are not there yet.
    #[track_caller]
    pub(crate) fn buffer(&self, gpu: &Gpu) -> Buffer {
        let buffer = match &self.storage {
            Storage::Gpu(buffer) => buffer,
            Storage::Packed(packed) => packed.unpacked(),
            _ => return gpu.upload(self.data()),
        };
        assert!(buffer.gpu() == gpu, "operands on two GPUs");
        buffer.clone()
    }

    /// A tensor on the GPU whose numbers `fill` records the computation of.
    pub(crate) fn on_gpu(gpu: &Gpu, shape: &[usize], fill: impl FnOnce(View<'_>)) -> Self {
        let buffer = gpu.empty(Shape::new(shape).numel());
        fill(View::from(&buffer));
        Self::from_buffer(buffer, shape)
    }

    /// # Panics
    /// If the number of words is not the product of `shape`.
    #[track_caller]
    pub(crate) fn from_buffer(buffer: Buffer, shape: &[usize]) -> Self {
        let shape = Shape::new(shape);
        assert_eq!(buffer.len(), shape.numel(), "from_buffer: {} values for shape {shape:?}", buffer.len());
        Self::new(Storage::Gpu(buffer), shape)
    }

    /// The buffer for changing in place, if the numbers lie on a GPU and no other tensor shares them.
    pub(crate) fn buffer_mut(&mut self) -> Option<&Buffer> {
        match &self.storage {
            Storage::Gpu(buffer) if buffer.is_unique() => Some(buffer),
            _ => None,
        }
    }

    /// The buffer for changing in place, in this GPU's memory: brought there first if it is not, and copied
    /// first if another tensor shares it.
    #[track_caller]
    pub(crate) fn buffer_to_change(&mut self, gpu: &Gpu) -> &Buffer {
        if self.buffer_mut().is_none() {
            let shared = self.buffer(gpu);
            let own = if self.gpu().is_none() {
                shared
            } else {
                let own = gpu.empty(shared.len());
                gpu.copy((&shared).into(), (&own).into());
                own
            };
            (self.storage, self.start) = (Storage::Gpu(own), 0);
        }
        match &self.storage {
            Storage::Gpu(buffer) => buffer,
            _ => unreachable!("just brought to the GPU"),
        }
    }

    /// The same values in the memory of `device`; not tracked. From the GPU they have to be [read](Self::read).
    /// A matrix that came from a file in 16 or 8 bits takes no more on the GPU.
    ///
    /// # Panics
    /// If they lie on a GPU and `device` is another.
    #[track_caller]
    pub fn to(&self, device: &Device) -> Self {
        match device {
            Device::Gpu(gpu) if self.gpu().is_none() => {
                let as_numbers = || Self::from_buffer(gpu.upload(self.data()), &self.shape);
                self.packed_on(gpu).unwrap_or_else(as_numbers)
            }
            _ => {
                assert!(self.device() == *device, "to: the values have to be read first");
                self.detach()
            }
        }
    }

    /// The values, row-major, wherever they are: for those on the GPU everything recorded so far is submitted.
    ///
    /// # Errors
    /// `gpu-lost` or `out-of-memory`.
    pub async fn read(&self) -> Result<Vec<f32>> {
        match &self.storage {
            Storage::Gpu(buffer) => buffer.gpu().read(&[buffer.into()]).await,
            Storage::Packed(packed) => packed.gpu().read(&[packed.unpacked().into()]).await,
            _ => Ok(self.to_vec()),
        }
    }

    /// The same values in main memory; not tracked.
    ///
    /// # Errors
    /// `gpu-lost` or `out-of-memory`.
    pub async fn to_cpu(&self) -> Result<Self> {
        match self.gpu() {
            None => Ok(self.detach()),
            Some(_) => Ok(Self::from_vec(self.read().await?, &self.shape)),
        }
    }

    /// Several tensors in main memory, not tracked: one read for as many as fit into one buffer.
    ///
    /// # Errors
    /// `gpu-lost` or `out-of-memory`.
    pub async fn all_to_cpu(tensors: &[Self]) -> Result<Vec<Self>> {
        let mut all = Vec::with_capacity(tensors.len());
        let mut rest = tensors;
        while let Some(first) = rest.first() {
            let Some(gpu) = first.gpu() else {
                all.push(first.detach());
                rest = &rest[1..];
                continue;
            };
            let mut words = 0;
            let fits = |tensor: &&Self| {
                words += tensor.numel();
                tensor.gpu() == Some(gpu) && words <= gpu.most_words()
            };
            let count = rest.iter().take_while(fits).count().max(1);
            let (together, after) = rest.split_at(count);
            let buffers: Vec<Buffer> = together.iter().map(|tensor| tensor.buffer(gpu)).collect();
            let views: Vec<View<'_>> = buffers.iter().map(View::from).collect();
            let values = gpu.read(&views).await?;
            let mut values = values.as_slice();
            for tensor in together {
                let (own, others) = values.split_at(tensor.numel());
                all.push(Self::from_vec(own.to_vec(), tensor.shape()));
                values = others;
            }
            rest = after;
        }
        Ok(all)
    }
}

/// The values of several tensors of one device, one after the other, with one wait.
///
/// # Errors
/// `gpu-lost` or `out-of-memory`.
pub async fn read_all(tensors: &[&Tensor]) -> Result<Vec<f32>> {
    let Some(gpu) = Tensor::gpu_of(tensors) else {
        return Ok(tensors.iter().map(|tensor| tensor.data()).collect::<Vec<_>>().concat());
    };
    let buffers: Vec<Buffer> = tensors.iter().map(|tensor| tensor.buffer(&gpu)).collect();
    gpu.read(&buffers.iter().map(View::from).collect::<Vec<_>>()).await
}
