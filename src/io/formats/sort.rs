//! Groups files into models by their names and first bytes, so that large irrelevant files are never read
//! completely.

use super::alphabet::Alphabet;
use super::recognise::{Format, other_format};
use crate::error::Error;
use std::collections::BTreeMap;

/// A file whose content has not been read yet.
#[derive(Clone, Debug)]
pub struct Offered {
    /// Path with `/` as the separator.
    pub name: String,
    /// The first [`HEAD_BYTES`](super::HEAD_BYTES), or the whole file.
    pub head: Vec<u8>,
}

/// The files of one model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Suggested name: the folder, or the file name without its extension.
    pub name: String,
    /// Indices into the list of files.
    pub files: Vec<usize>,
}

/// The models found, and the files that were refused.
#[derive(Debug, Default)]
pub struct Sorted {
    /// One group per model.
    pub models: Vec<Group>,
    /// An `other-format` error for each file that cannot be part of a model.
    pub refused: Vec<Error>,
}

/// The role of a file in a model.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Safetensors,
    /// A PyTorch checkpoint, a Keras model or a zipped folder.
    Checkpoint,
    /// Maps tensors to shards.
    Index,
    Config,
    /// Tokenizer files or a card.
    Settings,
    Refused,
    Nothing,
}

/// The last component of a path.
pub fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn role(file: &Offered) -> Role {
    let name = base_name(&file.name).to_ascii_lowercase();
    // Metadata files of macOS and Git.
    if name.starts_with('.') || file.name.contains("__MACOSX/") {
        return Role::Nothing;
    }
    match name.as_str() {
        "config.json" => return Role::Config,
        "tokenizer.json" | "vocab.json" | "merges.txt" | "added_tokens.json" | "card.json" => {
            return Role::Settings;
        }
        _ if Alphabet::is_file(&name) => return Role::Settings,
        "source.spm" | "target.spm" | "generation_config.json" => return Role::Settings,
        // TorchScript for Rust, saved beside the other weights of a model that Hugging Face has converted.
        "rust_model.ot" => return Role::Nothing,
        _ if name.ends_with(".index.json") => return Role::Index,
        _ => {}
    }
    let is_called = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    match Format::of(&file.name, &file.head) {
        Format::Safetensors => Role::Safetensors,
        Format::Zip | Format::Hdf5 => Role::Checkpoint,
        Format::Pickle if name == "meta.pkl" => Role::Settings,
        Format::Pickle | Format::Foreign(_) => Role::Refused,
        // Damaged files are refused when they are read.
        Format::Other if name.ends_with(".safetensors") => Role::Safetensors,
        Format::Other | Format::Json
            if is_called(&[".pt", ".pth", ".bin", ".safetensors", ".h5", ".hdf5", ".keras"]) =>
        {
            Role::Refused
        }
        Format::Other | Format::Json => Role::Nothing,
    }
}

/// Groups files into models, folder by folder.
pub fn sort(files: &[Offered]) -> Sorted {
    let mut folders: BTreeMap<&str, Vec<(usize, Role)>> = BTreeMap::new();
    for (place, file) in files.iter().enumerate() {
        folders.entry(folder(&file.name)).or_default().push((place, role(file)));
    }
    let mut sorted = Sorted::default();
    for (folder, members) in folders {
        sort_folder(files, folder, &members, &mut sorted);
    }
    if sorted.models.is_empty() && sorted.refused.is_empty() {
        let first = files.first().map_or("nothing", |file| &file.name);
        sorted.refused.push(other_format(format!(
            "{first} holds no weights: a model is config.json, tokenizer.json and model.safetensors, a folder or zip \
             of them, or a checkpoint of PyTorch (.pt) or Keras (.keras, .h5)"
        )));
    }
    sorted
}

fn sort_folder(files: &[Offered], folder: &str, members: &[(usize, Role)], sorted: &mut Sorted) {
    let of_role = |role: Role| members.iter().filter(move |member| member.1 == role).map(|member| member.0);
    let is_one_model = of_role(Role::Config).next().is_some() || of_role(Role::Index).next().is_some();
    let mut weights: Vec<Vec<usize>> = shards(files, of_role(Role::Safetensors).collect());
    if weights.is_empty() || !is_one_model {
        weights.extend(shards(files, of_role(Role::Checkpoint).collect()));
    }
    if is_one_model && weights.len() > 1 {
        let is_usual = |group: &Vec<usize>| {
            let name = |place: usize| without_number(stem(&files[place].name));
            group.iter().all(|&place| ["model", "pytorch_model"].contains(&name(place)))
        };
        // There may be other files next to the usual ones, such as adapters or earlier states.
        weights = match weights.iter().find(|group| is_usual(group)) {
            Some(usual) => vec![usual.clone()],
            None if of_role(Role::Index).next().is_some() => vec![weights.concat()],
            None => weights,
        };
    }
    if weights.is_empty() || !is_one_model {
        sorted.refused.extend(of_role(Role::Refused).map(|place| refusal(&files[place])));
    }
    let settings: Vec<usize> =
        [Role::Config, Role::Index, Role::Settings].into_iter().flat_map(of_role).collect();
    for mut group in weights {
        let name = match folder {
            _ if folder.is_empty() || !is_one_model => without_number(stem(&files[group[0]].name)),
            _ => base_name(folder),
        };
        group.extend(&settings);
        sorted.models.push(Group { name: name.to_owned(), files: group });
    }
}

/// Groups files named like `model-00001-of-00003`; all others are separate.
fn shards(files: &[Offered], places: Vec<usize>) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for place in places {
        groups.entry(without_number(stem(&files[place].name)).to_owned()).or_default().push(place);
    }
    groups.into_values().collect()
}

/// The `model` in `model-00001-of-00003`.
fn without_number(stem: &str) -> &str {
    let of_several = stem.rsplit_once("-of-").and_then(|(before, _)| before.rsplit_once('-'));
    of_several.map_or(stem, |(name, _)| name)
}

/// A file name without folder and extension.
fn stem(path: &str) -> &str {
    let name = base_name(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

fn refusal(file: &Offered) -> Error {
    match Format::of(&file.name, &file.head) {
        Format::Foreign(foreign) => foreign.refusal(&file.name),
        Format::Pickle => other_format(format!(
            "{} is a pickle without a zip around it, which is not read here: open it in Python and save the weights \
             with safetensors, or with torch.save(model.state_dict(), \"model.pt\")",
            file.name
        )),
        _ => other_format(format!(
            "{} is neither safetensors nor a checkpoint of PyTorch or Keras, nor any other format that is known here",
            file.name
        )),
    }
}
