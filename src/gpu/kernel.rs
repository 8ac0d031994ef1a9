//! What a kernel is, and what one run of it needs.

use super::View;

/// How a kernel uses a binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// `var<storage, read>`
    Read,
    /// `var<storage, read_write>`
    Write,
}

/// A compute shader: the row of the kernel table that a file of [`wgsl`](crate::wgsl) declares.
#[derive(Clone, Copy, Debug)]
pub struct Kernel {
    /// Unique; its file's name in `shaders/`, with what was chosen at compile time behind it.
    pub name: &'static str,
    /// Files, joined in this order. The entry point is `main`.
    pub source: &'static [&'static str],
    /// Bindings 1, 2, … of group 0; binding 0 is the uniform parameters.
    pub bindings: &'static [Access],
    /// What binding 0 holds behind the head.
    pub params: Params,
}

/// The parameters of a kernel behind the head, as Rust lays them out; a test compares them with the shader's.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// Number of bytes.
    pub bytes: usize,
    /// Name, Rust type and first byte of each field.
    pub fields: &'static [(&'static str, &'static str, usize)],
}

impl Kernel {
    /// The whole source text.
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
    /// The bytes of its parameters behind the head.
    pub params: &'a [u8],
    /// One for each binding, in order. A buffer that is written may stand here once only.
    pub views: &'a [View<'a>],
    /// Number of workgroups. They are counted in one dimension; the recorder folds more than 65,535 into
    /// two, and the kernels unfold them with `group_index`.
    pub groups: usize,
}
