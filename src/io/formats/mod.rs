//! Models as people have them: which files belong together, what they are, and their names and layouts turned into
//! ours.
//!
//! [`sort`] looks at names and first bytes, [`open`] at what is then read. Whatever was brought, what comes out is the
//! same: the texts of `config.json` and `tokenizer.json`, and a safetensors file under our models' names.
//! `docs/formats.md` lists what opens and what is refused.

mod alphabet;
mod entries;
mod gpt2;
mod opening;
mod pickle;
mod pytorch;
mod recognise;
mod sort;
mod tokenizer_files;
mod torch_names;
mod zip;

pub use opening::{OpenedModel, open};
pub use recognise::{Format, HEAD_BYTES, text};
pub use sort::{Group, Offered, Sorted, sort};
pub use zip::File;
