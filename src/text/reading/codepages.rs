//! The upper halves (bytes 0x80 to 0xFF) of three single-byte encodings.
//!
//! Tables of the Unicode Consortium (`VENDORS/MICSFT/WINDOWS/CP1252.TXT`, `VENDORS/APPLE/ROMAN.TXT`,
//! `VENDORS/MICSFT/PC/CP850.TXT`). `encoding_rs` lacks CP850, and `chardetng` detects neither CP850 nor
//! MacRoman.

/// A single-byte encoding whose lower half is ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodePage {
    /// Name for notes.
    pub name: &'static str,
    /// The 128 characters of the upper half.
    upper: &'static str,
}

/// Most likely first: of two that fit equally well, the earlier one is used.
pub const CODE_PAGES: [CodePage; 3] = [
    CodePage {
        name: "Windows-1252",
        // The five undefined bytes are control characters, as in browsers.
        upper: "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ\
                \u{a0}¡¢£¤¥¦§¨©ª«¬\u{ad}®¯°±²³´µ¶·¸¹º»¼½¾¿\
                ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ",
    },
    CodePage {
        name: "MacRoman",
        upper: "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø\
                ¿¡¬√ƒ≈∆«»…\u{a0}ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\u{f8ff}ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ",
    },
    CodePage {
        name: "CP850",
        upper: "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤\
                ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}",
    },
];

impl CodePage {
    /// Decodes bytes in this encoding.
    pub fn decode(&self, bytes: &[u8]) -> String {
        let upper: Vec<char> = self.upper.chars().collect();
        let character = |&byte: &u8| match byte.checked_sub(0x80) {
            None => char::from(byte),
            Some(at) => upper[usize::from(at)],
        };
        bytes.iter().map(character).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_a_character_of_its_own() {
        let bytes: Vec<u8> = (0..=255).collect();
        for page in CODE_PAGES {
            let mut characters: Vec<char> = page.decode(&bytes).chars().collect();
            assert_eq!(characters.len(), 256, "{}", page.name);
            characters.sort_unstable();
            characters.dedup();
            assert_eq!(characters.len(), 256, "{}", page.name);
        }
    }
}
