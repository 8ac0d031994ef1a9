//! Measures how often a captioner recognises in a drawing what was asked for.

use crate::draw::{drawn, picture};
use crate::files::{read, read_text, say};
use liedwerk::draw::{DrawSettings, Order, TextToImage};
use liedwerk::pictures::{ICON_SIZE, Icon, Likeness, Prompt, Scene};
use liedwerk::read::Describer;
use liedwerk::text::Language;
use liedwerk::{Error, ErrorCode};
use safetensors::SafeTensors;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Arguments of the evaluation.
#[derive(clap::Args)]
pub struct Judging {
    /// Draw each caption of a file written by `liedwerk icons` (German TAB English), alternating between English and
    /// German
    #[arg(long, value_name = "FILE.tsv", conflicts_with = "prompt", requires = "judge")]
    captions: Option<PathBuf>,
    /// Folder of the captioner that judges the drawings
    #[arg(long, value_name = "DIR")]
    judge: Option<PathBuf>,
    /// Evaluate the judge itself, on the true icons in FILE.safetensors
    #[arg(long = "true", id = "true_icons", requires = "captions")]
    true_icons: bool,
}

/// Counts for one kind of scene.
#[derive(Clone, Copy, Default)]
struct Tally {
    count: usize,
    things: usize,
    place: usize,
    sizes: usize,
    background: usize,
}

impl Tally {
    fn add(&mut self, likeness: Option<Likeness>) {
        self.count += 1;
        if let Some(Likeness { things, place, sizes, background }) = likeness {
            self.things += usize::from(things);
            self.place += usize::from(place);
            self.sizes += usize::from(sizes);
            self.background += usize::from(background);
        }
    }

    fn shares(&self) -> [f64; 4] {
        [self.things, self.place, self.sizes, self.background]
            .map(|right| right as f64 / self.count.max(1) as f64)
    }
}

const KINDS: [&str; 3] = ["one", "row", "two"];

/// Draws the captions, has the judge describe them, and counts.
pub fn run(
    judging: &Judging,
    model: Option<&TextToImage>,
    settings: DrawSettings,
    as_json: bool,
) -> anyhow::Result<()> {
    let (Some(captions), Some(judge)) = (&judging.captions, &judging.judge) else {
        unreachable!("clap asks for both")
    };
    let text = |name: &str| read_text(&judge.join(name));
    let weights = read(&judge.join("model.safetensors"))?;
    let judge = Describer::from_files(&text("config.json")?, &text("tokenizer.json")?, &weights)?;
    let icons = if judging.true_icons { icons_beside(captions)? } else { Vec::new() };
    let mut tallies = [Tally::default(); 3];
    for (index, line) in read_text(captions)?.lines().enumerate() {
        let wrong = |what: &str| {
            Error::new(ErrorCode::BadPairs, format!("{}, line {}: {what}", captions.display(), index + 1))
        };
        let (german, english) = line.split_once('\t').ok_or_else(|| wrong("no tab"))?;
        let prompt = Prompt::read(if index % 2 == 0 { english } else { german })?;
        let settings = DrawSettings { seed: settings.seed.wrapping_add(index as u64), ..settings };
        let order = Order::new(&prompt, settings.seed);
        let icon = match model.filter(|_| !judging.true_icons) {
            Some(model) => picture(&drawn(model, &order, settings)?).clone(),
            None => icons.get(index).cloned().ok_or_else(|| wrong("no icon"))?,
        };
        let kind = match order.scene {
            Scene::One(..) => 0,
            Scene::Row(..) => 1,
            Scene::Above(..) | Scene::Beside(..) => 2,
        };
        tallies[kind].add(seen(&judge, &icon)?.map(|scene| Likeness::of(&scene, &order.scene)));
    }
    tell(&tallies, as_json)
}

/// The scene described by the judge, if it says anything.
fn seen(judge: &Describer, icon: &Icon) -> anyhow::Result<Option<Scene>> {
    let words = judge.describe(icon, Language::English)?;
    let told = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    Ok(Prompt::read(&told).ok().map(|prompt| prompt.scene(0)))
}

/// Reads `FILE.safetensors` next to `FILE.tsv`.
fn icons_beside(captions: &Path) -> anyhow::Result<Vec<Icon>> {
    let path = captions.with_extension("safetensors");
    let bytes = read(&path)?;
    let pictures = SafeTensors::deserialize(&bytes)?.tensor("pictures")?;
    let one = 3 * ICON_SIZE * ICON_SIZE;
    Ok(pictures.data().chunks_exact(one).map(|pixels| Icon { pixels: pixels.to_vec() }).collect())
}

fn tell(tallies: &[Tally; 3], as_json: bool) -> anyhow::Result<()> {
    let rows = || KINDS.into_iter().zip(tallies);
    if as_json {
        let told: serde_json::Map<String, serde_json::Value> = rows()
            .map(|(kind, tally)| {
                let [things, place, sizes, background] = tally.shares();
                let told = json!({"count": tally.count, "things_and_colours": things, "place": place,
                    "sizes": sizes, "background": background});
                (kind.to_owned(), told)
            })
            .collect();
        say!("{}", serde_json::Value::Object(told));
        return Ok(());
    }
    for (kind, tally) in rows() {
        let [things, place, sizes, background] = tally.shares().map(|share| 100.0 * share);
        say!(
            "{kind}: {} pictures, things and colours {things:.1} %, place {place:.1} %, sizes {sizes:.1} %, \
             background {background:.1} %",
            tally.count
        );
    }
    Ok(())
}
