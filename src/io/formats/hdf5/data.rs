//! The numbers of a dataset: contiguous, or in chunks that may be compressed.

use super::cursor::Cursor;
use super::{Hdf5, NOWHERE, Object, bad, message};
use crate::error::Result;
use crate::io::formats::entries::Entry;
use crate::io::formats::recognise::other_format;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use safetensors::Dtype;
use std::borrow::Cow;

const DEFLATE: u64 = 1;
const SHUFFLE: u64 = 2;

impl<'a> Hdf5<'a> {
    /// The numbers of a dataset.
    ///
    /// # Errors
    /// `bad-weights`; `other-format` for anything but little-endian floating-point numbers, and for other ways
    /// of storing them than contiguous or in chunks with deflate and shuffle.
    pub fn tensor(&self, dataset: &Object<'a>) -> Result<Entry<'a>> {
        let shape = shape(dataset.message(message::DATASPACE, "shape")?)?;
        let dtype = dtype(dataset.message(message::DATATYPE, "number format")?)?;
        let item = dtype.bitsize() / 8;
        let size = shape.iter().try_fold(item, |size, &axis| size.checked_mul(axis));
        let size = size.ok_or_else(|| bad(format!("a tensor of shape {shape:?}")))?;
        let mut layout = dataset.message(message::LAYOUT, "layout")?;
        let data = match (layout.number(1)?, layout.number(1)?) {
            (3 | 4, 0) => {
                let stored = layout.size(2)?;
                Cow::Borrowed(layout.take(stored)?)
            }
            (3 | 4, 1) => {
                let address = layout.number(8)?;
                if address == NOWHERE {
                    return Err(bad("a tensor has no numbers"));
                }
                Cow::Borrowed(self.at(address)?.take(size)?)
            }
            (3, 2) => Cow::Owned(self.chunks(layout, &shape, item, filters(dataset)?)?),
            (version, class) => {
                return Err(other_format(format!(
                    "HDF5: data is stored as layout {version}.{class}, which is rare"
                )));
            }
        };
        if data.len() != size {
            return Err(bad(format!("a tensor of {size} bytes has {}", data.len())));
        }
        Ok(Entry { dtype, shape, data })
    }

    /// Assembles a tensor from its chunks.
    fn chunks(
        &self,
        mut layout: Cursor<'a>,
        shape: &[usize],
        item: usize,
        filters: Vec<u64>,
    ) -> Result<Vec<u8>> {
        let rank = layout.size(1)?;
        let tree = layout.number(8)?;
        let mut chunk = Vec::new();
        for _ in 1..rank {
            chunk.push(layout.size(4)?);
        }
        let bytes = chunk.iter().try_fold(item, |size, &axis| size.checked_mul(axis)).unwrap_or(0);
        if chunk.len() != shape.len() || bytes == 0 || layout.size(4)? != item {
            return Err(bad(format!("chunks of shape {chunk:?} in a tensor of shape {shape:?}")));
        }
        let size = shape.iter().product::<usize>() * item;
        self.spend_room(size)?;
        let mut whole = vec![0; size];
        for (key, address) in self.leaves(tree, 1, 8 + 8 * rank)? {
            self.spend_room(bytes)?;
            let mut key = Cursor::new(key);
            let (stored, skipped) = (key.size(4)?, key.number(4)?);
            let mut data = Cow::Borrowed(self.at(address)?.take(stored)?);
            for (place, &filter) in filters.iter().enumerate().rev() {
                if skipped >> place & 1 == 0 {
                    data = Cow::Owned(undo(filter, &data, bytes, item)?);
                }
            }
            if data.len() != bytes {
                return Err(bad("a chunk has another size than its tensor says"));
            }
            let offsets: Vec<usize> = chunk.iter().map(|_| key.size(8)).collect::<Result<_>>()?;
            place(&data, &chunk, &offsets, item, &mut whole, shape)?;
        }
        Ok(whole)
    }
}

fn shape(mut dataspace: Cursor<'_>) -> Result<Vec<usize>> {
    let version = dataspace.number(1)?;
    let rank = dataspace.number(1)?;
    dataspace.skip(if version == 1 { 6 } else { 2 })?;
    (0..rank).map(|_| dataspace.size(8)).collect()
}

fn dtype(mut datatype: Cursor<'_>) -> Result<Dtype> {
    let class = datatype.number(1)? & 0xf;
    let order = datatype.number(3)? & 0x41;
    let size = datatype.number(4)?;
    if class != 1 || order != 0 {
        return Err(other_format("HDF5: a tensor's numbers are not floating-point and little-endian"));
    }
    // Offset and number of all bits, position of the exponent.
    datatype.skip(5)?;
    Ok(match (size, datatype.number(1)?) {
        (2, 5) => Dtype::F16,
        (2, 8) => Dtype::BF16,
        (4, 8) => Dtype::F32,
        (8, 11) => Dtype::F64,
        (size, exponent) => {
            return Err(other_format(format!(
                "HDF5: numbers of {size} bytes with an exponent of {exponent} bits"
            )));
        }
    })
}

/// The filters through which chunks went, in this order.
fn filters(dataset: &Object<'_>) -> Result<Vec<u64>> {
    let Some(mut pipeline) = dataset.messages(message::FILTERS).next() else { return Ok(Vec::new()) };
    let version = pipeline.number(1)?;
    let count = pipeline.number(1)?;
    pipeline.skip(if version == 1 { 6 } else { 0 })?;
    let filter = |_| {
        let id = pipeline.number(2)?;
        let name = if version == 1 || id >= 256 { pipeline.size(2)? } else { 0 };
        pipeline.skip(2)?;
        let values = pipeline.size(2)?;
        let padding = if version == 1 && values % 2 == 1 { 4 } else { 0 };
        pipeline.skip(name + 4 * values + padding)?;
        match id {
            DEFLATE | SHUFFLE => Ok(id),
            _ => Err(other_format(format!(
                "HDF5: data went through filter {id}; write it uncompressed or with gzip"
            ))),
        }
    };
    (0..count).map(filter).collect()
}

/// Undoes one filter of a chunk of at most `bytes`.
fn undo(filter: u64, data: &[u8], bytes: usize, item: usize) -> Result<Vec<u8>> {
    if filter == DEFLATE {
        return decompress_to_vec_zlib_with_limit(data, bytes).map_err(|e| bad(format!("a chunk: {e}")));
    }
    // The first bytes of all numbers came first, then the second ones.
    let count = data.len() / item;
    Ok((0..count * item).map(|at| data[at % item * count + at / item]).collect())
}

/// Copies a chunk row by row; what reaches beyond the tensor is filling.
fn place(
    data: &[u8],
    chunk: &[usize],
    offsets: &[usize],
    item: usize,
    whole: &mut [u8],
    shape: &[usize],
) -> Result<()> {
    let inside = offsets.iter().zip(shape).all(|(offset, size)| offset < size);
    let ([outer @ .., width], [.., columns], [.., left], true) = (chunk, shape, offsets, inside) else {
        return Err(bad("a chunk lies outside of its tensor"));
    };
    let copied = (*width).min(columns - left) * item;
    for (row, source) in data.chunks_exact(width * item).enumerate() {
        let mut rest = row;
        let (mut at, mut stride, mut is_inside) = (*left, *columns, true);
        for axis in (0..outer.len()).rev() {
            let index = offsets[axis] + rest % outer[axis];
            rest /= outer[axis];
            is_inside &= index < shape[axis];
            at += index.saturating_mul(stride);
            stride *= shape[axis];
        }
        if is_inside {
            whole[at * item..][..copied].copy_from_slice(&source[..copied]);
        }
    }
    Ok(())
}
