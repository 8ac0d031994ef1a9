//! Keras models, from HDF5 (`.h5`) or from the parts of a `.keras` zip: a stack of LSTMs that predicts the next
//! character.
//!
//! Keras orders the gates as PyTorch does (input, forget, cell, output), stores matrices as `(in, out)` and has one
//! bias where PyTorch has two.

use super::entries::{Entries, Entry};
use super::hdf5::{Hdf5, Object};
use super::recognise::other_format;
use super::torch_names::add_one_hot;
use crate::error::{Error, ErrorCode, Result};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Layers that do nothing once a model is trained.
const OF_TRAINING: [&str; 7] = [
    "InputLayer",
    "Dropout",
    "SpatialDropout1D",
    "AlphaDropout",
    "GaussianDropout",
    "GaussianNoise",
    "ActivityRegularization",
];
/// Settings of an LSTM that change what it computes, and the only values that are possible here.
const LSTM_SETTINGS: [(&str, &str); 4] = [
    ("activation", "\"tanh\""),
    ("recurrent_activation", "\"sigmoid\""),
    ("go_backwards", "false"),
    ("time_major", "false"),
];
/// Maximum number of layers.
const MOST_LAYERS: usize = 128;
/// Maximum depth of the groups in which a layer's weights are.
const DEEPEST: usize = 6;

/// A layer as its configuration describes it.
struct Layer<'c> {
    class: &'c str,
    name: &'c str,
    settings: &'c Map<String, Value>,
    /// Its group in a `.keras` zip: classes are numbered there, whatever the layers' names.
    group: String,
}

/// The layers that compute something.
#[derive(Default)]
struct Network<'c> {
    embedding: Option<Layer<'c>>,
    lstms: Vec<Layer<'c>>,
    dense: Option<Layer<'c>>,
}

fn bad(message: impl std::fmt::Display) -> Error {
    Error::new(ErrorCode::BadWeights, format!("Keras: {message}"))
}

fn refused(what: impl std::fmt::Display) -> Error {
    other_format(format!(
        "this Keras model {what}; a model that writes here is LSTMs of one width and a Dense layer"
    ))
}

/// Refuses a file of `size` bytes by its first ones, if they say which network it holds and none here computes it,
/// or if the file is cut off.
///
/// # Errors
/// As [`convert`].
pub fn refuse_early(first: &[u8], size: u64, config: Option<Map<String, Value>>) -> Result<()> {
    let file = Hdf5::open_first(first, size)?;
    match file.root().and_then(|root| file.text(&root, "model_config")) {
        Ok(own) => Network::of(chain(&model_of(own, config)?)?).map(drop),
        Err(error) if error.code() == ErrorCode::BadWeights => Ok(()),
        Err(error) => Err(error),
    }
}

/// Keras's description of the network, from the file or beside it.
fn model_of(own: Option<&str>, config: Option<Map<String, Value>>) -> Result<Value> {
    let unknown = |message: String| Error::new(ErrorCode::BadConfig, message);
    let own = own.map(serde_json::from_str).transpose();
    let own = own.map_err(|e| unknown(format!("model_config: {e}")))?;
    let theirs = || config.filter(|config| config.contains_key("class_name")).map(Value::Object);
    own.or_else(theirs).ok_or_else(|| {
        unknown(
            "the HDF5 file does not say which Keras network its numbers belong to; save the whole model: \
             model.save(\"model.keras\")"
                .to_owned(),
        )
    })
}

/// Adds the weights under our names and returns the configuration. `config` is the `config.json` beside the
/// file, which a `.keras` zip contains; an `.h5` has its own.
///
/// # Errors
/// `other-format` for networks that no model here computes, `bad-config` if the file does not say which network
/// it is, `bad-weights` if weights are missing.
pub fn convert<'a>(
    entries: &mut Entries<'a>,
    bytes: &'a [u8],
    config: Option<Map<String, Value>>,
) -> Result<Map<String, Value>> {
    let file = Hdf5::open(bytes)?;
    let model = model_of(file.text(&file.root()?, "model_config")?, config)?;
    let Network { embedding, lstms, dense } = Network::of(chain(&model)?)?;
    let (Some(dense), false) = (dense, lstms.is_empty()) else {
        return Err(refused("has no LSTM, or no Dense layer after it"));
    };
    let (mut widths, mut inputs) = (Vec::new(), 0);
    for (number, layer) in lstms.iter().enumerate() {
        let [input, width] = add_lstm(entries, &file, layer, number)?;
        inputs = if number == 0 { input } else { inputs };
        widths.push(width);
    }
    if widths.iter().any(|width| *width != widths[0]) {
        return Err(refused(format!("has LSTMs of the widths {widths:?}")));
    }
    let mut weights = Weights::of(&file, &dense)?;
    let kernel = weights.matrix("kernel")?;
    let vocab_size = kernel.shape[1];
    entries.add("head.weight".to_owned(), transposed(&kernel))?;
    entries.add("head.bias".to_owned(), weights.bias(vocab_size)?)?;
    match embedding {
        Some(layer) => {
            let table = Weights::of(&file, &layer)?.matrix("embeddings")?;
            entries.add("embedding.weight".to_owned(), table)?;
        }
        None => add_one_hot(entries, inputs, vocab_size)?,
    }
    let config = json!({
        "model_type": "char_lstm",
        "vocab_size": vocab_size,
        "embedding_size": inputs,
        "hidden_size": widths[0],
        "num_layers": widths.len(),
    });
    Ok(config.as_object().cloned().unwrap_or_default())
}

