//! Splits lines into words as spelled in a lexicon.

/// The words in lower case: letters and inner apostrophes, without surrounding punctuation. A hyphen
/// separates words.
///
/// ```
/// use liedwerk::text::rhyme::words_of;
/// let words: Vec<String> = words_of("'Tis o’er—the sun-lit Days, dancin'!").collect();
/// assert_eq!(words, ["tis", "o'er", "the", "sun", "lit", "days", "dancin'"]);
/// ```
pub fn words_of(text: &str) -> impl Iterator<Item = String> + '_ {
    spelled_words(text).map(lexical)
}

/// The last word of a line; `None` if it has none.
pub fn last_word(line: &str) -> Option<String> {
    spelled_words(line).last().map(lexical)
}

/// The words as spelled in the text.
pub(crate) fn spelled_words(text: &str) -> impl Iterator<Item = &str> {
    let inside = |c: char| c.is_alphabetic() || is_apostrophe(c);
    text.split(move |c: char| !inside(c)).filter_map(|word| {
        let bare = word.trim_matches(is_apostrophe);
        // The apostrophe at the end of "dancin'" affects the pronunciation.
        let clipped =
            bare.len() > 3 && bare.ends_with("in") && word.trim_start_matches(is_apostrophe) != bare;
        let kept = if clipped { word.trim_start_matches(is_apostrophe) } else { bare };
        (!bare.is_empty()).then_some(kept)
    })
}

/// How a word of a text is spelled in a lexicon.
pub(crate) fn lexical(word: &str) -> String {
    word.to_lowercase().replace(is_apostrophe, "'")
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ')
}
