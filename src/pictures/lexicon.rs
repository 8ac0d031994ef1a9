//! Meanings of prompt words, German and English, in all inflected forms.

use super::caption::{colour, english, german};
use super::scene::{Background, Colour, Place, Thing};
use crate::text::Language;
use std::collections::BTreeMap;

/// Meaning of a word.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sense {
    /// Singular or plural.
    Thing(Thing),
    Colour(Colour),
    /// Small, or explicitly not.
    Small(bool),
    /// A shade, meant for the background if that follows.
    Shade(Background),
    /// The background itself.
    Ground,
    Place(Place),
    /// Above, or below.
    Above(bool),
    /// Next to.
    Beside,
    Number(usize),
    /// `von` and `of`, which turn `left` into a relation.
    Of,
    /// The object named before: "above it".
    It,
    /// `darüber` and `darunter`: above or below it.
    AboveIt(bool),
    /// `davon`: of it.
    OfIt,
    /// Carries no meaning here.
    Filler,
}

/// A meaning and the languages in which the word has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    pub sense: Sense,
    pub german: bool,
    pub english: bool,
    /// Whether it only approximates something drawable: a rose is drawn as a flower.
    pub is_near: bool,
}

/// Entries by [`key`].
pub struct Lexicon(BTreeMap<String, Entry>);

const ENDINGS: [&str; 6] = ["", "e", "en", "er", "es", "em"];

/// Words other than things and colours: German, English, meaning.
const RELATIONS: [(&str, &str, Sense); 18] = [
    ("links linke linken linker linkes", "left", Sense::Place(Place::Left)),
    ("rechts rechte rechten rechter rechtes", "right", Sense::Place(Place::Right)),
    ("oben oberen oberer", "top upper", Sense::Place(Place::Top)),
    ("unten unteren unterer", "bottom lower", Sense::Place(Place::Bottom)),
    ("mitte mittig zentrum", "middle center centre centered", Sense::Place(Place::Middle)),
    ("über oberhalb auf", "above over", Sense::Above(true)),
    ("unter unterhalb", "below under beneath underneath", Sense::Above(false)),
    ("neben daneben und", "beside next near and", Sense::Beside),
    ("ihm ihr ihnen", "it them", Sense::It),
    ("darüber darauf", "overhead", Sense::AboveIt(true)),
    ("darunter", "underfoot", Sense::AboveIt(false)),
    ("davon", "thereof", Sense::OfIt),
    ("grund hintergrund", "background ground backdrop", Sense::Ground),
    ("zwei 2 paar", "two 2 pair couple", Sense::Number(2)),
    ("drei 3", "three 3", Sense::Number(3)),
    ("von", "of", Sense::Of),
    ("ein eine einem einen einer eines 1", "a an one 1", Sense::Number(1)),
    (
        "der die das dem den des im in am an vor mit ist sind steht liegt bild zeichne male bitte mir welcher",
        "the in on at to with is are there that which picture draw paint please me some",
        Sense::Filler,
    ),
];

/// Words drawn as a similar thing.
const NEAR_THINGS: [(&str, &str, Thing); 12] = [
    ("gebäude hütte schloss burg haeuschen häuschen", "building hut castle home cottage", Thing::House),
    ("tanne eiche wald bäumchen palme", "fir oak forest pine palm", Thing::Tree),
    ("sternchen sternschnuppe", "asterisk comet", Thing::Star),
    ("mondsichel sichel halbmond", "crescent", Thing::Moon),
    ("herzchen liebe", "love", Thing::Heart),
    ("rose rosen tulpe tulpen blüte blümchen", "rose roses tulip tulips blossom daisy", Thing::Flower),
    ("hai wal forelle fischlein", "shark whale trout goldfish", Thing::Fish),
    ("schiff schiffe segelboot kahn", "ship ships sailboat sailing canoe", Thing::Boat),
    ("kugel kreis sonne planet punkt", "circle sun planet dot globe sphere", Thing::Ball),
    ("becher tasse kaffee tee", "mug mugs coffee tea", Thing::Cup),
    ("zeiger richtung", "pointer", Thing::Arrow),
    ("nebel rauch gewitterwolke", "fog smoke", Thing::Cloud),
];

