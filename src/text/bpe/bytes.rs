//! The byte alphabet of byte-level BPE: each of the 256 bytes as one printable character (Radford et al.
//! 2019).
//!
//! Printable Latin-1 bytes stand for themselves; the other 68, in ascending order, are mapped to U+0100 and
//! up, so a space is `Ġ` and a line break `Ċ`.

/// The character that represents `byte`.
pub fn to_char(byte: u8) -> char {
    let code = match byte {
        0x00..=0x20 => 0x100 + u32::from(byte),
        0x7f..=0xa0 => 0x121 + u32::from(byte - 0x7f),
        0xad => 0x143,
        printable => u32::from(printable),
    };
    char::from_u32(code).expect("codes up to U+0143 are characters")
}

/// The byte represented by `c`, if `c` is in the alphabet.
pub fn from_char(c: char) -> Option<u8> {
    let code = u32::from(c);
    let byte = match code {
        0x21..=0x7e | 0xa1..=0xac | 0xae..=0xff => code,
        0x100..=0x120 => code - 0x100,
        0x121..=0x142 => code - 0x121 + 0x7f,
        0x143 => 0xad,
        _ => return None,
    };
    Some(byte as u8)
}

/// The alphabet in code point order, which is the id order of the Hugging Face trainer.
pub fn alphabet() -> Vec<char> {
    let mut characters: Vec<char> = (0..=u8::MAX).map(to_char).collect();
    characters.sort_unstable();
    characters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alphabet_is_a_bijection() {
        for byte in 0..=u8::MAX {
            assert_eq!(from_char(to_char(byte)), Some(byte));
        }
        let alphabet = alphabet();
        assert!(alphabet.windows(2).all(|pair| pair[0] < pair[1]));
        let known = ('\0'..='\u{2ff}').filter(|&c| from_char(c).is_some());
        assert!(known.eq(alphabet));
    }

    #[test]
    fn the_famous_ones() {
        assert_eq!([b' ', b'\n', 0xc3, b'a', 0xad].map(to_char), ['Ġ', 'Ċ', 'Ã', 'a', 'Ń']);
    }
}
