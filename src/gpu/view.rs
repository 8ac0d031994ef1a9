//! Parts of the GPU's memory, and how much of it there is.

use super::Buffer;

/// A stretch of a [`Buffer`].
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The whole.
    pub buffer: &'a Buffer,
    /// First word.
    pub start: usize,
    /// Number of words.
    pub len: usize,
}

impl View<'_> {
    /// Words `start .. start + len` of the stretch.
    ///
    /// # Panics
    /// If there are not so many.
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

/// The GPU's memory that is held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryUse {
    /// Bytes asked for from the GPU, in use or waiting for use.
    pub bytes: u64,
    /// Buffers asked for so far.
    pub buffers: u64,
}
