//! Compares the scene described in a picture with the scene asked for.

use super::scene::{Object, Scene};

/// Which aspects of two scenes agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// All things and their colours, and nothing else.
    pub things: bool,
    /// The place, or the relation of two things.
    pub place: bool,
    /// Things, colours and sizes.
    pub sizes: bool,
    /// The background.
    pub background: bool,
}

impl Likeness {
    /// Compares `seen` with `asked`.
    pub fn of(seen: &Scene, asked: &Scene) -> Self {
        let sorted = |scene: &Scene| {
            let mut objects = objects(scene);
            objects.sort_by_key(|object| (object.thing as usize, object.colour as usize));
            objects
        };
        let (found, wanted) = (sorted(seen), sorted(asked));
        let look = |object: &Object| (object.thing, object.colour);
        let things = found.iter().map(look).eq(wanted.iter().map(look));
        let place = match (seen, asked) {
            (Scene::One(_, seen, _), Scene::One(_, asked, _))
            | (Scene::Row(_, _, seen, _), Scene::Row(_, _, asked, _)) => seen == asked,
            (Scene::Above(seen, ..), Scene::Above(asked, ..))
            | (Scene::Beside(seen, ..), Scene::Beside(asked, ..)) => look(seen) == look(asked),
            _ => false,
        };
        let sizes = things && found == wanted;
        Self { things, place, sizes, background: seen.background() == asked.background() }
    }
}

fn objects(scene: &Scene) -> Vec<Object> {
    match *scene {
        Scene::One(object, ..) => vec![object],
        Scene::Row(object, count, ..) => vec![object; count],
        Scene::Above(first, second, _) | Scene::Beside(first, second, _) => vec![first, second],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::{Background, Colour, Place, Size, Thing};

    #[test]
    fn what_was_asked_for_is_told_from_what_was_not() {
        let object = |thing, colour, size| Object { thing, colour, size };
        let (star, house) =
            (object(Thing::Star, Colour::Red, Size::Small), object(Thing::House, Colour::Blue, Size::Usual));
        let large = Object { size: Size::Usual, ..star };
        let of = |seen, asked| {
            let Likeness { things, place, sizes, background } = Likeness::of(&seen, &asked);
            [things, place, sizes, background]
        };
        let (grey, dark) = (Background::Grey, Background::Dark);
        let above = Scene::Above(star, house, grey);
        assert_eq!(of(above, above), [true; 4]);
        assert_eq!(of(Scene::Above(house, star, grey), above), [true, false, true, true]);
        assert_eq!(of(Scene::Beside(large, house, dark), above), [true, false, false, false]);
        assert_eq!(of(Scene::One(star, Place::Top, grey), above), [false, false, false, true]);
        let row = |count, place| Scene::Row(star, count, place, grey);
        assert_eq!(of(row(2, Place::Top), row(3, Place::Top)), [false, true, false, true]);
        assert_eq!(of(row(2, Place::Top), row(2, Place::Middle)), [true, false, true, true]);
    }
}
