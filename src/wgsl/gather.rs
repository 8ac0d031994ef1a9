//! Row lookup in a table; twin of [`cpu::gather`](crate::cpu::gather). The table may be larger than a
//! binding; the rows taken from it, (R, `cols`), may not.

use super::elementwise::fill;
use super::{CHUNK, lib, most_words, part, word};
use crate::gpu::{Access, Dispatch, Kernel, View};

const GATHER: Kernel = Kernel {
    name: "gather",
    source: &[lib::HEAD, lib::ELEMENTS, include_str!("../../shaders/gather.wgsl")],
    bindings: &[Access::Read, Access::Read, Access::Write],
    params: Gather::PARAMS,
};

const GATHER_BACKWARD: Kernel = Kernel {
    name: "gather_backward",
    source: &[lib::HEAD, include_str!("../../shaders/gather_backward.wgsl")],
    bindings: &[Access::Read, Access::Read, Access::Write],
    params: GatherBackward::PARAMS,
};

/// The kernels of this file.
pub const KERNELS: &[Kernel] = &[GATHER, GATHER_BACKWARD];

params! {
    struct Gather {
        len: u32,
        cols: u32,
        first: u32,
        rows: u32,
    }
}

params! {
    struct GatherBackward {
        cols: u32,
        tiles: u32,
        first: u32,
        bounds: u32,
        places: u32,
        table_first: u32,
    }
}

/// Maximum number of columns that a workgroup of the gradient processes side by side.
const WIDEST: usize = 32;

/// Splits the rows of a table into ranges that can be bound.
fn table_parts(table: View<'_>, cols: usize) -> impl Iterator<Item = (usize, usize)> + use<> {
    let rows = table.len.checked_div(cols).unwrap_or(0);
    let most = (most_words(table.buffer.gpu()) / cols.max(1)).max(1);
    (0..rows).step_by(most).map(move |first| (first, most.min(rows - first)))
}

/// `out[r] = table[ids[r]]` for `table` (V, `cols`), `out` (R, `cols`), and `ids` (R) of `u32` below V.
#[track_caller]
pub fn gather(table: View<'_>, ids: View<'_>, cols: usize, out: View<'_>) {
    assert_eq!(out.len, ids.len * cols, "gather: out");
    for (first, rows) in table_parts(table, cols) {
        let params = Gather { len: word(out.len), cols: word(cols), first: word(first), rows: word(rows) };
        table.buffer.gpu().dispatch(&Dispatch {
            kernel: &GATHER,
            constants: &[],
            params: bytemuck::bytes_of(&params),
            views: &[part(table, first * cols, rows * cols), ids, out],
            groups: out.len.div_ceil(CHUNK),
        });
    }
}

/// `dtable[v] = Σ dout[r]` over all `r` with `ids[r] = v`, for `dout` (R, `cols`) and `dtable` (V, `cols`);
/// rows whose id does not occur become 0. The ids are needed on the CPU, which sorts the places by id.
///
/// Panics if an id is V or more.
#[track_caller]
pub fn gather_backward(dout: View<'_>, ids: &[u32], cols: usize, dtable: View<'_>) {
    assert_eq!(dout.len, ids.len() * cols, "gather_backward: dout");
    fill(0.0, dtable);
    let lists = Lists::new(ids);
    assert!(
        lists.rows.last().is_none_or(|&row| (row as usize + 1) * cols <= dtable.len),
        "gather_backward: id"
    );
    let gpu = dtable.buffer.gpu();
    let words = gpu.upload(&[&lists.rows[..], &lists.bounds, &lists.places].concat());
    let (bounds, places) = (lists.rows.len(), lists.rows.len() + lists.bounds.len());
    let width = cols.next_power_of_two().min(WIDEST);
    let tiles = cols.div_ceil(width);
    for (first, rows) in table_parts(dtable, cols) {
        let entry = |row: usize| lists.rows.partition_point(|&taken| (taken as usize) < row);
        let (begin, end) = (entry(first), entry(first + rows));
        let params = GatherBackward {
            cols: word(cols),
            tiles: word(tiles),
            first: word(begin),
            bounds: word(bounds),
            places: word(places),
            table_first: word(first),
        };
        gpu.dispatch(&Dispatch {
            kernel: &GATHER_BACKWARD,
            constants: &[("WIDTH", width as f64)],
            params: bytemuck::bytes_of(&params),
            views: &[dout, (&words).into(), part(dtable, first * cols, rows * cols)],
            groups: (end - begin) * tiles,
        });
    }
}

/// Places grouped by row, in the form that `shaders/gather_backward.wgsl` expects.
#[derive(Debug, PartialEq)]
struct Lists {
    /// The rows whose id occurs, ascending.
    rows: Vec<u32>,
    /// Start of each row's places, and the end of the last row's.
    bounds: Vec<u32>,
    /// The places, ascending within a row.
    places: Vec<u32>,
}

impl Lists {
    fn new(ids: &[u32]) -> Self {
        let mut places: Vec<u32> = (0..word(ids.len())).collect();
        places.sort_by_key(|&place| ids[place as usize]);
        let (mut rows, mut bounds) = (Vec::new(), Vec::new());
        for (at, &place) in (0..).zip(&places) {
            let row = ids[place as usize];
            if rows.last() != Some(&row) {
                rows.push(row);
                bounds.push(at);
            }
        }
        bounds.push(word(places.len()));
        Self { rows, bounds, places }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_listed_by_row() {
        let lists = Lists::new(&[7, 2, 7, 0, 2, 7]);
        let expected =
            Lists { rows: vec![0, 2, 7], bounds: vec![0, 1, 3, 6], places: vec![3, 1, 4, 0, 2, 5] };
        assert_eq!(lists, expected);
        assert_eq!(Lists::new(&[]), Lists { rows: vec![], bounds: vec![0], places: vec![] });
    }
}
