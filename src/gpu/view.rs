//! Views of GPU memory, and memory statistics.

use super::Buffer;

/// A contiguous range of a [`Buffer`].
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The buffer.
    pub buffer: &'a Buffer,
    /// First word.
    pub start: usize,
    /// Number of words.
    pub len: usize,
}

impl View<'_> {
    /// Words `start .. start + len` of this view.
    ///
    /// # Panics
    /// If the range exceeds the view.
    #[track_caller]
    pub fn part(self, start: usize, len: usize) -> Self {
        assert!(start + len <= self.len, "part: words {start}..{} of {}", start + len, self.len);
        Self { start: self.start + start, len, ..self }
    }
}

impl<'a> From<&'a Buffer> for View<'a> {
    fn from(buffer: &'a Buffer) -> Self {
        buffer.view(0, buffer.len())
    }
}

/// GPU memory held by the pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryUse {
    /// Bytes allocated, whether in use or free.
    pub bytes: u64,
    /// Number of buffers allocated.
    pub buffers: u64,
}
