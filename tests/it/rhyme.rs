//! Rhymes by ear: the shipped lexicons compared with pairs judged by people, and malicious files.

use liedwerk::text::Language;
use liedwerk::text::rhyme::{Lexicon, Listed, Rhyme, last_word, words_of};

use crate::tidy::root;

pub fn shipped(name: &str) -> Lexicon {
    Lexicon::from_bytes(&std::fs::read(root().join("www/models").join(name)).unwrap()).unwrap()
}

/// Pairs of words, separated by white space.
fn pairs(text: &str) -> Vec<(&str, &str)> {
    text.split_whitespace().map(|pair| pair.split_once('/').unwrap()).collect()
}

fn check(lexicon: &Lexicon, text: &str, is: impl Fn(Option<Rhyme>) -> bool) -> usize {
    let pairs = pairs(text);
    let wrong: Vec<String> = pairs
        .iter()
        .filter(|(a, b)| !is(lexicon.rhyme(a, b)) || !is(lexicon.rhyme(b, a)))
        .map(|(a, b)| {
            format!("{a} {:?} / {b} {:?}: {:?}", lexicon.sounds(a), lexicon.sounds(b), lexicon.rhyme(a, b))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    pairs.len()
}

const ENGLISH_PERFECT: &str = "night/light love/above heart/part rain/train home/roam blue/true sky/high day/away
    sea/free tears/years road/load dream/stream fire/desire moon/soon tree/me town/down door/floor hand/land
    long/song eyes/skies alone/stone name/flame face/place time/rhyme boat/coat snow/go kiss/miss street/feet
    morning/warning river/shiver sorrow/tomorrow sorrow/borrow weather/together singing/ringing telling/selling flower/hour
    station/creation ocean/motion golden/olden laughter/after mother/brother window/akimbo? money/honey ready/steady
    dancing/romancing thunder/wonder whether/feather breath/death said/bed good/could food/mood blood/flood
    word/heard though/so through/too enough/stuff laugh/half daughter/water bough/now write/kite goodbye/butterfly
    remember/december forever/never guitar/star cafe/stay";
const ENGLISH_NEAR: &str = "time/mine home/stone dream/green find/mine days/away eyes/sky memory/me melody/be
    leave/believe light/delight hands/stand rise/ice love/enough blame/rain";
const ENGLISH_NONE: &str = "night/knight sea/see night/night Night/night rain/reign love/move word/lord cough/though
    heart/beard blood/food table/song window/river sun/moon door/poor? dog/cat morning/evening time/same fire/water
    give/five gone/bone done/tone said/paid wind/window? blue/black home/some have/save were/here work/fork
    daughter/laughter flower/lower river/diver ocean/open tomorrow/today city/sky summer/simmer";

#[test]
fn english_words_rhyme_as_they_are_said() {
    let lexicon = shipped("en.lexicon");
    assert_eq!(lexicon.language(), Language::English);
    // People disagree about pairs with a question mark.
    let sure = |text: &str| -> String {
        text.split_whitespace().filter(|pair| !pair.ends_with('?')).collect::<Vec<_>>().join(" ")
    };
    let perfect = check(&lexicon, &sure(ENGLISH_PERFECT), |rhyme| rhyme == Some(Rhyme::Perfect));
    let near = check(&lexicon, &sure(ENGLISH_NEAR), |rhyme| rhyme == Some(Rhyme::Near));
    let none = check(&lexicon, &sure(ENGLISH_NONE), |rhyme| rhyme.is_none());
    assert!(perfect + near + none >= 100, "{perfect} {near} {none}");
}

const GERMAN_PERFECT: &str = "Haus/aus Herz/Schmerz Nacht/Macht Liebe/Triebe Wald/bald singen/klingen Rose/lose
    Zeit/weit Himmel/Getümmel? Garten/warten Sonne/Wonne Tag/lag Leben/geben Bäume/Träume Licht/nicht Hand/Land
    Welt/fällt Meer/schwer Stern/fern Lied/schied sehen/stehen sehn/gehen Wind/Kind Tod/rot Rad/Tat Leid/Zeit
    Hunde/Stunde Mai/vorbei Feuer/teuer Bett/nett Mann/dann Gebet/steht bekannt/Sand Ruh/du Bach/ach Mund/gesund
    tanzen/pflanzen Wellen/Quellen Straßen/lasen? Kuss/muss Kuß/muß allein/sein Einsamkeit/Leid wunderbar/war
    verloren/geboren Morgen/Sorgen Regen/Segen Mutter/Futter leise/Weise Schatten/hatten geht/weht Glas/Gras?
    Freude/Gebäude Sterne/Ferne Rhein/Wein Schnee/Klee Idee/See Melodie/nie Gesicht/spricht vergessen/besessen
    Augen/taugen Winter/dahinter Tränen/sehnen Erde/Pferde Geschichten/dichten Wohnung/Schonung Musik/Glück?";
const GERMAN_NEAR: &str = "Glück/Blick Freude/Heide schön/gehn König/wenig Blüte/Liebe? Fuß/muss trübe/Liebe
    neigen/schmerzensreichen Anna/Wanner? Fröhlichkeit/weit? Höhn/stehn zurück/Blick Töne/Szene? Sommer/frommer?
    Liebe/trieben Garten/warte Grüße/süße? Mühe/Knie? Träume/Reime heute/weite";
const GERMAN_NONE: &str = "Haus/Maus? Liebe/Liebe Haus/haus Meer/mehr Lied/Lid? Hand/Hund Wald/Wild Herz/Nacht Tag/Zug
    Liebe/Lampe Sonne/Mond Regen/Rosen singen/sagen Himmel/Sommer Licht/Nacht Mutter/Vater Morgen/Abend leben/lieben
    Garten/Gärtner Stern/Stirn Bett/Boot Freude/Sonne gehen/kommen Berg/Burg Kind/Hund Feuer/Wasser Welt/Wald
    fein/fern lachen/suchen Tränen/Tannen Bäume/Blume Schnee/Schuh Gebet/Gebot geben/loben Straße/Stimme";

#[test]
fn german_words_rhyme_by_the_rules() {
    let sure = |text: &str| -> String {
        text.split_whitespace().filter(|pair| !pair.ends_with('?')).collect::<Vec<_>>().join(" ")
    };
    // With the shipped word list and without any: the sounds come from the rules.
    for lexicon in [shipped("de.lexicon"), Lexicon::build(Language::German, "", "")] {
        let perfect = check(&lexicon, &sure(GERMAN_PERFECT), |rhyme| rhyme == Some(Rhyme::Perfect));
        let near = check(&lexicon, &sure(GERMAN_NEAR), |rhyme| rhyme == Some(Rhyme::Near));
        let none = check(&lexicon, &sure(GERMAN_NONE), |rhyme| rhyme.is_none());
        assert!(perfect + near + none >= 100, "{perfect} {near} {none}");
    }
}

#[test]
fn syllables_are_counted() {
    let english = shipped("en.lexicon");
    for (line, syllables) in [
        ("Twinkle, twinkle, little star,", 7),
        ("How I wonder what you are.", 7),
        ("The silver river ran to sea", 8),
        ("The zorgled blimble danced", 6),
        ("", 0),
    ] {
        assert!(english.syllables(line).abs_diff(syllables) <= 1, "{line}: {}", english.syllables(line));
    }
    let german = shipped("de.lexicon");
    for (line, syllables) in [
        ("Am Brunnen vor dem Tore,", 7),
        ("Da steht ein Lindenbaum;", 6),
        ("Sah ein Knab' ein Röslein stehn,", 7),
        ("Feuer, Eulen, Äuglein, Bäume", 8),
    ] {
        assert_eq!(german.syllables(line), syllables, "{line}");
    }
}

#[test]
fn rhyming_words_are_found_and_rhyme() {
    for (name, word, expected) in [("en.lexicon", "rain", "train"), ("de.lexicon", "Herz", "Schmerz")] {
        let lexicon = shipped(name);
        let found = lexicon.rhyming(word, Listed::Known);
        assert!(
            found.iter().any(|(rhyme, other)| *rhyme == Rhyme::Perfect && other == expected),
            "{found:?}"
        );
        for (rhyme, other) in found.iter().take(50) {
            assert_eq!(lexicon.rhyme(word, other), Some(*rhyme), "{other}");
        }
        let perfect = found.iter().filter(|(rhyme, _)| *rhyme == Rhyme::Perfect).count();
        assert!(lexicon.perfect_rhymes(word, Listed::Known) >= perfect);
    }
}

#[test]
fn unknown_words_are_said_like_others() {
    let lexicon = shipped("en.lexicon");
    for (unknown, known) in
        [("blorning", "morning"), ("zancin'", "dancing"), ("look'd", "cooked"), ("zight", "night")]
    {
        let (guess, sound) = (&lexicon.sounds(unknown)[0], &lexicon.sounds(known)[0]);
        assert_eq!(guess.rhyme, sound.rhyme, "{unknown}");
    }
    assert!(lexicon.sounds("xkcd").is_empty() && lexicon.listed("blorning").is_none());
    assert!(lexicon.listed("ocean's").is_some() && lexicon.listed("o'er").is_some());
}

#[test]
fn words_of_a_line() {
    let words: Vec<String> = words_of("\"Don't,\" she said — 'Rock-a-bye!'").collect();
    assert_eq!(words, ["don't", "she", "said", "rock", "a", "bye"]);
    assert_eq!(last_word("so (they say) ...").as_deref(), Some("say"));
    assert_eq!(last_word("— !"), None);
}

#[test]
fn a_lexicon_survives_its_file_and_nothing_else_is_read() {
    let dictionary = "light L AY1 T\nread R EH1 D\nread(2) R IY1 D\nnight N AY1 T # a comment\n";
    let texts = "=== Light | x\nI read by night, by light.\nMy Bright's light, Bright. ".repeat(6);
    let lexicon = Lexicon::build(Language::English, dictionary, &texts);
    assert_eq!(lexicon.sounds("read").len(), 2);
    // Not in the dictionary, but frequent and pronounced by analogy.
    assert!(lexicon.listed("bright").is_some() && lexicon.listed("zebra").is_none());
    for lexicon in [lexicon, Lexicon::build(Language::German, "Haus\n", "Das Haus, das Haus.")] {
        let bytes = lexicon.to_bytes();
        assert_eq!(Lexicon::from_bytes(&bytes).unwrap(), lexicon);
        for end in 0..bytes.len() {
            assert_eq!(Lexicon::from_bytes(&bytes[..end]).unwrap_err().code().as_str(), "bad-lexicon");
        }
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1 << bit;
                // Refused, or read as another lexicon; nothing panics, and the result can be queried.
                if let Ok(read) = Lexicon::from_bytes(&damaged) {
                    let _ = (read.rhyme("light", "night"), read.rhyming("Haus", Listed::Rare));
                }
            }
        }
        assert!(Lexicon::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
    }
}
