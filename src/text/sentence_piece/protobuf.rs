//! Reads messages in the wire format of protocol buffers, field by field.

use crate::error::{Error, ErrorCode, Result};

/// The value of a field.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    /// A number, a boolean or an enumeration.
    Number(u64),
    /// A text, bytes or another message.
    Bytes(&'a [u8]),
    /// A `float`.
    Float(f32),
    /// A `double` or another number of 64 bits, which no field read here is.
    Wide,
}

/// The fields of a message in file order, with their numbers. Ends after an error.
pub struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    /// The fields of `message`.
    pub fn of(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    fn field(&mut self) -> Option<(u64, Value<'a>)> {
        let key = self.varint()?;
        let value = match key & 7 {
            0 => Value::Number(self.varint()?),
            1 => self.take(8).map(|_| Value::Wide)?,
            2 => {
                let length = usize::try_from(self.varint()?).ok()?;
                Value::Bytes(self.take(length)?)
            }
            5 => Value::Float(f32::from_le_bytes(self.take(4)?.try_into().ok()?)),
            _ => return None,
        };
        Some((key >> 3, value))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            self.rest = &[];
        }
        let damaged = || Error::new(ErrorCode::BadTokenizer, "SentencePiece: the model file is damaged");
        Some(field.ok_or_else(damaged))
    }
}
