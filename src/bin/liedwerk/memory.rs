//! Memory allocator settings.

/// Keeps freed memory for the next training step.
///
/// The GNU C library returns large blocks to the system and requests them again at every step; the system
/// then clears some twenty thousand pages, which takes a tenth of a step's time.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn keep() {
    const GIGABYTE: i32 = 1 << 30;
    // SAFETY: `mallopt` only sets limits of the allocator; a value that it refuses changes nothing.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, GIGABYTE);
        libc::mallopt(libc::M_TRIM_THRESHOLD, GIGABYTE);
        // One heap for all threads, since the other heaps are limited to 64 MB.
        libc::mallopt(libc::M_ARENA_MAX, 1);
    }
}

/// Other C libraries need no settings.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn keep() {}
