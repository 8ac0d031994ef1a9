//! Modernises old German spelling for models that have only read today's.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Word beginnings, old and new, each with its possible endings; `-` is the empty ending. Most reflect the
/// spelling reforms of 1901 and 1996: `th` became `t`, and `ß` after a short vowel `ss`.
const WORDS: &str = "
daß dass -; deß dessen -; indeß indes -; muß muss - t te ten test; müß müss t te ten test;
laß lass - t; läß läss t; verlaß verlass - t; verläß verläss t; unterlaß unterlass -; faß fass - t te ten;
umfaß umfass t te; paß pass t te; haß hass - t te; häß häss lich liche lichen licher; naß nass -; blaß blass -;
riß riss -; biß biss - chen; gewiß gewiss - heit lich; wißt wisst -; wuß wuss t te ten test; wüß wüss t te ten;
gewuß gewuss t; gefaß gefass t te ten; gepaß gepass t; gehaß gehass t;
bewuß bewuss t te ten tsein; unbewuß unbewuss t te ten; vergiß vergiss - t meinnicht; vergeß vergess -;
iß iss - t; frißt frisst -; mißt misst -; küß küss - t te ten; geküß geküss t te ten; kuß kuss -; fluß fluss -;
schluß schluss -; schloß schloss -; schlöß schlöss chen; beschloß beschloss -; schoß schoss -; genuß genuss -;
nuß nuss - baum; schuß schuss -; guß guss -; roß ross -; röß röss lein; baß bass -; verdruß verdruss -;
überfluß überfluss -; entschluß entschluss -; mißgunst missgunst -; preßt presst -; gepreßt gepresst -;
bildniß bildnis -; geheimniß geheimnis -; finsterniß finsternis -; gedächtniß gedächtnis -;
thu tu - n e t st; gethan getan -; angethan angetan -; aufgethan aufgetan -; thät tät - e en ig; that tat en;
thräne träne - n; thal tal - e es; thäl täl er ern; thür tür - e en; thor tor - e es en heit; thöricht töricht - e en;
thau tau -; theil teil - e en; theuer teuer -; theure teure - n r s; thier tier - e en; thurm turm -;
roth rot - e en er es; röth röt e lich; abendroth abendrot -; morgenroth morgenrot -; noth not -; nöthig nötig -;
muth mut - ig ige igen; gemüth gemüt - e es; wehmuth wehmut -; demuth demut -; armuth armut -; hochmuth hochmut -;
werth wert - e en; wirth wirt - in; rath rat - e en; räth rät - sel; fluth flut - en; gluth glut - en;
blüth blüt e en; athem atem -; heimath heimat -; reichthum reichtum -; heiligthum heiligtum -; mährchen märchen -;
sey sei - n d; bey bei - m; dabey dabei -; zwey zwei -; drey drei -; frey frei - e en heit; weyh weih e;
giebt gibt -; gieb gib - t; vergieb vergib - t; gieng ging - en; hieng hing - en; fieng fing - en
";

/// Maps old words to new ones, in lower case.
static NEW: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let mut words = HashMap::new();
    for entry in WORDS.split(';') {
        let mut parts = entry.split_whitespace();
        if let (Some(old), Some(new)) = (parts.next(), parts.next()) {
            for ending in parts.map(|ending| ending.trim_matches('-')) {
                words.insert(format!("{old}{ending}"), format!("{new}{ending}"));
            }
        }
    }
    words
});

/// Endings shortened in verse, and their full forms.
const SHORTENED: [(&str, &str); 6] =
    [("gen", "igen"), ("ge", "ige"), ("ger", "iger"), ("gem", "igem"), ("ges", "iges"), ("n", "en")];
/// Prepositions, after which `'s` does not mean "es".
const PREPOSITIONS: [&str; 8] = ["in", "an", "auf", "für", "durch", "um", "über", "vor"];
/// Words that may be capitalised at the start of a line and still be followed by "es"; other capitalised
/// words are names, whose `'s` is a genitive.
const BEFORE_ES: [&str; 22] = [
    "ist", "war", "wird", "hat", "gibt", "geht", "kann", "soll", "muss", "will", "wie", "wenn", "was", "wo",
    "ich", "du", "er", "sie", "wir", "ihr", "mir", "ob",
];

