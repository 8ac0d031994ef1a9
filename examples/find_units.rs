//! Finds units of the character LSTM that follow something one can name, by correlating every unit with a few
//! signals of the text (Karpathy et al. 2016): `cargo run --release --example find_units SONGS.txt`.
//!
//! `www/ui/known-units.js` lists the units that the page shows first.

use anyhow::Context;
use liedwerk::generate::{Generator, Options};
use std::fs::{read, read_to_string};

const SIGNALS: [&str; 5] =
    ["column", "white space", "line of the stanza", "inside quotes", "end of the line"];
/// Of a frame's six parts per layer, the cell and the hidden state.
const PARTS: [(usize, &str); 2] = [(4, "c"), (5, "h")];
/// At most this many characters of each song are read.
const CHUNK: usize = 1500;

/// Running sums of a unit's values and a signal.
#[derive(Clone, Default)]
struct Sums {
    count: f64,
    x: f64,
    y: f64,
    xx: f64,
    yy: f64,
    xy: f64,
}

impl Sums {
    fn add(&mut self, x: f64, y: f64) {
        self.count += 1.0;
        self.x += x;
        self.y += y;
        self.xx += x * x;
        self.yy += y * y;
        self.xy += x * y;
    }

    /// Pearson's correlation; 0 if one of the two is constant.
    fn correlation(&self) -> f64 {
        let covariance = |ab: f64, a: f64, b: f64| ab / self.count - a * b / self.count / self.count;
        let (xx, yy) = (covariance(self.xx, self.x, self.x), covariance(self.yy, self.y, self.y));
        if xx * yy > 1e-20 { covariance(self.xy, self.x, self.y) / (xx * yy).sqrt() } else { 0.0 }
    }
}

/// What the signals say after each character but the last.
fn signals(text: &str) -> Vec<[f64; 5]> {
    let (mut column, mut line, mut quoted, mut before) = (0.0, 0.0, false, ' ');
    let characters: Vec<char> = text.chars().collect();
    let after = |pair: &[char]| {
        let &[character, next] = pair else { unreachable!("windows of two") };
        quoted ^= character == '"';
        (column, line) = match (character, before) {
            ('\n', '\n') => (0.0, 0.0),
            ('\n', _) => (0.0, line + 1.0),
            _ => (column + 1.0, line),
        };
        before = character;
        [column, character.is_whitespace().into(), line, quoted.into(), (next == '\n').into()]
    };
    characters.windows(2).map(after).collect()
}

fn main() -> anyhow::Result<()> {
    let songs = read_to_string(std::env::args().nth(1).context("usage: find_units SONGS.txt")?)?;
    let mut generator = Generator::from_files(
        &read_to_string("www/models/char-lstm-songs/config.json")?,
        &read_to_string("www/models/char-lstm-songs/tokenizer.json")?,
        &read("www/models/char-lstm-songs/model.safetensors")?,
    )?;
    let (mut sums, mut units): (Vec<[Sums; 5]>, usize) = Default::default();
    for (_, song) in songs.split("=== ").filter_map(|song| song.split_once('\n')) {
        let lines: String = song.trim().chars().take(CHUNK).collect();
        generator.start(&lines, Options { recording: true, max_new_tokens: 1, ..Options::default() })?;
        generator.next()?;
        let recorded = generator.take_recorded().expect("the options ask for it");
        let text: String = recorded.tokens.iter().map(|(_, token)| token.as_str()).collect();
        units = recorded.shape.channels;
        sums.resize(recorded.shape.layers * PARTS.len() * units, Default::default());
        for (at, told) in signals(&text).into_iter().enumerate() {
            let layers = recorded.frames.frame(at).chunks_exact(6 * units);
            let states =
                layers.flat_map(|layer| PARTS.iter().flat_map(|(part, _)| &layer[part * units..][..units]));
            for (sums, &value) in sums.iter_mut().zip(states) {
                sums.iter_mut().zip(told).for_each(|(sum, signal)| sum.add(value.into(), signal));
            }
        }
    }
    for (signal, name) in SIGNALS.iter().enumerate() {
        let mut found: Vec<(usize, f64)> =
            sums.iter().map(|sums| sums[signal].correlation()).enumerate().collect();
        found.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
        println!("{name}");
        for (index, correlation) in found.into_iter().take(3) {
            let (layer, part, unit) =
                (index / units / PARTS.len() + 1, PARTS[index / units % PARTS.len()].1, index % units + 1);
            println!("  layer {layer}, {part}, unit {unit}: {correlation:.2}");
        }
    }
    Ok(())
}
