//! Tells German from English by letter bigrams.
//!
//! For each language `bigrams.txt` holds the cost of every letter after every other: 32 lines of 32
//! characters for German, then for English, where `a` is 0 and each following letter half a bit more. Rows
//! are the previous symbol, columns the next: `a` to `z`, `ä`, `ö`, `ü`, `ß`, a word boundary, any other
//! letter. The costs were counted on public-domain songs and sentence pairs (Cavnar and Trenkle 1994 do the
//! same with ranks).
//!
//! All sums are integers, so the PyTorch trainer reads the same table and reaches the same verdict.

/// Number of symbols in the tables.
const SYMBOLS: usize = 32;
/// Word boundary.
const EDGE: usize = 30;
/// Any letter that neither language uses.
const OTHER: usize = 31;

const BIGRAMS: &[u8] = include_bytes!("bigrams.txt");

/// The cost of a text in each language, in half bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Costs {
    /// Cost as German.
    pub german: u32,
    /// Cost as English.
    pub english: u32,
    /// Number of symbols: letters and word ends.
    pub symbols: u32,
}

/// Computes the cost of the letters of `text` in both languages.
///
/// ```
/// let costs = liedwerk::text::letter_costs("Am Brunnen vor dem Tore");
/// assert!(costs.german < costs.english);
/// ```
pub fn letter_costs(text: &str) -> Costs {
    let mut costs = Costs::default();
    let mut before = EDGE;
    let mut step = |next: usize| {
        // Each line of a table ends in a line break.
        let cost =
            |table: usize| u32::from(BIGRAMS[(table * SYMBOLS + before) * (SYMBOLS + 1) + next] - b'a');
        costs.german += cost(0);
        costs.english += cost(1);
        costs.symbols += 1;
        before = next;
    };
    let mut inside = false;
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_alphabetic() {
            step(symbol(c));
            inside = true;
        } else if inside && !matches!(c, '\'' | '’') {
            step(EDGE);
            inside = false;
        }
    }
    if inside {
        step(EDGE);
    }
    costs
}

fn symbol(letter: char) -> usize {
    match letter {
        'a'..='z' => letter as usize - 'a' as usize,
        'ä' => 26,
        'ö' => 27,
        'ü' => 28,
        'ß' => 29,
        _ => OTHER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_its_form() {
        assert_eq!(BIGRAMS.len(), 2 * SYMBOLS * (SYMBOLS + 1));
        assert!(BIGRAMS.chunks(SYMBOLS + 1).all(|row| row.ends_with(b"\n") && row[..SYMBOLS].is_ascii()));
    }

    #[test]
    fn german_and_english_are_told_apart() {
        for (german, english) in [
            ("Ich liebe dich.", "I love you."),
            ("Der Fluss läuft davon", "The river runs away"),
            ("Geht schon!", "Go on."),
            ("Mein Herz ist schwer", "My heart is sore"),
        ] {
            let (de, en) = (letter_costs(german), letter_costs(english));
            assert!(de.german < de.english, "{german}: {de:?}");
            assert!(en.english < en.german, "{english}: {en:?}");
        }
    }

    #[test]
    fn apostrophes_belong_to_words_and_nothing_costs_nothing() {
        assert_eq!(letter_costs("don't"), letter_costs("don’t"));
        assert_eq!(letter_costs("1, 2 — ♪"), Costs::default());
    }
}
