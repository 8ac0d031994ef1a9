//! Parses the words of a prompt.

use super::lexicon::{Lexicon, Sense};
use super::prompt::{Prompt, Relation, Wish, known_words, word_of};
use super::scene::{Background, Colour, Place, Thing};
use crate::text::{Language, Note};

/// Maximum number of different objects in a scene.
const MOST_OBJECTS: usize = 2;
/// Maximum number of equal things in a row.
const LONGEST_ROW: usize = 3;

const SEVERAL_THERE: &str = "several things at that place";

/// A relation as it was named.
#[derive(Clone, Copy)]
struct Said {
    relation: Relation,
    /// Number of objects before it.
    before: usize,
    /// Merely "and" or "beside", which says nothing about the order.
    is_weak: bool,
}

/// State of the parser.
#[derive(Default)]
pub(super) struct Reader {
    wishes: Vec<Wish>,
    /// Attributes of the next object.
    next: Wish,
    /// The words of `next`, reported if no object follows.
    pending: Vec<String>,
    shade: Option<(Background, String)>,
    has_ground: bool,
    ground: Option<Background>,
    /// The place named by the previous word, which a following `of` turns into a relation.
    named: Option<Place>,
    relation: Option<Said>,
    /// Whether a relation was named since the last object.
    is_related: bool,
    german: usize,
    english: usize,
    /// Original word, known word and meaning of replaced words.
    near: Vec<(String, String, Sense)>,
    unknown: Vec<String>,
    simplified: Vec<String>,
}

impl Reader {
    /// Takes the next word.
    pub fn word(&mut self, lexicon: &Lexicon, word: &str) {
        let exact = lexicon.get(word).map(|entry| (word, entry));
        let Some((known, entry)) = exact.or_else(|| lexicon.nearest(word)) else {
            return self.unknown.push(word.to_owned());
        };
        match entry.language() {
            Some(Language::German) => self.german += 1,
            Some(Language::English) => self.english += 1,
            None => {}
        }
        if entry.is_near || exact.is_none() {
            self.near.push((word.to_owned(), known.to_owned(), entry.sense));
        }
        let named = self.named.take();
        match entry.sense {
            Sense::Thing(thing) => self.thing(thing),
            Sense::Colour(colour) => {
                self.next.colour = Some(colour);
                self.pending.push(word.to_owned());
            }
            Sense::Small(small) => {
                self.next.small = small;
                self.pending.push(word.to_owned());
            }
            Sense::Number(number) => self.next.count = self.next.count.max(number),
            Sense::Shade(shade) if self.has_ground && self.ground.is_none() => self.ground = Some(shade),
            Sense::Shade(shade) => self.shade = Some((shade, word.to_owned())),
            Sense::Ground => self.grounded(),
            Sense::Place(place) => {
                *self.open_place() = Some(place);
                self.named = Some(place);
            }
            Sense::Of => self.of(named),
            Sense::OfIt => {
                self.of(named);
                self.turn();
            }
            Sense::Above(above) => self.relate(vertical(above), false),
            Sense::AboveIt(above) => {
                self.relate(vertical(above), false);
                self.turn();
            }
            Sense::It => self.turn(),
            Sense::Beside => self.relate(Relation::LeftOf, true),
            Sense::Filler => self.named = named,
        }
    }

    fn thing(&mut self, thing: Thing) {
        let wish = Wish { thing: Some(thing), count: self.next.count.max(1), ..self.next };
        self.next = Wish::default();
        self.pending.clear();
        self.is_related = false;
        match self.wishes.len() {
            0..MOST_OBJECTS => self.wishes.push(wish),
            _ => self.simplified.push(format!("more than {MOST_OBJECTS} things")),
        }
    }

    /// Handles trailing attributes: "a star that is red".
    fn settle(&mut self) {
        if let (Some(last), Some(colour)) = (self.wishes.last_mut(), self.next.colour)
            && last.colour.is_none()
        {
            last.colour = Some(colour);
            last.small |= self.next.small;
            self.next = Wish { place: self.next.place, ..Wish::default() };
            self.pending.clear();
        }
    }

    /// Handles "on a dark background"; black and white count as shades here.
    fn grounded(&mut self) {
        self.has_ground = true;
        self.next.count = 0;
        // A preceding "auf" was no relation between objects.
        if self.is_related && self.relation.is_some_and(|said| said.before == self.wishes.len()) {
            self.relation = None;
        }
        self.is_related = false;
        let shade = self.shade.take().map(|(shade, _)| shade);
        let coloured = match self.next.colour {
            Some(Colour::Black) => Some(Background::Dark),
            Some(Colour::White) => Some(Background::Light),
            _ => None,
        };
        if coloured.is_some() {
            (self.next.colour, self.pending) = (None, Vec::new());
        }
        self.ground = shade.or(coloured).or(self.ground);
    }

