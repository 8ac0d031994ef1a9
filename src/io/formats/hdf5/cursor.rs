//! Reads little-endian numbers one after the other.

use super::bad;
use crate::error::Result;

/// The part of a structure that is still to be read.
#[derive(Clone, Copy)]
pub struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    pub fn len(&self) -> usize {
        self.rest.len()
    }

    pub fn starts_with(&self, signature: &[u8]) -> bool {
        self.rest.starts_with(signature)
    }

    /// # Errors
    /// `bad-weights` if there are fewer bytes, as all of these.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or_else(|| bad(format!("{count} bytes are expected where {} are left", self.rest.len())))?;
        self.rest = rest;
        Ok(taken)
    }

    pub fn skip(&mut self, count: usize) -> Result<()> {
        self.take(count).map(drop)
    }

    /// Skips to the next multiple of eight, for a part of `length` bytes that was just taken.
    pub fn skip_padding(&mut self, length: usize) -> Result<()> {
        self.skip(length.wrapping_neg() % 8)
    }

    /// A number of at most eight bytes.
    pub fn number(&mut self, bytes: usize) -> Result<u64> {
        let taken = self.take(bytes)?;
        Ok(taken.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// A number that counts something in memory.
    pub fn size(&mut self, bytes: usize) -> Result<usize> {
        let number = self.number(bytes)?;
        usize::try_from(number).map_err(|_| bad(format!("a size of {number} bytes")))
    }

    pub fn expect(&mut self, signature: &[u8]) -> Result<()> {
        let found = self.take(signature.len())?;
        if found == signature {
            return Ok(());
        }
        Err(bad(format!("{:?} is missing", String::from_utf8_lossy(signature))))
    }
}
