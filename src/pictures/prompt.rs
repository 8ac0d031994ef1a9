//! Interprets a free-text prompt as a scene.

use super::caption::{colour, english, german};
use super::lexicon::{Lexicon, Sense};
use super::prompt_reader::Reader;
use super::scene::{Background, Colour, Object, Place, Scene, Size, Thing};
use crate::error::{Error, ErrorCode, Result};
use crate::rng::Rng;
use crate::text::{Language, Note, fold};
use std::sync::LazyLock;

/// Maximum length of a prompt, in characters.
pub const MAX_PROMPT_CHARACTERS: usize = 500;

/// Separates the random stream of scenes from that of the noise.
const SCENE_STREAM: u64 = 0x5ce_4e5c_e4e5;

/// A partially specified object.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Wish {
    pub thing: Option<Thing>,
    pub colour: Option<Colour>,
    pub small: bool,
    pub count: usize,
    pub place: Option<Place>,
}

/// Position of the first object relative to the second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Relation {
    Above,
    Below,
    LeftOf,
    RightOf,
}

/// A partially specified scene; [`scene`](Self::scene) draws the rest from a seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Prompt {
    /// The language of most words.
    pub language: Language,
    /// `prompt-near` lists words replaced by similar ones, `prompt-unknown` words that cannot be drawn,
    /// `prompt-simplified` unsupported combinations.
    pub notes: Vec<Note>,
    pub(super) wishes: Vec<Wish>,
    pub(super) relation: Option<Relation>,
    pub(super) ground: Option<Background>,
}

impl Prompt {
    /// Parses a German or English prompt, regardless of grammar.
    ///
    /// # Errors
    /// `empty-prompt` if there is no word; `text-too-long` beyond [`MAX_PROMPT_CHARACTERS`].
    pub fn read(text: &str) -> Result<Self> {
        if text.chars().count() > MAX_PROMPT_CHARACTERS {
            let message = format!("a prompt has at most {MAX_PROMPT_CHARACTERS} characters");
            return Err(Error::new(ErrorCode::TextTooLong, message));
        }
        // Composes letters (NFC) without respelling any.
        let text = fold(text, |_| true);
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
        if words.is_empty() {
            let message = "the prompt is empty; describe a picture, e.g. \"a red star above a blue house\"";
            return Err(Error::new(ErrorCode::EmptyPrompt, message));
        }
        let mut reader = Reader::default();
        // Takes far longer to build than to read a prompt.
        static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::new);
        words.iter().for_each(|word| reader.word(&LEXICON, word));
        Ok(reader.finish())
    }

    /// Completes the scene with random choices from `seed`.
    pub fn scene(&self, seed: u64) -> Scene {
        let mut rng = Rng::new(seed ^ SCENE_STREAM);
        let mut any = |count: usize| rng.below(count);
        let shown = |ground: Background| self.wishes.iter().flat_map(|w| w.colour).all(|c| ground.shows(c));
        let grounds: Vec<Background> = Background::ALL.iter().copied().filter(|&g| shown(g)).collect();
        let drawn = if grounds.is_empty() { Background::Grey } else { grounds[any(grounds.len())] };
        let ground = self.ground.unwrap_or(drawn);
        let objects: Vec<Object> = self
            .wishes
            .iter()
            .map(|wish| {
                let colours: Vec<Colour> =
                    Colour::ALL.iter().copied().filter(|&colour| ground.shows(colour)).collect();
                let (thing, colour) = (Thing::ALL[any(Thing::ALL.len())], colours[any(colours.len())]);
                Object {
                    thing: wish.thing.unwrap_or(thing),
                    colour: wish.colour.unwrap_or(colour),
                    size: if wish.small { Size::Small } else { Size::Usual },
                }
            })
            .collect();
        if let [first, second, ..] = objects[..] {
            return match self.relation {
                Some(Relation::Above) => Scene::Above(first, second, ground),
                Some(Relation::Below) => Scene::Above(second, first, ground),
                // Captions call equal things side by side a row.
                Some(Relation::LeftOf | Relation::RightOf) | None if first == second => {
                    Scene::Row(first, 2, Place::Middle, ground)
                }
                Some(Relation::RightOf) => Scene::Beside(second, first, ground),
                Some(Relation::LeftOf) | None => Scene::Beside(first, second, ground),
            };
        }
        let Wish { count, place, .. } = self.wishes[0];
        if count > 1 {
            let rows = [Place::Top, Place::Middle, Place::Bottom];
            let drawn = rows[any(rows.len())];
            let place = place.filter(|place| rows.contains(place)).unwrap_or(drawn);
            return Scene::Row(objects[0], count, place, ground);
        }
        let drawn = Place::ALL[any(Place::ALL.len())];
        Scene::One(objects[0], place.unwrap_or(drawn), ground)
    }
}

