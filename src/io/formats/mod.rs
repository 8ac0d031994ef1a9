//! Opens models in other people's formats: finds out which files belong together and what they are, and
//! converts names and layouts to ours.
//!
//! [`sort`] looks at names and first bytes, [`refuse_early`] at both ends of each file, [`open`] at the content.
//! The result is always the same: the contents of `config.json` and `tokenizer.json`, and a safetensors file
//! with our models' names. `docs/formats.md` lists what can be opened and what is refused.

mod alphabet;
mod ends;
mod entries;
mod gpt2;
mod hdf5;
mod keras;
mod marian;
mod opening;
mod pickle;
mod pytorch;
mod recognise;
mod sort;
mod tokenizer_files;
mod torch_names;
mod zip;

pub use ends::{Ends, refuse_early};
pub use opening::{OpenedModel, open};
pub use recognise::{Format, HEAD_BYTES, text};
pub use sort::{Group, Offered, Sorted, sort};
pub use zip::File;
