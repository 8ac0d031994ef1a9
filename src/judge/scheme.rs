//! Detects the rhyme scheme of a song.

use super::Song;
use crate::text::rhyme::Lexicon;

/// ABAB is XAXA with one more rhyme, so it comes first.
const SCHEMES: [(&str, &[(usize, usize)]); 3] =
    [("AABB", &[(0, 1), (2, 3)]), ("ABAB", &[(0, 2), (1, 3)]), ("XAXA", &[(1, 3)])];
/// Fraction of the four-line stanzas that must agree.
const ENOUGH: f32 = 0.6;

impl Song {
    /// The rhyme scheme of most four-line stanzas; `None` if fewer than three in five agree.
    ///
    /// ```
    /// use liedwerk::judge::songs;
    /// use liedwerk::text::{Language, rhyme::Lexicon};
    /// let lexicon = Lexicon::build(Language::German, "", "");
    /// let found = |text: &str| songs(text)[0].found_scheme(&lexicon);
    /// assert_eq!(found("im Haus\nbei Nacht\nist's aus\nerwacht"), Some("ABAB"));
    /// assert_eq!(found("im Haus\nbei Nacht\nam Tag\nerwacht"), Some("XAXA"));
    /// assert_eq!(found("im Haus\nbei Nacht\nam Tag\nim Wald"), None);
    /// ```
    pub fn found_scheme(&self, lexicon: &Lexicon) -> Option<&'static str> {
        let mut counts = [0; SCHEMES.len()];
        let quatrains = || self.stanzas.iter().filter(|stanza| stanza.len() == 4);
        for stanza in quatrains() {
            let rhyme = |&(a, b): &(usize, usize)| lexicon.lines_rhyme(&stanza[a], &stanza[b]).is_some();
            if let Some(found) = SCHEMES.iter().position(|(_, pairs)| pairs.iter().all(rhyme)) {
                counts[found] += 1;
            }
        }
        let [_, _, second] = counts;
        let most = (0..SCHEMES.len()).max_by_key(|&scheme| (counts[scheme], SCHEMES.len() - scheme))?;
        let scheme = SCHEMES[most].0;
        // If ABAB is intended, a stanza whose first rhyme fails looks like XAXA.
        let agreeing = counts[most] + if scheme == "ABAB" { second } else { 0 };
        let is_enough = agreeing > 0 && agreeing as f32 >= ENOUGH * quatrains().count() as f32;
        is_enough.then_some(scheme)
    }
}
