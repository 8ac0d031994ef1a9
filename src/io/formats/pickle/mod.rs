//! Python's pickle format, limited to tensors, dictionaries, lists, numbers and strings.
//!
//! A pickle is a program: its opcodes push values, and one of them calls any function named by the file. Here
//! no function is called. The few names in PyTorch's own checkpoints are recognised and replaced by what they
//! build; every other name is refused, as with `torch.load(weights_only=True)`.
//!
//! Values are kept in one list and refer to each other by index, so neither depth nor cycles need a stack.

mod built;
mod names;

use crate::error::{Error, ErrorCode, Result};
use names::Named;
use safetensors::Dtype;
use std::collections::BTreeMap;
use std::ops::Range;

/// The index of a value.
pub type Id = u32;

/// Maximum number of values. Checkpoints have some thousands, a vocabulary a hundred thousand.
const MOST_VALUES: usize = 1 << 20;

/// A value of the pickle.
#[derive(Clone, Debug)]
pub enum Value {
    /// `None`, and anything irrelevant here.
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// A string, as its position in the file.
    Text(Range<usize>),
    List(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    /// A name that the file calls or refers to.
    Named(Named),
    Storage(Box<Storage>),
    Tensor(Box<TensorValue>),
}

/// Numbers stored in a separate file.
#[derive(Clone, Debug)]
pub struct Storage {
    /// The name of that file.
    pub key: Range<usize>,
    pub dtype: Dtype,
}

/// A view of a storage; offset and strides count elements.
#[derive(Clone, Debug)]
pub struct TensorValue {
    pub storage: Storage,
    pub offset: usize,
    pub shape: Vec<usize>,
    pub strides: Vec<usize>,
}

/// A parsed pickle.
#[derive(Debug)]
pub struct Pickle<'a> {
    bytes: &'a [u8],
    values: Vec<Value>,
    /// The pickled object.
    pub root: Id,
}

const NONE: Id = 0;
const TRUE: Id = 1;
const FALSE: Id = 2;

fn bad(message: impl std::fmt::Display) -> Error {
    Error::new(ErrorCode::BadWeights, format!("pickle: {message}"))
}

impl<'a> Pickle<'a> {
    /// Reads a pickle of protocol 2 or later.
    ///
    /// # Errors
    /// `bad-weights` if truncated or damaged, `other-format` if it names anything but PyTorch's tensors.
    pub fn read(bytes: &'a [u8]) -> Result<Self> {
        let mut machine = Machine {
            bytes,
            at: 0,
            values: vec![Value::None, Value::Bool(true), Value::Bool(false)],
            stack: Vec::new(),
            marks: Vec::new(),
            memo: BTreeMap::new(),
            copied: 0,
        };
        let root = machine.run()?;
        Ok(Self { bytes, values: machine.values, root })
    }

    /// The value with this index.
    pub fn get(&self, id: Id) -> &Value {
        &self.values[id as usize]
    }

    /// A string; `None` for any other value.
    pub fn text(&self, id: Id) -> Option<&'a str> {
        let Value::Text(range) = self.get(id) else { return None };
        Some(text_at(self.bytes, range))
    }

    /// A string in the file, already validated by the parser.
    pub fn text_at(&self, range: &Range<usize>) -> &'a str {
        text_at(self.bytes, range)
    }
}

fn text_at<'a>(bytes: &'a [u8], range: &Range<usize>) -> &'a str {
    std::str::from_utf8(&bytes[range.clone()]).unwrap_or_default()
}

struct Machine<'a> {
    bytes: &'a [u8],
    at: usize,
    values: Vec<Value>,
    stack: Vec<Id>,
    /// Stack heights at the current marks.
    marks: Vec<usize>,
    memo: BTreeMap<u32, Id>,
    /// Number of pairs turned into dictionaries by calls.
    copied: usize,
}

