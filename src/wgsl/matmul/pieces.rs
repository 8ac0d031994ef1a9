//! A product cut into pieces that the bindings can show.

use super::methods;
use super::most_words;
use super::{Activation, Format, Gpu, Matmul, View};
use crate::gpu::Buffer;

/// A rectangle of each of several matrices in one buffer.
#[derive(Clone, Copy)]
pub(super) struct Operand<'a> {
    pub buffer: &'a Buffer,
    /// Word of the first element.
    pub start: usize,
    /// Elements from row to row.
    pub stride: usize,
    /// Elements from matrix to matrix; 0 if one serves all.
    pub item: usize,
}

impl<'a> Operand<'a> {
    /// One matrix with rows of `stride` elements.
    pub fn new(view: View<'a>, stride: usize) -> Self {
        Self { buffer: view.buffer, start: view.start, stride, item: 0 }
    }

    /// What begins `elements` further on.
    fn from(self, elements: usize, format: Format) -> Self {
        Self { start: self.start + elements / format.per_word(), ..self }
    }

    /// From the first element to the last of `items` rectangles (rows, columns).
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
    /// Of B.
    pub format: Format,
    /// Of B's rows, if it is of integers.
    pub scales: Option<View<'a>>,
    pub bias: Option<View<'a>>,
    pub activation: Activation,
}

/// What a product is cut along.
#[derive(Clone, Copy)]
enum Axis {
    Items,
    M,
    K,
    N,
}

/// Pieces begin at multiples of this, so that rows keep to words and to groups of four.
const GRAIN: usize = 64;

impl<'a> Product<'a> {
    /// Records it.
    pub fn run(self) {
        let Matmul { m, n, .. } = self.spec;
        if self.items * m * n == 0 {
            return;
        }
        match self.cut() {
            Some((axis, size)) if size > 1 => {
                let at = if size <= GRAIN { size / 2 } else { (size / 2).next_multiple_of(GRAIN) };
                let (first, second) = self.halves(axis, at, size);
                first.run();
                second.run();
            }
            _ => methods::record(&self),
        }
    }

    pub fn gpu(&self) -> &'a Gpu {
        self.c.buffer.gpu()
    }

    /// The views of A, B and C.
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

    /// The axis to be cut in two and its length, if something is too large for a binding or a sum too long.
    fn cut(&self) -> Option<(Axis, usize)> {
        let Matmul { m, k, n, trans_a, trans_b, .. } = self.spec;
        let most = most_words(self.gpu());
        let [a, b, c] = self.views();
        let rows = |item: usize, (axis, size): (Axis, usize)| {
            if self.items > 1 && item > 0 { (Axis::Items, self.items) } else { (axis, size) }
        };
        if a.len > most {
            Some(rows(self.a.item, if trans_a { (Axis::K, k) } else { (Axis::M, m) }))
        } else if b.len > most {
            Some(rows(self.b.item, if trans_b { (Axis::N, n) } else { (Axis::K, k) }))
        } else if c.len > most {
            Some(rows(self.c.item, (Axis::M, m)))
        } else {
            methods::is_long(self).then_some((Axis::K, k))
        }
    }

    /// The pieces up to `at` and from there on, of an axis of this `size`.
    fn halves(self, axis: Axis, at: usize, size: usize) -> (Self, Self) {
        let (mut first, mut second) = (self, self);
        let Matmul { trans_a, trans_b, .. } = self.spec;
        let Self { a, b, c, format, .. } = self;
        let along = |operand: Operand<'_>, row: bool| if row { at * operand.stride } else { at };
        match axis {
            Axis::Items => {
                (first.items, second.items) = (at, size - at);
                second.a = a.from(at * a.item, Format::F32);
                second.b = b.from(at * b.item, format);
                second.c = c.from(at * c.item, Format::F32);
            }
            Axis::M => {
                (first.spec.m, second.spec.m) = (at, size - at);
                second.a = a.from(along(a, !trans_a), Format::F32);
                second.c = c.from(at * c.stride, Format::F32);
            }
            Axis::K => {
                (first.spec.k, second.spec.k) = (at, size - at);
                (first.bias, first.activation) = (None, Activation::None);
                second.spec.accumulate = true;
                second.a = a.from(along(a, trans_a), Format::F32);
                second.b = b.from(along(b, !trans_b), format);
            }
            Axis::N => {
                (first.spec.n, second.spec.n) = (at, size - at);
                second.b = b.from(along(b, trans_b), format);
                second.c = c.from(at, Format::F32);
                let cut = |view: Option<View<'a>>| {
                    view.map(|View { buffer, start, .. }| {
                        (buffer.view(start, at), buffer.view(start + at, size - at))
                    })
                    .unzip()
                };
                (first.bias, second.bias) = cut(self.bias);
                (first.scales, second.scales) = cut(self.scales);
            }
        }
        (first, second)
    }
}
