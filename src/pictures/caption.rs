//! Captions of scenes in German and English: one per scene, all distinct.

use super::scene::{Background, Colour, Object, Place, Scene, Size, Thing};

/// Grammatical gender of a German noun.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Gender {
    Masculine,
    Feminine,
    Neuter,
}

/// Singular, plural and gender.
pub(super) fn german(thing: Thing) -> (&'static str, &'static str, Gender) {
    use Gender::{Feminine, Masculine, Neuter};
    match thing {
        Thing::House => ("Haus", "Häuser", Neuter),
        Thing::Tree => ("Baum", "Bäume", Masculine),
        Thing::Star => ("Stern", "Sterne", Masculine),
        Thing::Moon => ("Mond", "Monde", Masculine),
        Thing::Heart => ("Herz", "Herzen", Neuter),
        Thing::Flower => ("Blume", "Blumen", Feminine),
        Thing::Fish => ("Fisch", "Fische", Masculine),
        Thing::Boat => ("Boot", "Boote", Neuter),
        Thing::Ball => ("Ball", "Bälle", Masculine),
        Thing::Cup => ("Tasse", "Tassen", Feminine),
        Thing::Arrow => ("Pfeil", "Pfeile", Masculine),
        Thing::Cloud => ("Wolke", "Wolken", Feminine),
    }
}

/// Singular and plural.
pub(super) fn english(thing: Thing) -> (&'static str, &'static str) {
    match thing {
        Thing::House => ("house", "houses"),
        Thing::Tree => ("tree", "trees"),
        Thing::Star => ("star", "stars"),
        Thing::Moon => ("moon", "moons"),
        Thing::Heart => ("heart", "hearts"),
        Thing::Flower => ("flower", "flowers"),
        Thing::Fish => ("fish", "fish"),
        Thing::Boat => ("boat", "boats"),
        Thing::Ball => ("ball", "balls"),
        Thing::Cup => ("cup", "cups"),
        Thing::Arrow => ("arrow", "arrows"),
        Thing::Cloud => ("cloud", "clouds"),
    }
}

/// German stem and English word.
pub(super) fn colour(colour: Colour) -> (&'static str, &'static str) {
    match colour {
        Colour::Red => ("rot", "red"),
        Colour::Yellow => ("gelb", "yellow"),
        Colour::Green => ("grün", "green"),
        Colour::Blue => ("blau", "blue"),
        Colour::Purple => ("violett", "purple"),
        Colour::Brown => ("braun", "brown"),
        Colour::Black => ("schwarz", "black"),
        Colour::White => ("weiß", "white"),
    }
}

fn place(place: Place) -> (&'static str, &'static str) {
    match place {
        Place::Left => ("links", "on the left"),
        Place::Right => ("rechts", "on the right"),
        Place::Top => ("oben", "at the top"),
        Place::Bottom => ("unten", "at the bottom"),
        Place::Middle => ("in der Mitte", "in the middle"),
    }
}

fn ground(background: Background) -> (&'static str, &'static str) {
    match background {
        Background::Light => ("auf hellem Grund", "on a light background"),
        Background::Grey => ("auf grauem Grund", "on a grey background"),
        Background::Dark => ("auf dunklem Grund", "on a dark background"),
    }
}

fn number(count: usize) -> (&'static str, &'static str) {
    if count == 2 { ("zwei", "two") } else { ("drei", "three") }
}

/// "ein kleiner roter Stern", or "einem kleinen roten Stern" in the dative.
fn german_object(object: Object, dative: bool) -> String {
    let (noun, _, gender) = german(object.thing);
    let (article, ending) = match (gender, dative) {
        (Gender::Masculine, false) => ("ein", "er"),
        (Gender::Feminine, false) => ("eine", "e"),
        (Gender::Neuter, false) => ("ein", "es"),
        (Gender::Feminine, true) => ("einer", "en"),
        (_, true) => ("einem", "en"),
    };
    let small = if object.size == Size::Small { format!("klein{ending} ") } else { String::new() };
    format!("{article} {small}{}{ending} {noun}", colour(object.colour).0)
}

/// Such as "a small red star".
fn english_object(object: Object) -> String {
    let small = if object.size == Size::Small { "small " } else { "" };
    let word = if small.is_empty() { colour(object.colour).1 } else { "small" };
    let article = if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {small}{} {}", colour(object.colour).1, english(object.thing).0)
}

/// The plural forms: "kleine rote Sterne" and "small red stars".
fn plural(object: Object) -> (String, String) {
    let small = object.size == Size::Small;
    let (stem, word) = colour(object.colour);
    let german = format!("{}{stem}e {}", if small { "kleine " } else { "" }, german(object.thing).1);
    let english = format!("{}{word} {}", if small { "small " } else { "" }, english(object.thing).1);
    (german, english)
}