impl Machine<'_> {
    fn run(&mut self) -> Result<Id> {
        loop {
            match self.byte()? {
                b'.' => return self.pop(),
                0x80 => _ = self.byte()?,
                0x95 => _ = self.take(8)?,
                opcode => self.step(opcode)?,
            }
        }
    }

    fn step(&mut self, opcode: u8) -> Result<()> {
        match opcode {
            b'N' => self.push_id(NONE),
            0x88 => self.push_id(TRUE),
            0x89 => self.push_id(FALSE),
            b'K' => {
                let value = self.byte()?;
                self.push(Value::Int(value.into()))
            }
            b'M' => {
                let value = u16::from_le_bytes(self.array()?);
                self.push(Value::Int(value.into()))
            }
            b'J' => {
                let value = i32::from_le_bytes(self.array()?);
                self.push(Value::Int(value.into()))
            }
            0x8a => {
                let length = self.byte()?.into();
                self.push_long(length)
            }
            0x8b => {
                let length = self.length4()?;
                self.push_long(length)
            }
            b'G' => {
                let value = f64::from_be_bytes(self.array()?);
                self.push(Value::Float(value))
            }
            b'X' => self.length4().and_then(|length| self.push_text(length)),
            0x8c => self.byte().and_then(|length| self.push_text(length.into())),
            0x8d => self.length8().and_then(|length| self.push_text(length)),
            // Models contain no byte strings.
            b'C' | b'U' => self.byte().and_then(|length| self.skip(length.into())),
            b'B' | b'T' => self.length4().and_then(|length| self.skip(length)),
            0x8e | 0x96 => self.length8().and_then(|length| self.skip(length)),
            b'(' => {
                self.marks.push(self.stack.len());
                Ok(())
            }
            b'0' => self.pop().map(drop),
            b'1' => self.pop_mark().map(drop),
            b'2' => {
                let top = *self.stack.last().ok_or_else(underflow)?;
                self.push_id(top)
            }
            b']' | b')' | 0x8f => self.push(Value::List(Vec::new())),
            b'}' => self.push(Value::Dict(Vec::new())),
            0x85 => self.push_last(1),
            0x86 => self.push_last(2),
            0x87 => self.push_last(3),
            b't' | b'l' | 0x91 => {
                let list = self.pop_mark()?;
                self.push(Value::List(list))
            }
            b'd' => {
                let pairs = self.pop_mark()?;
                let dict = self.push(Value::Dict(Vec::new()));
                dict.and_then(|()| self.set_items(pairs))
            }
            b'a' => {
                let value = self.pop()?;
                self.extend(vec![value])
            }
            b'e' | 0x90 => {
                let values = self.pop_mark()?;
                self.extend(values)
            }
            b's' => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.set_items(vec![key, value])
            }
            b'u' => {
                let pairs = self.pop_mark()?;
                self.set_items(pairs)
            }
            b'q' => {
                let place = self.byte()?;
                self.remember(place.into())
            }
            b'r' => {
                let place = u32::from_le_bytes(self.array()?);
                self.remember(place)
            }
            0x94 => self.remember(self.memo.len() as u32),
            b'h' => {
                let place = self.byte()?;
                self.recall(place.into())
            }
            b'j' => {
                let place = u32::from_le_bytes(self.array()?);
                self.recall(place)
            }
            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                self.push_named(module, name)
            }
            0x93 => {
                let (name, module) = (self.pop_text()?, self.pop_text()?);
                self.push_named(module, name)
            }
            b'Q' => {
                let id = self.pop()?;
                let storage = self.storage(id)?;
                self.push(storage)
            }
            b'R' => {
                let (arguments, called) = (self.pop()?, self.pop()?);
                let value = self.built(called, arguments)?;
                self.push_id(value)
            }
            // State set on a dictionary or tensor, such as hooks and layer versions, is ignored.
            b'b' => self.pop().map(drop),
            other => {
                Err(bad(format!("it has the opcode {other:#04x} at {}, which is not read", self.at - 1)))
            }
        }
    }

    fn take(&mut self, length: usize) -> Result<Range<usize>> {
        let end = self.at.checked_add(length).filter(|&end| end <= self.bytes.len());
        let end = end.ok_or_else(|| bad("it is cut off"))?;
        Ok(std::mem::replace(&mut self.at, end)..end)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let range = self.take(N)?;
        Ok(self.bytes[range].try_into().expect("as many bytes as were taken"))
    }

    fn byte(&mut self) -> Result<u8> {
        self.array().map(|[byte]| byte)
    }

    fn length4(&mut self) -> Result<usize> {
        Ok(u32::from_le_bytes(self.array()?) as usize)
    }

    fn length8(&mut self) -> Result<usize> {
        usize::try_from(u64::from_le_bytes(self.array()?)).map_err(|_| bad("it is cut off"))
    }

    fn line(&mut self) -> Result<Range<usize>> {
        let length = self.bytes[self.at..].iter().position(|&byte| byte == b'\n');
        let line = self.take(length.ok_or_else(|| bad("it is cut off"))?)?;
        self.at += 1;
        Ok(line)
    }

    fn push_id(&mut self, id: Id) -> Result<()> {
        self.stack.push(id);
        Ok(())
    }

    fn push(&mut self, value: Value) -> Result<()> {
        let id = self.make(value)?;
        self.push_id(id)
    }

    fn make(&mut self, value: Value) -> Result<Id> {
        if self.values.len() == MOST_VALUES {
            return Err(bad(format!("it has more than {MOST_VALUES} values")));
        }
        self.values.push(value);
        Ok(self.values.len() as Id - 1)
    }

    fn push_text(&mut self, length: usize) -> Result<()> {
        let range = self.take(length)?;
        std::str::from_utf8(&self.bytes[range.clone()]).map_err(bad)?;
        self.push(Value::Text(range))
    }

    fn skip(&mut self, length: usize) -> Result<()> {
        self.take(length)?;
        self.push_id(NONE)
    }

    /// An integer of any length; models contain none that exceed 64 bits.
    fn push_long(&mut self, length: usize) -> Result<()> {
        let range = self.take(length)?;
        let bytes = &self.bytes[range];
        if bytes.len() > 8 {
            return self.push_id(NONE);
        }
        let sign = if bytes.last().is_some_and(|byte| byte & 0x80 != 0) { 0xff } else { 0 };
        let mut padded = [sign; 8];
        padded[..bytes.len()].copy_from_slice(bytes);
        self.push(Value::Int(i64::from_le_bytes(padded)))
    }

    fn pop(&mut self) -> Result<Id> {
        let floor = self.marks.last().copied().unwrap_or(0);
        if self.stack.len() <= floor {
            return Err(underflow());
        }
        self.stack.pop().ok_or_else(underflow)
    }

    fn pop_mark(&mut self) -> Result<Vec<Id>> {
        let mark = self.marks.pop().ok_or_else(underflow)?;
        Ok(self.stack.split_off(mark))
    }

    fn pop_text(&mut self) -> Result<Range<usize>> {
        let id = self.pop()?;
        match &self.values[id as usize] {
            Value::Text(range) => Ok(range.clone()),
            _ => Err(bad("a name is no string")),
        }
    }

    fn push_last(&mut self, count: usize) -> Result<()> {
        let floor = self.marks.last().copied().unwrap_or(0);
        let at = self.stack.len().checked_sub(count).filter(|&at| at >= floor).ok_or_else(underflow)?;
        let list = self.stack.split_off(at);
        self.push(Value::List(list))
    }

    fn remember(&mut self, place: u32) -> Result<()> {
        let top = *self.stack.last().ok_or_else(underflow)?;
        self.memo.insert(place, top);
        if self.memo.len() > MOST_VALUES {
            return Err(bad(format!("it remembers more than {MOST_VALUES} values")));
        }
        Ok(())
    }

    fn recall(&mut self, place: u32) -> Result<()> {
        let id = *self.memo.get(&place).ok_or_else(|| bad("it refers to what it does not have"))?;
        self.push_id(id)
    }

    fn extend(&mut self, more: Vec<Id>) -> Result<()> {
        let top = *self.stack.last().ok_or_else(underflow)?;
        match &mut self.values[top as usize] {
            Value::List(list) => list.extend(more),
            _ => return Err(bad("something is added to what is no list")),
        }
        Ok(())
    }

    fn set_items(&mut self, pairs: Vec<Id>) -> Result<()> {
        let top = *self.stack.last().ok_or_else(underflow)?;
        match &mut self.values[top as usize] {
            Value::Dict(dict) => dict.extend(pairs.as_chunks().0.iter().map(|&[key, value]| (key, value))),
            _ => return Err(bad("something is set in what is no dictionary")),
        }
        Ok(())
    }

    fn push_named(&mut self, module: Range<usize>, name: Range<usize>) -> Result<()> {
        let [module, name] = [module, name].map(|range| String::from_utf8_lossy(&self.bytes[range]));
        let named = Named::of(&module, &name)?;
        self.push(Value::Named(named))
    }
}

fn underflow() -> Error {
    bad("it takes what it has not got")
}
