//! Reads HDF5 files as h5py and Keras write them: groups, tensors of numbers, texts in attributes.
//!
//! The format is that of the HDF5 File Format Specification, version 3.0: superblocks 0 to 3, object headers of
//! both versions, groups as symbol tables or as links in the header. Groups and attributes in fractal heaps,
//! which h5py writes only when asked to (`libver="latest"`), are refused.
//!
//! Nothing in a file is trusted: every position and length is checked against the file, and since positions
//! can form cycles, the number of records read from a file is limited.

mod attribute;
mod cursor;
mod data;

use super::recognise::other_format;
use crate::error::{Error, ErrorCode, Result};
use cursor::Cursor;
use std::cell::Cell;

/// The first bytes of every file.
pub const SIGNATURE: &[u8] = b"\x89HDF\r\n\x1a\n";
/// A position that stands for none.
const NOWHERE: u64 = u64::MAX;
/// Maximum number of messages, links and nodes read from one file; a model needs a few thousand.
const MOST_RECORDS: usize = 1 << 18;
/// Maximum length of a name.
const LONGEST_NAME: usize = 400;
/// Maximum size of decompressed tensors relative to the file, and an allowance for small files. Trained weights
/// hardly compress.
const MOST_GROWTH: usize = 4;
const FREE_BYTES: usize = 1 << 24;

/// Types of header messages.
mod message {
    pub const DATASPACE: u16 = 0x01;
    pub const LINK_INFO: u16 = 0x02;
    pub const DATATYPE: u16 = 0x03;
    pub const LINK: u16 = 0x06;
    pub const LAYOUT: u16 = 0x08;
    pub const FILTERS: u16 = 0x0b;
    pub const ATTRIBUTE: u16 = 0x0c;
    pub const CONTINUATION: u16 = 0x10;
    pub const SYMBOL_TABLE: u16 = 0x11;
}

/// An HDF5 file in memory.
pub struct Hdf5<'a> {
    bytes: &'a [u8],
    root: u64,
    /// Remaining number of records to read.
    left: Cell<usize>,
    /// Remaining number of bytes for tensors that are not contiguous in the file.
    room: Cell<usize>,
}

/// The header of a group or a dataset.
pub struct Object<'a> {
    messages: Vec<(u16, &'a [u8])>,
}

fn bad(message: impl std::fmt::Display) -> Error {
    Error::new(ErrorCode::BadWeights, format!("HDF5: the file is cut off or damaged: {message}"))
}

impl<'a> Object<'a> {
    /// The bodies of all messages of one type.
    fn messages(&self, kind: u16) -> impl Iterator<Item = Cursor<'a>> {
        self.messages.iter().filter(move |message| message.0 == kind).map(|message| Cursor::new(message.1))
    }

    /// The only message of a type.
    fn message(&self, kind: u16, name: &str) -> Result<Cursor<'a>> {
        self.messages(kind).next().ok_or_else(|| bad(format!("an object has no {name}")))
    }

    /// Whether it holds numbers rather than members.
    pub fn is_dataset(&self) -> bool {
        self.messages(message::LAYOUT).next().is_some()
    }
}

impl<'a> Hdf5<'a> {
    /// Reads the superblock.
    ///
    /// # Errors
    /// `bad-weights` if the file is cut off, `other-format` for offsets of other than 8 bytes, which no common
    /// program writes.
    pub fn open(bytes: &'a [u8]) -> Result<Self> {
        Self::open_first(bytes, bytes.len() as u64)
    }