    /// Where a place belongs: to the last object, unless that has one or a relation announces the next object.
    fn open_place(&mut self) -> &mut Option<Place> {
        match self.wishes.last_mut() {
            Some(last) if last.place.is_none() && !self.is_related => &mut last.place,
            _ => &mut self.next.place,
        }
    }

    /// Turns the place in "left of" or "on top of" into a relation.
    fn of(&mut self, named: Option<Place>) {
        let Some(relation) = named.and_then(side) else { return };
        let in_next = self.next.place.take().is_some();
        if let Some(last) = self.wishes.last_mut().filter(|_| !in_next) {
            last.place = None;
        }
        self.relate(relation, false);
    }

    /// Sets the relation; the first definite one wins.
    fn relate(&mut self, relation: Relation, is_weak: bool) {
        self.settle();
        self.is_related = true;
        if self.relation.is_none_or(|said| said.is_weak) {
            self.relation = Some(Said { relation, before: self.wishes.len(), is_weak });
        }
    }

    /// Handles "above it, a star", where the object that follows is above.
    fn turn(&mut self) {
        let objects = self.wishes.len();
        if let Some(said) = self.relation.as_mut().filter(|said| said.before == objects && objects > 0) {
            said.relation = turned(said.relation);
        }
    }

    /// The relation of two objects: as named, or by their places, or just side by side.
    fn resolved(&mut self) -> Option<Relation> {
        // A fronted relation: "above a house, a star".
        let said = self.relation.map(|said| match said.before {
            0 => Said { relation: turned(said.relation), ..said },
            _ => said,
        });
        let [first, second, ..] = self.wishes[..] else { return None };
        let places = [first.place, second.place];
        let [by_first, by_second] = places.map(|place| place.and_then(side));
        let definite = said.filter(|said| !said.is_weak).map(|said| said.relation);
        let by_places = by_first.or(by_second.map(turned));
        if places.into_iter().flatten().next().is_some() && (definite.is_some() || by_places.is_none()) {
            self.simplified.push(SEVERAL_THERE.to_owned());
        }
        definite.or(by_places).or(said.map(|said| said.relation))
    }

    /// The prompt made of all words.
    pub fn finish(mut self) -> Prompt {
        self.settle();
        if self.wishes.is_empty() {
            self.wishes.push(Wish { count: self.next.count.max(1), ..self.next });
            self.pending.clear();
        }
        self.unknown.extend(self.shade.take().map(|(_, word)| word));
        self.unknown.append(&mut self.pending);
        let several = self.wishes.len() > 1;
        if several && self.wishes.iter().any(|wish| wish.count > 1) {
            self.simplified.push("several of a thing beside another".to_owned());
        }
        let first = self.wishes[0];
        if !several && first.count > 1 && matches!(first.place, Some(Place::Left | Place::Right)) {
            self.simplified.push(SEVERAL_THERE.to_owned());
        }
        self.wishes.iter_mut().for_each(|wish| wish.count = wish.count.min(LONGEST_ROW));
        let relation = self.resolved();
        let language = if self.german > self.english { Language::German } else { Language::English };
        let notes = self.notes(language);
        let Self { wishes, ground, .. } = self;
        Prompt { language, notes, wishes, relation, ground }
    }

    fn notes(&self, language: Language) -> Vec<Note> {
        let mut notes = Vec::new();
        let mut note = |code, message: &str, words: &[String], after: &str| {
            if !words.is_empty() {
                let words = words.join(", ");
                notes.push(Note::new(code, format!("{message}: {words}{after}")).about(words));
            }
        };
        let near = self
            .near
            .iter()
            .map(|(word, known, sense)| format!("{word} → {}", word_of(*sense, language).unwrap_or(known)));
        note("prompt-near", "read as the most similar known word", &near.collect::<Vec<_>>(), "");
        let known = format!("; known words: {}", known_words(language).join(", "));
        note("prompt-unknown", "cannot be drawn", &self.unknown, &known);
        note("prompt-simplified", "cannot be combined", &self.simplified, "");
        notes
    }
}

fn vertical(above: bool) -> Relation {
    if above { Relation::Above } else { Relation::Below }
}

/// The relation that a place expresses.
fn side(place: Place) -> Option<Relation> {
    match place {
        Place::Left => Some(Relation::LeftOf),
        Place::Right => Some(Relation::RightOf),
        Place::Top => Some(Relation::Above),
        Place::Bottom => Some(Relation::Below),
        Place::Middle => None,
    }
}

fn turned(relation: Relation) -> Relation {
    match relation {
        Relation::Above => Relation::Below,
        Relation::Below => Relation::Above,
        Relation::LeftOf => Relation::RightOf,
        Relation::RightOf => Relation::LeftOf,
    }
}
