//! GPU memory.

use super::{Gpu, View};
use std::rc::Rc;

/// GPU memory in words of four bytes: f32, u32, or weights packed into u32. Clones share the memory; dropping
/// the last one returns it to the pool.
#[derive(Clone)]
pub struct Buffer(Rc<Owned>);

struct Owned {
    gpu: Gpu,
    /// `None` only during `drop`.
    raw: Option<RawBuffer>,
    words: usize,
}

/// A buffer of the pool, with a unique id.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct RawBuffer {
    pub id: u64,
    pub buffer: wgpu::Buffer,
}

impl Buffer {
    pub(super) fn new(gpu: Gpu, raw: RawBuffer, words: usize) -> Self {
        Self(Rc::new(Owned { gpu, raw: Some(raw), words }))
    }

    /// Number of words.
    pub fn len(&self) -> usize {
        self.0.words
    }

    /// Whether the length is 0.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The GPU that holds the buffer.
    pub fn gpu(&self) -> &Gpu {
        &self.0.gpu
    }

    /// Whether this is the only clone, so that the buffer may be changed in place.
    pub fn is_unique(&self) -> bool {
        Rc::strong_count(&self.0) == 1
    }

    /// A view of words `start .. start + len`.
    ///
    /// # Panics
    /// If the range exceeds the buffer.
    #[track_caller]
    pub fn view(&self, start: usize, len: usize) -> View<'_> {
        assert!(start + len <= self.len(), "view of words {start}..{} of {}", start + len, self.len());
        View { buffer: self, start, len }
    }

    pub(super) fn raw(&self) -> &RawBuffer {
        self.0.raw.as_ref().expect("a buffer has its memory until it is dropped")
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        if let Some(raw) = self.raw.take() {
            self.gpu.release(raw);
        }
    }
}
