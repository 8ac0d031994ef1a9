//! Where a tensor's values live, and moving them between devices.

use super::{Storage, Tensor};
use crate::error::Result;
use crate::gpu::{Buffer, Gpu, View};
use crate::shape::Shape;

/// Where a tensor's values live.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Device {
    /// Main memory.
    #[default]
    Cpu,
    /// A GPU's memory.
    Gpu(Gpu),
}

impl Tensor {
    /// Returns the device that holds the values.
    pub fn device(&self) -> Device {
        self.gpu().map_or(Device::Cpu, |gpu| Device::Gpu(gpu.clone()))
    }

    /// Returns the GPU that holds the values, if one does.
    pub(crate) fn gpu(&self) -> Option<&Gpu> {
        match &self.storage {
            Storage::Gpu(buffer) => Some(buffer.gpu()),
            Storage::Packed(packed) => Some(packed.gpu()),
            _ => None,
        }
    }

    /// The GPU of the first operand that is on one, which is where the op runs. [`Tensor::buffer`] uploads
    /// operands that are still in main memory, so constants need not know where the weights are.
    pub(crate) fn gpu_of(operands: &[&Self]) -> Option<Gpu> {
        operands.iter().find_map(|operand| operand.gpu()).cloned()
    }

    /// The values in this GPU's memory, uploaded if they are not there yet.
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

    /// Creates a tensor on the GPU; `fill` records the commands that compute its values.
    pub(crate) fn on_gpu(gpu: &Gpu, shape: &[usize], fill: impl FnOnce(View<'_>)) -> Self {
        let buffer = gpu.empty(Shape::new(shape).numel());
        fill(View::from(&buffer));
        Self::from_buffer(buffer, shape)
    }

    /// Wraps a buffer as a tensor.
    ///
    /// # Panics
    /// If the number of words is not the product of `shape`.
    #[track_caller]
    pub(crate) fn from_buffer(buffer: Buffer, shape: &[usize]) -> Self {
        let shape = Shape::new(shape);
        assert_eq!(buffer.len(), shape.numel(), "from_buffer: {} values for shape {shape:?}", buffer.len());
        Self::new(Storage::Gpu(buffer), shape)
    }

    /// The buffer for in-place changes, if the values are on a GPU and no other tensor shares them.
    pub(crate) fn buffer_mut(&mut self) -> Option<&Buffer> {
        match &self.storage {
            Storage::Gpu(buffer) if buffer.is_unique() => Some(buffer),
            _ => None,
        }
    }

    /// The buffer for in-place changes on this GPU. Uploads the values if they are elsewhere, and copies them
    /// if another tensor shares them.
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

    /// Copies the values to `device`; the result is not tracked. To move values off a GPU,
    /// [`read`](Self::read) them instead. A matrix loaded from a file in 16 or 8 bits keeps that width on the
    /// GPU.
    ///
    /// # Panics
    /// If the values are on a GPU and `device` is another one.
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

    /// Returns the values, row-major, from whichever device holds them. For a GPU, first submits everything
    /// recorded so far.
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

    /// Returns the same values in main memory; not tracked.
    ///
    /// # Errors
    /// `gpu-lost` or `out-of-memory`.
    pub async fn to_cpu(&self) -> Result<Self> {
        match self.gpu() {
            None => Ok(self.detach()),
            Some(_) => Ok(Self::from_vec(self.read().await?, &self.shape)),
        }
    }

    /// Copies several tensors to main memory, not tracked, with one read for as many as fit into one buffer.
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

/// Returns the values of several tensors on one device, concatenated, with a single wait.
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