    /// Reads the superblock of a file of `size` bytes, of which only the first are there: what lies behind them
    /// is `bad-weights` when it is read.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_first(bytes: &'a [u8], size: u64) -> Result<Self> {
        let mut cursor = Cursor::new(bytes);
        cursor.expect(SIGNATURE)?;
        let version = cursor.number(1)?;
        cursor.skip(if version < 2 { 4 } else { 0 })?;
        let (offset_bytes, length_bytes) = (cursor.number(1)?, cursor.number(1)?);
        if version > 3 || (offset_bytes, length_bytes) != (8, 8) {
            return Err(other_format(format!(
                "HDF5 of version {version} with offsets of {offset_bytes} bytes"
            )));
        }
        // Sizes of tree nodes and flags; then the positions of the file's begin, of free space or an extension.
        cursor.skip([9, 13, 1, 1][version as usize] + 16)?;
        let end = cursor.number(8)?;
        // Before the root's position: that of a driver, and that of the root's name.
        cursor.skip(if version < 2 { 16 } else { 0 })?;
        let root = cursor.number(8)?;
        if end > size {
            return Err(bad(format!("of {end} bytes there are {size}")));
        }
        let room = bytes.len().saturating_mul(MOST_GROWTH).saturating_add(FREE_BYTES);
        Ok(Self { bytes, root, left: Cell::new(MOST_RECORDS), room: Cell::new(room) })
    }

    /// The root group.
    ///
    /// # Errors
    /// `bad-weights`.
    pub fn root(&self) -> Result<Object<'a>> {
        self.object(self.root)
    }

    /// The object at a path of group names separated by `/`; `None` if there is none.
    ///
    /// # Errors
    /// As [`Self::members`].
    pub fn find(&self, path: &str) -> Result<Option<Object<'a>>> {
        let mut object = self.root()?;
        for part in path.split('/') {
            let members = self.members(&object)?;
            let Some((_, at)) = members.into_iter().find(|(name, _)| *name == part) else { return Ok(None) };
            object = self.object(at)?;
        }
        Ok(Some(object))
    }

    /// Reads the header at a position.
    ///
    /// # Errors
    /// `bad-weights`.
    pub fn object(&self, address: u64) -> Result<Object<'a>> {
        let mut cursor = self.at(address)?;
        let is_new = cursor.starts_with(b"OHDR");
        let (first, order_bytes) = if is_new {
            cursor.skip(5)?;
            let flags = cursor.number(1)?;
            cursor.skip(if flags & 0x20 != 0 { 16 } else { 0 } + if flags & 0x10 != 0 { 4 } else { 0 })?;
            let size = cursor.size(1 << (flags & 3))?;
            (cursor.take(size)?, if flags & 4 != 0 { 2 } else { 0 })
        } else {
            if cursor.number(1)? != 1 {
                return Err(bad(format!("no object is at {address}")));
            }
            cursor.skip(7)?;
            let size = cursor.size(4)?;
            cursor.skip(4)?;
            (cursor.take(size)?, 0)
        };
        let mut messages = Vec::new();
        let mut blocks = vec![first];
        while let Some(block) = blocks.pop() {
            let mut cursor = Cursor::new(block);
            // The rest of a block may be too small for a message.
            while cursor.len() >= if is_new { 4 + order_bytes } else { 8 } {
                let kind = cursor.number(if is_new { 1 } else { 2 })? as u16;
                let size = cursor.size(2)?;
                let is_shared = cursor.number(1)? & 2 != 0;
                cursor.skip(if is_new { order_bytes } else { 3 })?;
                let body = cursor.take(size)?;
                self.spend_record()?;
                match kind {
                    message::CONTINUATION => blocks.push(self.continuation(body, is_new)?),
                    // The body is elsewhere, and is needed by nothing that Keras writes.
                    _ if is_shared => {}
                    _ => messages.push((kind, body)),
                }
            }
        }
        Ok(Object { messages })
    }

    fn continuation(&self, body: &'a [u8], is_new: bool) -> Result<&'a [u8]> {
        let mut body = Cursor::new(body);
        let mut block = self.at(body.number(8)?)?;
        let size = body.size(8)?;
        let block = block.take(size)?;
        if !is_new {
            return Ok(block);
        }
        let inside = block.strip_prefix(b"OCHK").and_then(|rest| rest.split_last_chunk::<4>());
        inside.map(|(messages, _checksum)| messages).ok_or_else(|| bad("a header does not go on"))
    }

    /// Names and positions of a group's members.
    ///
    /// # Errors
    /// `bad-weights`; `other-format` if they are in a fractal heap.
    pub fn members(&self, group: &Object<'a>) -> Result<Vec<(&'a str, u64)>> {
        let mut members = Vec::new();
        for mut table in group.messages(message::SYMBOL_TABLE) {
            let (tree, heap) = (table.number(8)?, table.number(8)?);
            self.symbols(tree, heap, &mut members)?;
        }
        for mut info in group.messages(message::LINK_INFO) {
            let flags = info.skip(1).and_then(|()| info.number(1))?;
            info.skip(if flags & 1 != 0 { 8 } else { 0 })?;
            if info.number(8)? != NOWHERE {
                return Err(other_format(
                    "HDF5: a group is in a fractal heap; write it without libver=\"latest\"",
                ));
            }
        }
        for link in group.messages(message::LINK) {
            members.extend(hard_link(link)?);
        }
        Ok(members)
    }

    /// Adds the members of a group of the older kind.
    fn symbols(&self, tree: u64, heap: u64, members: &mut Vec<(&'a str, u64)>) -> Result<()> {
        let mut heap = self.at(heap)?;
        heap.expect(b"HEAP")?;
        heap.skip(4)?;
        let size = heap.size(8)?;
        heap.skip(8)?;
        let mut names = self.at(heap.number(8)?)?;
        let names = names.take(size)?;
        for (_, table) in self.leaves(tree, 0, 8)? {
            let mut table = self.at(table)?;
            table.expect(b"SNOD")?;
            table.skip(2)?;
            for _ in 0..table.number(2)? {
                self.spend_record()?;
                let (name, address, cached) = (table.size(8)?, table.number(8)?, table.number(4)?);
                table.skip(20)?;
                // Not for symbolic links.
                if cached != 2 {
                    members.push((name_at(names.get(name..).unwrap_or_default())?, address));
                }
            }
        }
        Ok(())
    }

    /// Keys and children in the lowest level of a B-tree of version 1.
    fn leaves(&self, root: u64, kind: u64, key_bytes: usize) -> Result<Vec<(&'a [u8], u64)>> {
        let mut leaves = Vec::new();
        // Levels count down to zero, so that there is no cycle.
        let mut nodes = vec![(root, None)];
        while let Some((address, expected)) = nodes.pop() {
            let mut node = self.at(address)?;
            node.expect(b"TREE")?;
            let (found, level, used) = (node.number(1)?, node.number(1)?, node.number(2)?);
            if found != kind || expected.is_some_and(|expected| level != expected) {
                return Err(bad("a tree is not in order"));
            }
            node.skip(16)?;
            for _ in 0..used {
                self.spend_record()?;
                let (key, child) = (node.take(key_bytes)?, node.number(8)?);
                match level.checked_sub(1) {
                    None => leaves.push((key, child)),
                    Some(below) => nodes.push((child, Some(below))),
                }
            }
        }
        Ok(leaves)
    }

    fn at(&self, address: u64) -> Result<Cursor<'a>> {
        let rest = usize::try_from(address).ok().and_then(|at| self.bytes.get(at..));
        rest.map(Cursor::new).ok_or_else(|| bad(format!("position {address} is outside")))
    }

    fn spend_record(&self) -> Result<()> {
        let left = self.left.get().checked_sub(1).ok_or_else(|| bad("it has too many records"))?;
        self.left.set(left);
        Ok(())
    }

    fn spend_room(&self, bytes: usize) -> Result<()> {
        let left = self.room.get().checked_sub(bytes);
        self.room.set(left.ok_or_else(|| bad("its tensors take far more room than the file"))?);
        Ok(())
    }
}

/// A name that ends with a zero byte.
fn name_at(bytes: &[u8]) -> Result<&str> {
    let end = bytes.iter().take(LONGEST_NAME).position(|byte| *byte == 0);
    let name = end.and_then(|end| std::str::from_utf8(&bytes[..end]).ok());
    name.ok_or_else(|| bad("a name has no end"))
}

/// The name and position in a link message; `None` for symbolic and external links.
fn hard_link(mut link: Cursor<'_>) -> Result<Option<(&str, u64)>> {
    link.skip(1)?;
    let flags = link.number(1)?;
    let kind = if flags & 8 != 0 { link.number(1)? } else { 0 };
    link.skip(if flags & 4 != 0 { 8 } else { 0 } + if flags & 16 != 0 { 1 } else { 0 })?;
    let length = link.size(1 << (flags & 3))?;
    let name = std::str::from_utf8(link.take(length)?).map_err(|_| bad("a name is not UTF-8"))?;
    Ok(if kind == 0 { Some((name, link.number(8)?)) } else { None })
}
