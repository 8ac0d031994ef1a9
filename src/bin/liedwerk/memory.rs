//! How the process deals with memory that it no longer needs.

/// Keeps freed memory for the next training step.
///
/// The GNU library gives large blocks back to the system and asks for them again at every step: the system
/// then clears some twenty thousand pages, a tenth of the time of a step.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn keep() {
    const GIGABYTE: i32 = 1 << 30;
    // SAFETY: `mallopt` only sets limits of the allocator; a value that it refuses changes nothing.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, GIGABYTE);
        libc::mallopt(libc::M_TRIM_THRESHOLD, GIGABYTE);
        // One heap for all threads: the others' are cut off at 64 MB.
        libc::mallopt(libc::M_ARENA_MAX, 1);
    }
}

/// Other libraries are left as they are.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn keep() {}
