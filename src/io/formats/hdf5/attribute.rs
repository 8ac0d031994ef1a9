//! Texts in attributes: in the header itself, or of variable length in a heap.

use super::cursor::Cursor;
use super::{Hdf5, Object, bad, message};
use crate::error::Result;

/// Classes of data types.
const STRING: u64 = 3;
const VARIABLE_LENGTH: u64 = 9;

impl<'a> Hdf5<'a> {
    /// The text in an attribute; `None` if there is no such attribute, or it is not a text.
    ///
    /// # Errors
    /// `bad-weights`.
    pub fn text(&self, object: &Object<'a>, name: &str) -> Result<Option<&'a str>> {
        for attribute in object.messages(message::ATTRIBUTE) {
            let (found, mut datatype, mut data) = parts(attribute)?;
            if found.strip_suffix(b"\0").unwrap_or(found) != name.as_bytes() {
                continue;
            }
            let bytes = match datatype.number(1)? & 0xf {
                STRING => data.take(data.len())?,
                VARIABLE_LENGTH => self.in_heap(data)?,
                _ => return Ok(None),
            };
            let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
            let text = std::str::from_utf8(&bytes[..end]);
            return text.map(Some).map_err(|_| bad(format!("{name} is not UTF-8")));
        }
        Ok(None)
    }

    /// The text that a length, the position of a global heap and an index in it stand for.
    fn in_heap(&self, mut data: Cursor<'a>) -> Result<&'a [u8]> {
        let (length, address, wanted) = (data.size(4)?, data.number(8)?, data.number(4)?);
        let mut heap = self.at(address)?;
        heap.expect(b"GCOL")?;
        heap.skip(4)?;
        let size = heap.size(8)?;
        let objects = size.checked_sub(16).ok_or_else(|| bad("a heap has no room"))?;
        let mut heap = Cursor::new(heap.take(objects)?);
        loop {
            self.spend_record()?;
            let index = heap.number(2)?;
            heap.skip(6)?;
            let size = heap.size(8)?;
            let object = heap.take(size)?;
            // Zero is what is free, at the end.
            match index {
                0 => return Err(bad(format!("a heap has no object {wanted}"))),
                _ if index == wanted => {
                    return object.get(..length).ok_or_else(|| bad("a text is longer than its room"));
                }
                _ => heap.skip_padding(size)?,
            }
        }
    }
}

/// Name, data type and value of an attribute message.
fn parts(mut attribute: Cursor<'_>) -> Result<(&[u8], Cursor<'_>, Cursor<'_>)> {
    let version = attribute.number(1)?;
    attribute.skip(1)?;
    let sizes = [attribute.size(2)?, attribute.size(2)?, attribute.size(2)?];
    attribute.skip(usize::from(version == 3))?;
    let mut part = |size: usize| {
        let part = attribute.take(size)?;
        attribute.skip_padding(if version == 1 { size } else { 0 })?;
        Ok(part)
    };
    let (name, datatype, _dataspace) = (part(sizes[0])?, part(sizes[1])?, part(sizes[2])?);
    Ok((name, Cursor::new(datatype), attribute))
}
