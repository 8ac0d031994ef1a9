//! Descriptions of a kernel and of one run of it.

use super::View;

/// How a kernel uses a binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// `var<storage, read>`
    Read,
    /// `var<storage, read_write>`
    Write,
}

/// A compute shader, as declared in a file of [`wgsl`](crate::wgsl).
#[derive(Clone, Copy, Debug)]
pub struct Kernel {
    /// A unique name: the shader's file name in `shaders/`, followed by its compile-time variant.
    pub name: &'static str,
    /// Shader sources, concatenated in this order. The entry point is `main`.
    pub source: &'static [&'static str],
    /// Bindings 1, 2, … of group 0; binding 0 holds the uniform parameters.
    pub bindings: &'static [Access],
    /// Layout of binding 0 after the head.
    pub params: Params,
}

/// Layout of a kernel's parameters after the head, as in Rust; a test compares it with the shader's.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// Number of bytes.
    pub bytes: usize,
    /// Name, Rust type and byte offset of each field.
    pub fields: &'static [(&'static str, &'static str, usize)],
}

impl Kernel {
    /// Returns the complete source.
    pub fn text(&self) -> String {
        self.source.concat()
    }
}

/// One run of a kernel.
pub struct Dispatch<'a> {
    /// The kernel.
    pub kernel: &'a Kernel,
    /// Values of its WGSL `override` constants.
    pub constants: &'a [(&'static str, f64)],
    /// The bytes of its parameters after the head.
    pub params: &'a [u8],
    /// One view per binding, in order. A written buffer may occur only once.
    pub views: &'a [View<'a>],
    /// Number of workgroups. They form one dimension; the recorder folds more than 65,535 into two, and the
    /// kernels undo this with `group_index`.
    pub groups: usize,
}