/// Words drawn as a similar colour; German ones take endings.
const NEAR_COLOURS: [(&str, &str, Colour); 8] = [
    ("rosa rötlich dunkelrot scharlachrot", "pink crimson scarlet", Colour::Red),
    ("golden gold orange", "golden gold orange", Colour::Yellow),
    ("hellgrün dunkelgrün türkis", "lime olive turquoise", Colour::Green),
    ("hellblau dunkelblau", "navy cyan azure", Colour::Blue),
    ("lila purpurn", "violet lilac magenta", Colour::Purple),
    ("beige", "beige tan", Colour::Brown),
    ("pechschwarz", "ebony", Colour::Black),
    ("schneeweiß", "ivory", Colour::White),
];

impl Lexicon {
    /// Builds the full lexicon.
    pub fn new() -> Self {
        let mut lexicon = Self(BTreeMap::new());
        for &(german, english, sense) in &RELATIONS {
            lexicon.all(german, english, sense, false);
        }
        for &thing in Thing::ALL {
            let ((one, several, _), (one_en, several_en)) = (german(thing), english(thing));
            // The suffix "n" forms the dative plural: "mit drei Sternen".
            lexicon.all(
                &format!("{one} {several} {several}n"),
                &format!("{one_en} {several_en}"),
                Sense::Thing(thing),
                false,
            );
        }
        for &kind in Colour::ALL {
            let (stem, word) = colour(kind);
            lexicon.all(&with_endings(stem), word, Sense::Colour(kind), false);
        }
        lexicon.all(&with_endings("klein"), "small little tiny", Sense::Small(true), false);
        lexicon.all(&with_endings("groß"), "big large", Sense::Small(false), false);
        let shades = [
            ("hell", "light bright", Background::Light),
            ("grau", "grey gray", Background::Grey),
            ("dunkl dunkel", "dark", Background::Dark),
        ];
        for (stems, words, shade) in shades {
            stems
                .split(' ')
                .for_each(|stem| lexicon.all(&with_endings(stem), words, Sense::Shade(shade), false));
        }
        for (german, english, thing) in NEAR_THINGS {
            lexicon.all(german, english, Sense::Thing(thing), true);
        }
        for (german, english, colour) in NEAR_COLOURS {
            german
                .split(' ')
                .for_each(|stem| lexicon.all(&with_endings(stem), english, Sense::Colour(colour), true));
        }
        lexicon.all("vier fünf sechs viele", "four five six many several", Sense::Number(3), true);
        lexicon
    }

    fn all(&mut self, german: &str, english: &str, sense: Sense, is_near: bool) {
        for (words, is_german) in [(german, true), (english, false)] {
            for word in words.split(' ') {
                let fresh = Entry { sense, german: false, english: false, is_near };
                let entry = self.0.entry(key(word)).or_insert(fresh);
                *if is_german { &mut entry.german } else { &mut entry.english } = true;
            }
        }
    }

    /// Looks up a word.
    pub fn get(&self, word: &str) -> Option<Entry> {
        self.0.get(&key(word)).copied()
    }

    /// Finds the closest known word for a misspelt one, within edit distance 1 from four letters on and 2 from seven on.
    /// Ties go to words with the same first letter, which is rarely mistyped.
    pub fn nearest(&self, word: &str) -> Option<(&str, Entry)> {
        let word: Vec<char> = key(word).chars().collect();
        let most = match word.len() {
            0..4 => return None,
            4..7 => 1,
            _ => 2,
        };
        let distances = self.0.iter().filter(|(known, _)| known.len() > 3).map(|(known, entry)| {
            (distance(&word, &known.chars().collect::<Vec<_>>()), known.as_str(), *entry)
        });
        let is_other = |known: &str| known.chars().next() != word.first().copied();
        let (distance, known, entry) =
            distances.min_by_key(|&(distance, known, _)| (distance, is_other(known)))?;
        (distance <= most).then_some((known, entry))
    }
}

impl Entry {
    /// The language, if the word belongs to only one.
    pub fn language(&self) -> Option<Language> {
        match (self.german, self.english) {
            (true, false) => Some(Language::German),
            (false, true) => Some(Language::English),
            _ => None,
        }
    }
}

fn with_endings(stem: &str) -> String {
    ENDINGS.map(|ending| format!("{stem}{ending}")).join(" ")
}

/// Lower case, with umlauts and ß spelt as two letters.
fn key(word: &str) -> String {
    let letter = |letter| match letter {
        'ä' => "ae".to_owned(),
        'ö' => "oe".to_owned(),
        'ü' => "ue".to_owned(),
        'ß' => "ss".to_owned(),
        other => other.to_string(),
    };
    word.to_lowercase().chars().map(letter).collect()
}

/// Edit distance (Levenshtein 1966).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}