/// The layers of a model in which each reads only the one before it.
fn chain(model: &Value) -> Result<Vec<Layer<'_>>> {
    let class = model["class_name"].as_str().unwrap_or_default();
    let config = &model["config"];
    // Until Keras 2.2 the configuration of a Sequential was the list itself.
    let list = config["layers"].as_array().or_else(|| config.as_array());
    let (Some(list), "Sequential" | "Functional" | "Model") = (list, class) else {
        return Err(refused(format!("is of the class {class:?}")));
    };
    if list.len() > MOST_LAYERS {
        return Err(refused(format!("has {} layers", list.len())));
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut layers = Vec::new();
    for outer in list {
        let layer = Layer::of(outer, &mut counts)?;
        if class != "Sequential" {
            let mut read = Vec::new();
            names_in(&outer["inbound_nodes"], list, &mut read);
            let before = layers.last().map(|before: &Layer<'_>| before.name);
            if read != Vec::from_iter(before) {
                return Err(refused(format!(
                    "has the layer {:?}, which does not read only the one before it",
                    layer.name
                )));
            }
        }
        layers.push(layer);
    }
    Ok(layers)
}

/// The names of layers that occur in a value.
fn names_in<'c>(value: &'c Value, layers: &[Value], found: &mut Vec<&'c str>) {
    match value {
        Value::String(text) if layers.iter().any(|layer| layer["config"]["name"] == **text) => {
            found.push(text)
        }
        Value::Array(list) => list.iter().for_each(|value| names_in(value, layers, found)),
        Value::Object(object) => object.values().for_each(|value| names_in(value, layers, found)),
        _ => {}
    }
}

impl<'c> Layer<'c> {
    fn of(outer: &'c Value, counts: &mut BTreeMap<&'c str, usize>) -> Result<Self> {
        let class = outer["class_name"].as_str().unwrap_or_default();
        let count = counts.entry(class).or_default();
        let number = if *count > 0 { format!("_{count}") } else { String::new() };
        *count += 1;
        // What is distributed over time is the same for every step, as a Dense layer is anyway.
        let (inner, group) = match class {
            "TimeDistributed" => {
                (&outer["config"]["layer"], format!("layers/time_distributed{number}/layer"))
            }
            "LSTM" => (outer, format!("layers/lstm{number}/cell")),
            _ => (outer, format!("layers/{}{number}", class.to_ascii_lowercase())),
        };
        let inner_class = inner["class_name"].as_str().unwrap_or_default();
        if class == "TimeDistributed" && inner_class == "LSTM" {
            return Err(refused("has an LSTM for every step (TimeDistributed)"));
        }
        let (Some(settings), Some(name)) = (inner["config"].as_object(), outer["config"]["name"].as_str())
        else {
            return Err(refused(format!("has a layer {class:?} without a configuration")));
        };
        Ok(Self { class: inner_class, name, settings, group })
    }

    /// # Errors
    /// `other-format` if a setting has another value than the only possible one, in JSON.
    fn check(&self, setting: &str, expected: &str) -> Result<()> {
        match self.settings.get(setting).map(Value::to_string) {
            Some(found) if found != expected => Err(refused(format!(
                "has the layer {:?} with {setting} {found}, which would have to be {expected}",
                self.name
            ))),
            _ => Ok(()),
        }
    }
}

impl<'c> Network<'c> {
    fn of(layers: Vec<Layer<'c>>) -> Result<Self> {
        let mut network = Self::default();
        for layer in layers {
            let (is_first, is_last) = (network.lstms.is_empty(), network.dense.is_some());
            match layer.class {
                class if OF_TRAINING.contains(&class) => {}
                "Embedding" if is_first && network.embedding.is_none() => {
                    layer.check("mask_zero", "false")?;
                    network.embedding = Some(layer);
                }
                "LSTM" if !is_last => {
                    LSTM_SETTINGS
                        .iter()
                        .try_for_each(|(setting, expected)| layer.check(setting, expected))?;
                    network.lstms.push(layer);
                }
                "Dense" if !is_first && !is_last => {
                    if layer.settings.get("activation").is_none_or(|activation| activation != "linear") {
                        layer.check("activation", "\"softmax\"")?;
                    }
                    network.dense = Some(layer);
                }
                "Activation" if is_last => layer.check("activation", "\"softmax\"")?,
                "Softmax" if is_last => {}
                "Flatten" => {
                    return Err(refused(
                        "flattens its whole window of characters into one Dense layer, which is another network: \
                         train it with TimeDistributed(Dense), or with return_sequences=False in the last LSTM, \
                         instead of Flatten",
                    ));
                }
                class => {
                    return Err(refused(format!("has the layer {:?} of the class {class:?}", layer.name)));
                }
            }
        }
        Ok(network)
    }
}

