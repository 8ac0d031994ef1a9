//! Buffer pool, by size class.

use super::MemoryUse;
use super::buffer::RawBuffer;
use std::collections::HashMap;

/// Free buffers. Commands recorded but not yet submitted may still read a released buffer. It can serve at
/// once as the output of a later command, but uploads run before the recording, so to receive one it must
/// wait until the recording is submitted.
#[derive(Default)]
pub(super) struct Pool {
    free: HashMap<u64, Vec<RawBuffer>>,
    recorded: HashMap<u64, Vec<RawBuffer>>,
    staging: HashMap<u64, Vec<wgpu::Buffer>>,
    used: MemoryUse,
}

/// How a buffer will be filled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Written by a recorded command.
    Output,
    /// Uploaded from main memory.
    Upload,
}

/// Size classes are quarters of a power of two, so at most a fifth is wasted, except below the minimum of 256
/// bytes.
pub(super) fn size_class(words: usize) -> u64 {
    let bytes = (4 * words as u64).max(256);
    let step = 1 << (bytes.ilog2() - 2);
    bytes.next_multiple_of(step)
}

impl Pool {
    pub fn take(&mut self, device: &wgpu::Device, words: usize, purpose: Purpose) -> RawBuffer {
        let size = size_class(words);
        let recorded = self.recorded.get_mut(&size).filter(|_| purpose == Purpose::Output);
        let found = recorded.and_then(Vec::pop).or_else(|| self.free.get_mut(&size).and_then(Vec::pop));
        found.unwrap_or_else(|| {
            use wgpu::BufferUsages as Usage;
            let usage = Usage::STORAGE | Usage::COPY_SRC | Usage::COPY_DST;
            self.used = MemoryUse { bytes: self.used.bytes + size, buffers: self.used.buffers + 1 };
            RawBuffer { id: self.used.buffers, buffer: create(device, size, usage) }
        })
    }

    pub fn release(&mut self, raw: RawBuffer) {
        self.recorded.entry(raw.buffer.size()).or_default().push(raw);
    }

    /// Marks released buffers as free for uploads, after all recorded commands have been submitted.
    pub fn submitted(&mut self) {
        for (size, buffers) in &mut self.recorded {
            self.free.entry(*size).or_default().append(buffers);
        }
    }

    /// Returns a buffer that the CPU can map.
    pub fn take_staging(&mut self, device: &wgpu::Device, words: usize) -> wgpu::Buffer {
        let size = size_class(words);
        self.staging.get_mut(&size).and_then(Vec::pop).unwrap_or_else(|| {
            self.used.bytes += size;
            self.used.buffers += 1;
            create(device, size, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST)
        })
    }

    pub fn release_staging(&mut self, buffer: wgpu::Buffer) {
        self.staging.entry(buffer.size()).or_default().push(buffer);
    }

    pub fn used(&self) -> MemoryUse {
        self.used
    }
}

fn create(device: &wgpu::Device, size: u64, usage: wgpu::BufferUsages) -> wgpu::Buffer {
    device.create_buffer(&wgpu::BufferDescriptor { label: None, size, usage, mapped_at_creation: false })
}

#[cfg(test)]
mod tests {
    use super::size_class;

    #[test]
    fn size_classes_waste_little_and_are_their_own_class() {
        for words in (0..5000).chain([1 << 20, (1 << 20) + 1, 33_554_432]) {
            let (size, bytes) = (size_class(words), 4 * words as u64);
            assert!(size >= bytes.max(256) && size % 16 == 0, "{words}: {size}");
            assert!(size <= 256 || size <= bytes + bytes / 4 + 16, "{words}: {size}");
            assert_eq!(size_class((size / 4) as usize), size);
        }
    }
}
