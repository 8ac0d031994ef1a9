//! Description of a matrix product on buffers.

use super::weights::{Activation, Format};
use crate::cpu::matmul::Matmul;
use crate::gpu::{Buffer, Gpu, View};

/// A rectangle in each of several equally spaced matrices of one buffer.
#[derive(Clone, Copy)]
pub(super) struct Operand<'a> {
    pub buffer: &'a Buffer,
    /// Word offset of the first element.
    pub start: usize,
    /// Number of elements from row to row.
    pub stride: usize,
    /// Number of elements from matrix to matrix; 0 if a single matrix is used for all products.
    pub item: usize,
}

impl<'a> Operand<'a> {
    /// A single matrix with rows of `stride` elements.
    pub fn new(view: View<'a>, stride: usize) -> Self {
        Self { buffer: view.buffer, start: view.start, stride, item: 0 }
    }

    /// The operand shifted by this many elements.
    pub fn from(self, elements: usize, format: Format) -> Self {
        Self { start: self.start + elements / format.per_word(), ..self }
    }

    /// The view from the first to the last element of `items` rectangles (rows, columns).
    pub fn view(&self, items: usize, [rows, columns]: [usize; 2], format: Format) -> View<'a> {
        let elements = match items * rows * columns {
            0 => 0,
            _ => (items - 1) * self.item + (rows - 1) * self.stride + columns,
        };
        self.buffer.view(self.start, elements.div_ceil(format.per_word()))
    }
}

/// A batch of products, or a piece of one.
#[derive(Clone, Copy)]
pub(super) struct Product<'a> {
    pub spec: Matmul,
    pub items: usize,
    pub a: Operand<'a>,
    pub b: Operand<'a>,
    pub c: Operand<'a>,
    /// Format of B.
    pub format: Format,
    /// Scales of B's rows, if B holds integers.
    pub scales: Option<View<'a>>,
    pub bias: Option<View<'a>>,
    pub activation: Activation,
}

impl<'a> Product<'a> {
    pub fn gpu(&self) -> &'a Gpu {
        self.c.buffer.gpu()
    }

    /// Views of A, B and C.
    pub fn views(&self) -> [View<'a>; 3] {
        let Matmul { m, k, n, trans_a, trans_b, .. } = self.spec;
        let stored = |transposed: bool, [rows, columns]: [usize; 2]| {
            if transposed { [columns, rows] } else { [rows, columns] }
        };
        [
            self.a.view(self.items, stored(trans_a, [m, k]), Format::F32),
            self.b.view(self.items, stored(trans_b, [k, n]), self.format),
            self.c.view(self.items, [m, n], Format::F32),
        ]
    }
}
