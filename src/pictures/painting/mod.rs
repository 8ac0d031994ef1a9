//! Procedural pictures: nine paintings as styles and three motifs as contents for style transfer. A seed
//! gives the same picture on every machine.

mod canvas;
mod motifs;
mod patterns;
mod strokes;

use super::Picture;

macro_rules! named {
    ($(#[$about:meta])* $name:ident { $($(#[$kind_about:meta])* $kind:ident = $word:literal),* $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$kind_about])* $kind),* }

        impl $name {
            /// All values, in order.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// The value with this name.
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }

            /// Name used in commands and links.
            pub fn name(self) -> &'static str {
                match self { $(Self::$kind => $word),* }
            }
        }
    };
}

named! {
    /// A painting style.
    Painting {
        /// Concentric circles, as in woodcuts of the sea.
        Waves = "waves",
        /// Thick brush strokes that follow a flow.
        Brush = "brush",
        /// Small stones in mortar.
        Mosaic = "mosaic",
        /// Ink on paper in crossing lines.
        Hatching = "hatching",
        /// Dots of pure colour.
        Dots = "dots",
        /// Veins in stone.
        Marble = "marble",
        /// Coloured panes in lead.
        Glass = "glass",
        /// Circles, bars and triangles.
        Geometry = "geometry",
        /// Interwoven threads.
        Weave = "weave",
    }
}

named! {
    /// A motif.
    Motif {
        /// Houses and trees below a sun.
        Village = "village",
        /// A boat on the sea at dusk.
        Boat = "boat",
        /// A cup, an apple and a flower on a table.
        StillLife = "still-life",
    }
}

impl Painting {
    /// Draws the painting with `size` x `size` pixels.
    ///
    /// # Panics
    /// If `size` is 0.
    pub fn drawn(self, size: usize, seed: u64) -> Picture {
        assert!(size > 0, "a painting of no size");
        match self {
            Self::Waves => patterns::waves(size, seed),
            Self::Brush => strokes::brush(size, seed),
            Self::Mosaic => patterns::mosaic(size, seed),
            Self::Hatching => strokes::hatching(size, seed),
            Self::Dots => strokes::dots(size, seed),
            Self::Marble => patterns::marble(size, seed),
            Self::Glass => patterns::glass(size, seed),
            Self::Geometry => strokes::geometry(size, seed),
            Self::Weave => patterns::weave(size, seed),
        }
    }
}

impl Motif {
    /// Draws the motif with `size` x `size` pixels.
    ///
    /// # Panics
    /// If `size` is 0.
    pub fn drawn(self, size: usize) -> Picture {
        assert!(size > 0, "a scene of no size");
        match self {
            Self::Village => motifs::village(size),
            Self::Boat => motifs::boat(size),
            Self::StillLife => motifs::still_life(size),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::fnv1a;

    #[test]
    fn the_bits_have_not_changed_and_every_name_is_its_own() {
        let paintings = Painting::ALL.iter().map(|painting| painting.drawn(24, 1).pixels);
        let scenes = Motif::ALL.iter().map(|motif| motif.drawn(24).pixels);
        let all: Vec<Vec<u8>> = paintings.chain(scenes).collect();
        for (index, pixels) in all.iter().enumerate() {
            assert_eq!(pixels.len(), 3 * 24 * 24);
            assert!(!all[..index].contains(pixels), "two pictures are the same");
        }
        assert_eq!(fnv1a(all.concat()), 0xe535_499f_b037_bc6f, "the paintings of a seed have changed");
        for painting in Painting::ALL {
            assert_eq!(Painting::named(painting.name()), Some(*painting));
            assert_ne!(painting.drawn(24, 1), painting.drawn(24, 2));
        }
    }
}
