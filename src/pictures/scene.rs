//! The scenes shown by icons: the ground truth for captions and drawings.

use crate::rng::Rng;

macro_rules! kinds {
    ($(#[$about:meta])* $name:ident { $($(#[$kind_about:meta])* $kind:ident),* $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "the names say it")]
        pub enum $name { $($(#[$kind_about])* $kind),* }

        impl $name {
            /// All values, in order.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            fn drawn(rng: &mut Rng) -> Self {
                Self::ALL[rng.below(Self::ALL.len())]
            }
        }
    };
}

kinds! {
    /// A thing that can be drawn.
    Thing { House, Tree, Star, Moon, Heart, Flower, Fish, Boat, Ball, Cup, Arrow, Cloud }
}

kinds! {
    /// Colour of a thing.
    Colour { Red, Yellow, Green, Blue, Purple, Brown, Black, White }
}

kinds! {
    /// Size of a thing. Captions mention it only if it is small.
    Size { Small, Usual }
}

kinds! {
    /// Background of a picture.
    Background { Light, Grey, Dark }
}

kinds! {
    /// Where in the picture things are.
    Place { Left, Right, Top, Bottom, Middle }
}

impl Background {
    /// Whether this colour is visible on the background.
    pub fn shows(self, colour: Colour) -> bool {
        !matches!((self, colour), (Self::Light, Colour::White) | (Self::Dark, Colour::Black))
    }
}

/// A thing with its colour and size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Object {
    pub thing: Thing,
    pub colour: Colour,
    pub size: Size,
}

impl Object {
    fn drawn(rng: &mut Rng, background: Background) -> Self {
        let (thing, mut colour, size) = (Thing::drawn(rng), Colour::drawn(rng), Size::drawn(rng));
        while !background.shows(colour) {
            colour = Colour::drawn(rng);
        }
        Self { thing, colour, size }
    }
}

/// The content of an icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scene {
    /// One thing somewhere.
    One(Object, Place, Background),
    /// Two or three equal things in a row, at the top, in the middle or at the bottom.
    Row(Object, usize, Place, Background),
    /// The first above the second.
    Above(Object, Object, Background),
    /// The first to the left of the second.
    Beside(Object, Object, Background),
}

impl Scene {
    /// A random scene; the four kinds are equally likely.
    pub fn drawn(rng: &mut Rng) -> Self {
        let kind = rng.below(4);
        let background = Background::drawn(rng);
        let first = Object::drawn(rng, background);
        if kind == 0 {
            return Self::One(first, Place::drawn(rng), background);
        }
        if kind == 1 {
            let rows = [Place::Top, Place::Middle, Place::Bottom];
            return Self::Row(first, 2 + rng.below(2), rows[rng.below(rows.len())], background);
        }
        let mut second = Object::drawn(rng, background);
        // Equal things would be a row, or two that no caption distinguishes.
        while (second.thing, second.colour) == (first.thing, first.colour) {
            second = Object::drawn(rng, background);
        }
        if kind == 2 {
            Self::Above(first, second, background)
        } else {
            Self::Beside(first, second, background)
        }
    }

    /// The background of the scene.
    pub fn background(&self) -> Background {
        match *self {
            Self::One(.., background)
            | Self::Row(.., background)
            | Self::Above(.., background)
            | Self::Beside(.., background) => background,
        }
    }
}