/// Name of a thing or a colour.
pub(super) fn word_of(sense: Sense, language: Language) -> Option<&'static str> {
    match (sense, language) {
        (Sense::Thing(thing), Language::German) => Some(german(thing).0),
        (Sense::Thing(thing), Language::English) => Some(english(thing).0),
        (Sense::Colour(kind), Language::German) => Some(colour(kind).0),
        (Sense::Colour(kind), Language::English) => Some(colour(kind).1),
        _ => None,
    }
}

/// Names of all things and colours.
pub fn known_words(language: Language) -> Vec<&'static str> {
    let things = Thing::ALL.iter().map(|&thing| Sense::Thing(thing));
    let colours = Colour::ALL.iter().map(|&colour| Sense::Colour(colour));
    things.chain(colours).filter_map(|sense| word_of(sense, language)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::caption;

    fn drawn(text: &str) -> [String; 2] {
        caption(&Prompt::read(text).unwrap().scene(1))
    }

    fn codes(text: &str) -> Vec<&'static str> {
        Prompt::read(text).unwrap().notes.iter().map(|note| note.code).collect()
    }

    #[test]
    fn a_caption_is_read_as_its_scene() {
        let mut rng = Rng::new(3);
        for seed in 0..400 {
            let scene = Scene::drawn(&mut rng);
            for (language, text) in [Language::German, Language::English].into_iter().zip(caption(&scene)) {
                let prompt = Prompt::read(&text).unwrap();
                assert_eq!((prompt.scene(seed), prompt.language), (scene, language), "{text}");
                assert_eq!(prompt.notes, [], "{text}");
            }
        }
    }

    #[test]
    fn grammar_is_forgiven() {
        let cases = [
            (
                "rote Stern über blauer Haus, hell Hintergrund",
                "a red star above a blue house on a light background",
            ),
            (
                "Under a black CLOUD: tiny green trees on grey ground",
                "a black cloud above a small green tree on a grey background",
            ),
            (
                "a boat that is white and a fish that is red, dark background",
                "a white boat to the left of a red fish on a dark background",
            ),
            (
                "ein gruener Baum rechts von einem gelben Stern auf schwarzem Grund",
                "a yellow star to the left of a green tree on a dark background",
            ),
            (
                "Drei kleine gelbe Boote unten vor weißem Hintergrund",
                "three small yellow boats at the bottom on a light background",
            ),
            (
                "on top of a brown house, a purple heart, grey background",
                "a purple heart above a brown house on a grey background",
            ),
            (
                "a green tree, to the left of it a white cloud, grey background",
                "a white cloud to the left of a green tree on a grey background",
            ),
            (
                "grauer Grund: ein gelber Ball, darunter ein blauer Pfeil",
                "a yellow ball above a blue arrow on a grey background",
            ),
            (
                "a brown house with a red star on top, dark background",
                "a red star above a brown house on a dark background",
            ),
            (
                "rechts ein roter Fisch und links ein blaues Boot auf hellem Grund",
                "a blue boat to the left of a red fish on a light background",
            ),
            ("blue cup on the left, grey background", "a blue cup on the left on a grey background"),
        ];
        for (text, expected) in cases {
            assert_eq!(drawn(text)[1], expected, "{text}");
            assert_eq!(codes(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn words_outside_its_world_are_named_with_what_is_near() {
        let note = |text: &str| Prompt::read(text).unwrap().notes.remove(0);
        let astronaut = note("a photograph of an astronaut");
        assert_eq!(
            (astronaut.code, astronaut.characters.as_deref()),
            ("prompt-unknown", Some("photograph, astronaut"))
        );
        assert!(astronaut.message.contains("known words: house, tree, star"), "{}", astronaut.message);
        let near = note("eine lila Rose und ein blaues Segelboot auf grauem Grund");
        assert_eq!(near.code, "prompt-near");
        assert_eq!(near.characters.as_deref(), Some("lila → violett, Rose → Blume, Segelboot → Boot"));
        assert_eq!(note("a yelow star").characters.as_deref(), Some("yelow → yellow"));
        assert_eq!(codes("two red stars above a house"), ["prompt-simplified"]);
        assert_eq!(codes("a grey star in the middle"), ["prompt-unknown"]);
    }

    #[test]
    fn a_seed_decides_what_is_left_open() {
        let prompt = Prompt::read("a star").unwrap();
        assert_eq!(prompt.scene(5), prompt.scene(5));
        assert!(drawn("a red star to the left of a red star")[1].starts_with("two red stars in the middle"));
        let different: std::collections::HashSet<Scene> = (0..50).map(|seed| prompt.scene(seed)).collect();
        assert!(different.len() > 20);
        assert!(
            different
                .iter()
                .all(|scene| matches!(scene, Scene::One(object, ..) if object.thing == Thing::Star))
        );
        assert_eq!(Prompt::read(" ...\n").unwrap_err().code(), ErrorCode::EmptyPrompt);
        assert_eq!(Prompt::read(&"star ".repeat(101)).unwrap_err().code(), ErrorCode::TextTooLong);
    }
}
