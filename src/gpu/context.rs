//! The GPU handle.

use super::buffer::RawBuffer;
use super::pipeline::Bound;
use super::pool::{Pool, Purpose};
use super::recorder::Recorder;
use super::{Access, Buffer, Dispatch, MemoryUse, View};
use crate::error::{Error, ErrorCode, Result};
use futures_channel::oneshot;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

/// A handle to a GPU; clones refer to the same one.
#[derive(Clone)]
pub struct Gpu(Rc<Context>);

struct Context {
    device: wgpu::Device,
    queue: wgpu::Queue,
    info: wgpu::AdapterInfo,
    software: Cell<bool>,
    limits: wgpu::Limits,
    /// The first fault. Behind a lock, since wgpu reports errors from any thread.
    fault: Arc<Mutex<Option<Error>>>,
    pool: RefCell<Pool>,
    recorder: RefCell<Recorder>,
}

impl PartialEq for Gpu {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Gpu {}

impl std::fmt::Debug for Gpu {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Gpu({})", self.name())
    }
}

fn unavailable(why: &dyn std::fmt::Display) -> Error {
    Error::new(ErrorCode::GpuUnavailable, format!("no GPU can be used here: {why}"))
}

impl Gpu {
    /// Requests the machine's GPU: WebGPU in a browser; Vulkan, Metal or DX12 elsewhere. Software adapters
    /// are accepted.
    ///
    /// # Errors
    /// `gpu-unavailable`.
    pub async fn request() -> Result<Self> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        let adapter = instance.request_adapter(&options).await.map_err(|error| unavailable(&error))?;
        let has = adapter.limits();
        // WebGPU's default limits, with larger buffers where the adapter supports them.
        let limits = wgpu::Limits {
            max_buffer_size: has.max_buffer_size,
            max_storage_buffer_binding_size: has.max_storage_buffer_binding_size,
            ..Default::default()
        };
        Self::of(&adapter, limits).await
    }

    /// Like [`Gpu::request`], but limited to what every WebGPU device supports: 128 MiB per binding.
    ///
    /// # Errors
    /// `gpu-unavailable`.
    pub async fn request_baseline() -> Result<Self> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let adapter = instance.request_adapter(&Default::default()).await.map_err(|e| unavailable(&e))?;
        Self::of(&adapter, wgpu::Limits::default()).await
    }

    async fn of(adapter: &wgpu::Adapter, limits: wgpu::Limits) -> Result<Self> {
        let descriptor = wgpu::DeviceDescriptor { required_limits: limits.clone(), ..Default::default() };
        let (device, queue) =
            adapter.request_device(&descriptor).await.map_err(|error| unavailable(&error))?;
        let fault = Arc::new(Mutex::new(None));
        let (of_error, of_loss) = (fault.clone(), fault.clone());
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            let code = match error {
                wgpu::Error::OutOfMemory { .. } => ErrorCode::OutOfMemory,
                _ => ErrorCode::GpuLost,
            };
            remember(&of_error, Error::new(code, format!("the GPU reports: {error}")));
        }));
        device.set_device_lost_callback(move |_, message| {
            remember(&of_loss, Error::new(ErrorCode::GpuLost, format!("the GPU was lost: {message}")));
        });
        let recorder = RefCell::new(Recorder::new(&device));
        let info = adapter.get_info();
        let software = Cell::new(info.device_type == wgpu::DeviceType::Cpu);
        let pool = RefCell::default();
        Ok(Self(Rc::new(Context { device, queue, info, software, limits, fault, pool, recorder })))
    }

    /// The name the GPU reports.
    pub fn name(&self) -> String {
        let wgpu::AdapterInfo { name, driver, .. } = &self.0.info;
        match (name.as_str(), driver.as_str()) {
            ("", "") => "WebGPU".into(),
            ("", other) | (other, _) => other.into(),
        }
    }

    /// Whether the "GPU" is a software adapter that runs on the CPU.
    pub fn is_software(&self) -> bool {
        self.0.software.get()
    }

    /// Makes kernels be chosen as if the GPU were, or were not, a software adapter, so that tests cover both
    /// on one machine.
    pub fn pretend(&self, software: bool) {
        self.0.software.set(software);
    }

    /// Maximum number of words in one binding.
    pub fn most_words(&self) -> usize {
        (self.0.limits.max_storage_buffer_binding_size / 4) as usize
    }

    /// Memory currently held.
    pub fn memory(&self) -> MemoryUse {
        self.0.pool.borrow().used()
    }

    /// Numbers of submissions and dispatches so far.
    pub fn counts(&self) -> (u64, u64) {
        let recorder = self.0.recorder.borrow();
        (recorder.submitted, recorder.dispatched)
    }

    /// Names of all kernels that have been dispatched.
    pub fn kernels(&self) -> Vec<&'static str> {
        self.0.recorder.borrow().pipelines.kernels()
    }

    /// Allocates words with unspecified content, which the caller must overwrite completely.
    pub fn empty(&self, words: usize) -> Buffer {
        let raw = self.0.pool.borrow_mut().take(&self.0.device, words, Purpose::Output);
        Buffer::new(self.clone(), raw, words)
    }

    /// Copies values to the GPU's memory.
    ///
    /// # Panics
    /// If their size is not a multiple of four bytes.
    pub fn upload<T: bytemuck::Pod>(&self, values: &[T]) -> Buffer {
        let bytes: &[u8] = bytemuck::cast_slice(values);
        assert_eq!(bytes.len() % 4, 0, "upload: {} bytes", bytes.len());
        let raw = self.0.pool.borrow_mut().take(&self.0.device, bytes.len() / 4, Purpose::Upload);
        if !bytes.is_empty() {
            self.0.queue.write_buffer(&raw.buffer, 0, bytes);
        }
        Buffer::new(self.clone(), raw, bytes.len() / 4)
    }

    /// Records one run of a kernel.
    ///
    /// # Panics
    /// If parameters or views do not match the kernel's declaration, a view is larger than
    /// [`Gpu::most_words`] (the caller must split the work), or a written buffer occurs in more than one
    /// view.
    #[track_caller]
    pub fn dispatch(&self, dispatch: &Dispatch<'_>) {
        let Dispatch { kernel, views, .. } = dispatch;
        assert_eq!(views.len(), kernel.bindings.len(), "{}: bindings", kernel.name);
        assert_eq!(dispatch.params.len(), kernel.params.bytes, "{}: parameters", kernel.name);
        for (index, (view, access)) in views.iter().zip(kernel.bindings).enumerate() {
            assert!(view.buffer.gpu() == self, "{}: a buffer of another GPU", kernel.name);
            let same = |other: &View<'_>| other.buffer.raw().id == view.buffer.raw().id;
            let twice = views.iter().enumerate().any(|(place, other)| place != index && same(other));
            assert!(*access == Access::Read || !twice, "{}: binding {} twice", kernel.name, index + 1);
        }
        let mut starts = [0; 8];
        let bound: Vec<Bound> = views
            .iter()
            .zip(&mut starts)
            .map(|(view, start)| {
                let (bound, first) = self.bind(*view);
                *start = first;
                bound
            })
            .collect();
        let context = &*self.0;
        let mut recorder = context.recorder.borrow_mut();
        recorder.dispatch(&context.device, dispatch, &bound, &starts[..views.len()]);
        if recorder.is_full() {
            recorder.submit(&context.queue, &mut context.pool.borrow_mut());
        }
    }

    /// What to bind to make the view accessible, and the word within the binding where the view starts. Binds
    /// the whole buffer if allowed, so that few bind groups serve many views.
    #[track_caller]
    fn bind(&self, view: View<'_>) -> (Bound, u32) {
        let raw = view.buffer.raw();
        let (size, most) = (raw.buffer.size(), self.0.limits.max_storage_buffer_binding_size);
        if size <= most {
            return ((raw.clone(), 0, size), view.start as u32);
        }
        let alignment = u64::from(self.0.limits.min_storage_buffer_offset_alignment);
        let start = 4 * view.start as u64;
        let offset = start - start % alignment;
        let end = (4 * (view.start + view.len) as u64).next_multiple_of(16).min(size);
        assert!(end - offset <= most, "a view of {} words is too large for one binding", view.len);
        ((raw.clone(), offset, (end - offset).max(16)), ((start - offset) / 4) as u32)
    }

    /// Records a copy between two buffers.
    ///
    /// # Panics
    /// If the views differ in length or belong to the same buffer.
    #[track_caller]
    pub fn copy(&self, from: View<'_>, to: View<'_>) {
        assert!(from.len == to.len, "copy: {} words to {}", from.len, to.len);
        assert!(from.buffer.raw().id != to.buffer.raw().id, "copy within a buffer");
        if from.len > 0 {
            let at = |view: View<'_>| 4 * view.start as u64;
            let [source, target] = [from, to].map(|view| &view.buffer.raw().buffer);
            let mut recorder = self.0.recorder.borrow_mut();
            let bytes = 4 * from.len as u64;
            recorder.copy(&self.0.device, (source, at(from)), (target, at(to)), bytes);
        }
    }

    /// Submits the recorded commands, so that the GPU can start.
    pub fn submit(&self) {
        self.0.recorder.borrow_mut().submit(&self.0.queue, &mut self.0.pool.borrow_mut());
    }

    /// Returns the values of several views, concatenated, after everything recorded so far has run. They are
    /// copied now: commands recorded while the future is pending do not affect them.
    ///
    /// # Errors
    /// `gpu-lost` or `out-of-memory` if such a fault has occurred since the GPU was requested.
    pub fn read(&self, views: &[View<'_>]) -> impl Future<Output = Result<Vec<f32>>> + use<> {
        let words: usize = views.iter().map(|view| view.len).sum();
        let context = &*self.0;
        let staging = context.pool.borrow_mut().take_staging(&context.device, words);
        let mut at = 0;
        for view in views.iter().filter(|view| view.len > 0) {
            let from = (&view.buffer.raw().buffer, 4 * view.start as u64);
            let bytes = 4 * view.len as u64;
            context.recorder.borrow_mut().copy(&context.device, from, (&staging, at), bytes);
            at += bytes;
        }
        self.submit();
        let (sender, receiver) = oneshot::channel();
        let range = 0..(4 * words.max(1)) as u64;
        staging.map_async(wgpu::MapMode::Read, range.clone(), move |mapped| {
            // Sending fails if the future was dropped, which is fine.
            let _ = sender.send(mapped);
        });
        let gpu = self.clone();
        async move {
            gpu.wait();
            let mapped = receiver.await;
            gpu.check()?;
            let lost = || Error::new(ErrorCode::GpuLost, "the GPU gave no answer");
            mapped.map_err(|_| lost())?.map_err(|_| lost())?;
            let view = staging.get_mapped_range(range).map_err(|_| lost())?;
            let mut values = vec![0.0; words];
            bytemuck::cast_slice_mut(&mut values).copy_from_slice(&view[..4 * words]);
            drop(view);
            staging.unmap();
            gpu.0.pool.borrow_mut().release_staging(staging);
            Ok(values)
        }
    }

    /// Blocks until callbacks have run. Natively they run only while something polls; browsers run them on
    /// their own.
    fn wait(&self) {
        #[cfg(not(target_arch = "wasm32"))]
        if let Err(error) = self.0.device.poll(wgpu::PollType::wait_indefinitely()) {
            remember(&self.0.fault, Error::new(ErrorCode::GpuLost, format!("the GPU: {error}")));
        }
    }

    /// Reports an earlier fault.
    ///
    /// # Errors
    /// `gpu-lost` or `out-of-memory` if such a fault has occurred.
    pub fn check(&self) -> Result<()> {
        let fault = self.0.fault.lock().unwrap_or_else(PoisonError::into_inner);
        fault.clone().map_or(Ok(()), Err)
    }

    /// Destroys the device, as a driver crash would. All later reads fail with `gpu-lost`.
    pub fn destroy(&self) {
        self.0.device.destroy();
        remember(&self.0.fault, Error::new(ErrorCode::GpuLost, "the GPU was given up"));
    }

    pub(super) fn release(&self, raw: RawBuffer) {
        self.0.pool.borrow_mut().release(raw);
    }
}

/// Keeps the first fault; later ones are its consequences.
fn remember(fault: &Mutex<Option<Error>>, error: Error) {
    log::warn!("{error}");
    fault.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
}