/// The caption in German and English: "ein kleiner roter Stern über einem blauen Haus auf grauem Grund".
pub fn caption(scene: &Scene) -> [String; 2] {
    let (de, en) = match *scene {
        Scene::One(object, at, _) => {
            let (de, en) = place(at);
            (format!("{} {de}", german_object(object, false)), format!("{} {en}", english_object(object)))
        }
        Scene::Row(object, count, at, _) => {
            let ((count_de, count_en), (at_de, at_en), (de, en)) = (number(count), place(at), plural(object));
            (format!("{count_de} {de} {at_de}"), format!("{count_en} {en} {at_en}"))
        }
        Scene::Above(first, second, _) => (
            format!("{} über {}", german_object(first, false), german_object(second, true)),
            format!("{} above {}", english_object(first), english_object(second)),
        ),
        Scene::Beside(first, second, _) => (
            format!("{} links von {}", german_object(first, false), german_object(second, true)),
            format!("{} to the left of {}", english_object(first), english_object(second)),
        ),
    };
    let (ground_de, ground_en) = ground(scene.background());
    [format!("{de} {ground_de}"), format!("{en} {ground_en}")]
}

/// All words used in captions, German and English, each sorted.
pub fn words() -> [Vec<String>; 2] {
    let mut found = [std::collections::BTreeSet::new(), std::collections::BTreeSet::new()];
    let mut note = |scene: Scene| {
        for (words, caption) in found.iter_mut().zip(caption(&scene)) {
            words.extend(caption.split(' ').map(str::to_owned));
        }
    };
    for (&thing, &colour) in Thing::ALL.iter().flat_map(|thing| Colour::ALL.iter().map(move |c| (thing, c))) {
        for &size in Size::ALL {
            let object = Object { thing, colour, size };
            for &background in Background::ALL {
                Place::ALL.iter().for_each(|&place| note(Scene::One(object, place, background)));
                (2..4).for_each(|count| note(Scene::Row(object, count, Place::Middle, background)));
                note(Scene::Above(object, object, background));
                note(Scene::Beside(object, object, background));
            }
        }
    }
    found.map(|words| words.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;
    use std::collections::HashMap;

    fn object(thing: Thing, colour: Colour, size: Size) -> Object {
        Object { thing, colour, size }
    }

    #[test]
    fn captions_are_good_german_and_english() {
        let star = object(Thing::Star, Colour::Red, Size::Small);
        let house = object(Thing::House, Colour::Blue, Size::Usual);
        let cup = object(Thing::Cup, Colour::White, Size::Small);
        let cases = [
            (
                Scene::Above(star, house, Background::Grey),
                "ein kleiner roter Stern über einem blauen Haus auf grauem Grund",
                "a small red star above a blue house on a grey background",
            ),
            (
                Scene::Beside(house, cup, Background::Dark),
                "ein blaues Haus links von einer kleinen weißen Tasse auf dunklem Grund",
                "a blue house to the left of a small white cup on a dark background",
            ),
            (
                Scene::Row(object(Thing::Tree, Colour::Green, Size::Usual), 2, Place::Top, Background::Light),
                "zwei grüne Bäume oben auf hellem Grund",
                "two green trees at the top on a light background",
            ),
            (
                Scene::One(
                    object(Thing::Flower, Colour::Purple, Size::Usual),
                    Place::Middle,
                    Background::Grey,
                ),
                "eine violette Blume in der Mitte auf grauem Grund",
                "a purple flower in the middle on a grey background",
            ),
        ];
        for (scene, german, english) in cases {
            assert_eq!(caption(&scene), [german, english]);
        }
    }

    #[test]
    fn no_two_scenes_share_a_caption_and_every_word_is_known() {
        let (mut rng, known) = (Rng::new(1), words());
        let mut seen: [HashMap<String, Scene>; 2] = Default::default();
        for _ in 0..20_000 {
            let scene = Scene::drawn(&mut rng);
            for ((seen, known), caption) in seen.iter_mut().zip(&known).zip(caption(&scene)) {
                assert!(
                    caption.split(' ').all(|word| known.binary_search(&word.to_owned()).is_ok()),
                    "{caption}"
                );
                let other = *seen.entry(caption.clone()).or_insert(scene);
                assert_eq!(other, scene, "{caption}");
            }
        }
        assert!(seen[0].len() > 10_000 && known[0].len() < 110 && known[1].len() < 70, "{known:?}");
    }
}
