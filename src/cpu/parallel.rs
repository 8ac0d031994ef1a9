//! Splits rows of several slices over all cores, in [`Arithmetic::Fast`](super::Arithmetic::Fast) only.
//!
//! Every kernel that uses this treats rows independently, so splitting does not change a bit.

use std::ops::Range;

/// A read-only operand and its number of elements per row.
#[derive(Clone, Copy)]
pub(super) struct In<'a, T = f32>(pub(super) &'a [T], pub(super) usize);

/// A written operand and its number of elements per row.
pub(super) struct Out<'a, T = f32>(pub(super) &'a mut [T], pub(super) usize);

/// Operands that can be split in two at a row.
pub(super) trait Rows: Sized + Send {
    /// Splits off the first `rows` rows.
    fn cut(self, rows: usize) -> (Self, Self);
}

impl<T: Sync> Rows for In<'_, T> {
    fn cut(self, rows: usize) -> (Self, Self) {
        let (head, tail) = self.0.split_at(rows * self.1);
        (In(head, self.1), In(tail, self.1))
    }
}

impl<T: Send> Rows for Out<'_, T> {
    fn cut(self, rows: usize) -> (Self, Self) {
        let (head, tail) = self.0.split_at_mut(rows * self.1);
        (Out(head, self.1), Out(tail, self.1))
    }
}

/// Passes the row indices themselves to a kernel.
impl Rows for Range<usize> {
    fn cut(self, rows: usize) -> (Self, Self) {
        let middle = self.start + rows;
        (self.start..middle, middle..self.end)
    }
}

macro_rules! rows_of_tuple {
    ($($name:ident)+) => {
        impl<$($name: Rows),+> Rows for ($($name,)+) {
            #[allow(non_snake_case)]
            fn cut(self, rows: usize) -> (Self, Self) {
                let ($($name,)+) = self;
                $(let $name = $name.cut(rows);)+
                (($($name.0,)+), ($($name.1,)+))
            }
        }
    };
}
rows_of_tuple!(A B);
rows_of_tuple!(A B C);
rows_of_tuple!(A B C D);
rows_of_tuple!(A B C D E);

/// Amount of work, in elements, below which waking another core does not pay off.
const GRAIN: usize = 8 * 1024;

/// Runs `work` on all `rows` of the operands, split over the cores in fast arithmetic. `cost` is the work per
/// row in elements.
pub(super) fn for_rows<R: Rows>(operands: R, rows: usize, cost: usize, work: impl Fn(R) + Sync) {
    if super::arithmetic() == super::Arithmetic::Fast && rows * cost >= 2 * GRAIN {
        split(operands, rows, rows.min(cores()), &work);
    } else {
        work(operands);
    }
}

fn split<R: Rows>(operands: R, rows: usize, pieces: usize, work: &(impl Fn(R) + Sync)) {
    if pieces < 2 {
        return work(operands);
    }
    let (half, rest) = (pieces / 2, pieces - pieces / 2);
    let first = rows * half / pieces;
    let (head, tail) = operands.cut(first);
    join(|| split(head, first, half, work), || split(tail, rows - first, rest, work));
}

#[cfg(not(target_arch = "wasm32"))]
fn cores() -> usize {
    rayon::current_num_threads()
}

#[cfg(not(target_arch = "wasm32"))]
fn join(first: impl FnOnce() + Send, second: impl FnOnce() + Send) {
    rayon::join(first, second);
}

/// WebAssembly runs on a single thread.
#[cfg(target_arch = "wasm32")]
fn cores() -> usize {
    1
}

#[cfg(target_arch = "wasm32")]
fn join(first: impl FnOnce() + Send, second: impl FnOnce() + Send) {
    first();
    second();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_every_row_once() {
        for (rows, pieces) in [(1, 1), (7, 2), (7, 3), (64, 5), (3, 3)] {
            let input: Vec<u32> = (0..2 * rows as u32).collect();
            let mut output = vec![0; rows];
            split((In(&input, 2), Out(&mut output, 1)), rows, pieces, &|(input, output)| {
                for (input, output) in input.0.chunks_exact(2).zip(output.0) {
                    *output += input[0] + input[1];
                }
            });
            let expected: Vec<u32> = (0..rows as u32).map(|row| 4 * row + 1).collect();
            assert_eq!(output, expected, "{rows} rows in {pieces} pieces");
        }
    }
}