/// Modernises old spelling and restores vowels replaced by an apostrophe. Borrows the text if nothing
/// changes.
///
/// ```
/// use liedwerk::text::modern_german;
/// assert_eq!(modern_german("Daß ich's thun muß, hab' ich gewußt."), "Dass ich es tun muss, habe ich gewusst.");
/// ```
pub fn modern_german(text: &str) -> Cow<'_, str> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // An apostrophe after an opening one is a closing quotation mark.
    let mut quoted = false;
    while let Some(start) = rest.find(|c: char| c.is_alphabetic() || is_apostrophe(c)) {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        if let Some(mark) = rest.chars().next().filter(|&c| is_apostrophe(c)) {
            quoted = !quoted;
            out.push(mark);
            rest = &rest[mark.len_utf8()..];
            continue;
        }
        let (word, after) = split_letters(rest);
        let Some(mark) = after.chars().next().filter(|&c| is_apostrophe(c)) else {
            out.push_str(&modern_word(word));
            rest = after;
            continue;
        };
        let (tail, after) = split_letters(&after[mark.len_utf8()..]);
        match full(word, tail).filter(|_| !(quoted && tail.is_empty())) {
            Some(full) => out.push_str(&full),
            None => {
                quoted &= !tail.is_empty();
                out.extend([&modern_word(word), &rest[word.len()..rest.len() - after.len()]]);
            }
        }
        rest = after;
    }
    out.push_str(rest);
    if out == text { Cow::Borrowed(text) } else { Cow::Owned(out) }
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’')
}

fn split_letters(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len()))
}

/// Modernises one word without apostrophes, keeping an initial capital.
fn modern_word(word: &str) -> Cow<'_, str> {
    let Some(new) = NEW.get(&word.to_lowercase()) else { return Cow::Borrowed(word) };
    match word.chars().next() {
        Some(first) if first.is_uppercase() => {
            let mut letters = new.chars();
            Cow::Owned(letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect())
        }
        _ => Cow::Borrowed(new),
    }
}

/// The full form of `word'tail`; `None` if unknown.
fn full(word: &str, tail: &str) -> Option<String> {
    let small = word.to_lowercase();
    let new = modern_word(word);
    match tail {
        // A genitive such as "Voß'" lacks nothing.
        "" if small.ends_with(['s', 'ß', 'x', 'z']) => None,
        "" => Some(format!("{new}e")),
        "s" if PREPOSITIONS.contains(&small.as_str()) => Some(format!("{new}s")),
        "s" if small == word || BEFORE_ES.contains(&small.as_str()) => Some(format!("{new} es")),
        "n" if !small.ends_with(['h', 'i', 'r', 'l', 'u', 'e']) => None,
        _ => {
            let (_, ending) = SHORTENED.iter().find(|(short, _)| *short == tail)?;
            Some(format!("{new}{ending}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_words_become_new_ones() {
        for (old, new) in [
            ("Daß ich so traurig bin;", "Dass ich so traurig bin;"),
            ("MUSS ich? Ich muß!", "MUSS ich? Ich muss!"),
            ("Die Thräne fiel ins tiefe Thal.", "Die Träne fiel ins tiefe Tal."),
            ("Er giebt das Herz so frey", "Er gibt das Herz so frei"),
            ("Vergißmeinnicht", "Vergissmeinnicht"),
        ] {
            assert_eq!(modern_german(old), new);
        }
    }

    #[test]
    fn apostrophes_are_filled_in() {
        for (old, new) in [
            ("Ich träumt' in seinem Schatten", "Ich träumte in seinem Schatten"),
            ("Ich hatt’ einen Kameraden", "Ich hatte einen Kameraden"),
            ("Ist's wahr? Wie's geht, weiß ich's nicht.", "Ist es wahr? Wie es geht, weiß ich es nicht."),
            ("in's Feld, auf's Pferd", "ins Feld, aufs Pferd"),
            ("der ew'ge Schlaf, den heil'gen Wein", "der ewige Schlaf, den heiligen Wein"),
            ("Wir geh'n und einmarschir'n", "Wir gehen und einmarschiren"),
        ] {
            assert_eq!(modern_german(old), new);
        }
    }

    #[test]
    fn the_rest_stays() {
        for text in [
            "",
            "1797 — ♪",
            "Groß ist der Spaß auf der Straße, süß und heiß: Grüße zu Fuß!",
            "Theater, Thema, Thron, Rathaus, Werther",
            "Er rief: 'Komm zu mir' und ‚geh‘.",
            "Goethe's Lied und Voß' Luise",
            "Musicir'st du, D'Artagnan?",
        ] {
            assert!(matches!(modern_german(text), Cow::Borrowed(_)), "{:?}", modern_german(text));
        }
    }
}