/// Adds an LSTM and returns how many numbers it reads and writes.
fn add_lstm<'a>(
    entries: &mut Entries<'a>,
    file: &Hdf5<'a>,
    layer: &Layer<'_>,
    number: usize,
) -> Result<[usize; 2]> {
    let mut weights = Weights::of(file, layer)?;
    let (input, hidden) = (weights.matrix("kernel")?, weights.matrix("recurrent_kernel")?);
    let (inputs, width, rows) = (input.shape[0], hidden.shape[0], hidden.shape[1]);
    if width.checked_mul(4) != Some(rows) || input.shape[1] != rows {
        return Err(bad(format!("{:?} has matrices {:?} and {:?}", layer.name, input.shape, hidden.shape)));
    }
    entries.add(format!("lstm.weight_ih_l{number}"), transposed(&input))?;
    entries.add(format!("lstm.weight_hh_l{number}"), transposed(&hidden))?;
    entries.add(format!("lstm.bias_ih_l{number}"), weights.bias(rows)?)?;
    entries.add(format!("lstm.bias_hh_l{number}"), Entry::zeros(&[rows]))?;
    Ok([inputs, width])
}

/// The weights of a layer by their names in Keras.
struct Weights<'a> {
    layer: String,
    by_name: BTreeMap<String, Entry<'a>>,
}

impl<'a> Weights<'a> {
    fn of(file: &Hdf5<'a>, layer: &Layer<'_>) -> Result<Self> {
        let mut by_name = BTreeMap::new();
        if let Some(group) = file.find(&format!("model_weights/{}", layer.name))? {
            collect(file, &group, DEEPEST, &mut by_name)?;
        } else if let Some(group) = file.find(&format!("{}/vars", layer.group))? {
            // Numbered, in the order in which the layer made them.
            let names: &[&str] = match layer.class {
                "LSTM" => &["kernel", "recurrent_kernel", "bias"],
                "Embedding" => &["embeddings"],
                _ => &["kernel", "bias"],
            };
            let mut numbered = BTreeMap::new();
            collect(file, &group, 0, &mut numbered)?;
            let named = |(place, name): (usize, &&str)| {
                Some(((*name).to_owned(), numbered.remove(&place.to_string())?))
            };
            by_name = names.iter().enumerate().filter_map(named).collect();
        }
        Ok(Self { layer: layer.name.to_owned(), by_name })
    }

    fn matrix(&mut self, name: &str) -> Result<Entry<'a>> {
        let found =
            self.by_name.remove(name).filter(|entry| entry.shape.len() == 2 && !entry.data.is_empty());
        found.ok_or_else(|| bad(format!("the layer {:?} has no matrix {name:?}", self.layer)))
    }

    /// Zeros if there is none (`use_bias=False`).
    fn bias(&mut self, length: usize) -> Result<Entry<'a>> {
        match self.by_name.remove("bias") {
            None => Ok(Entry::zeros(&[length])),
            Some(bias) if bias.shape == [length] => Ok(bias),
            Some(bias) => {
                Err(bad(format!("the layer {:?} has a bias of shape {:?}", self.layer, bias.shape)))
            }
        }
    }
}

/// Collects the tensors of a group and of those inside it by the last parts of their names.
fn collect<'a>(
    file: &Hdf5<'a>,
    group: &Object<'a>,
    depth: usize,
    found: &mut BTreeMap<String, Entry<'a>>,
) -> Result<()> {
    for (name, address) in file.members(group)? {
        let object = file.object(address)?;
        if object.is_dataset() {
            // TensorFlow numbers its outputs: `kernel:0`.
            let name = name.split(':').next().unwrap_or_default();
            found.insert(name.to_owned(), file.tensor(&object)?);
        } else if depth > 0 {
            collect(file, &object, depth - 1, found)?;
        }
    }
    Ok(())
}

/// From `(in, out)` to `(out, in)`.
fn transposed<'a>(matrix: &Entry<'_>) -> Entry<'a> {
    let item = matrix.dtype.bitsize() / 8;
    let (rows, columns) = (matrix.shape[0], matrix.shape[1]);
    let mut data = Vec::with_capacity(matrix.data.len());
    for column in 0..columns {
        for row in 0..rows {
            data.extend_from_slice(&matrix.data[(row * columns + column) * item..][..item]);
        }
    }
    Entry { dtype: matrix.dtype, shape: vec![columns, rows], data: Cow::Owned(data) }
}
