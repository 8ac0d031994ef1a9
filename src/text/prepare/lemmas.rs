//! A small table of lemmas for the irregular forms that are frequent in songs.
//!
//! Unlike stems, lemmas need a dictionary, which this is not: a word that is not in the table has no lemma
//! here.

use super::Language;

/// The dictionary form of a lower-case word, if the table of the language has it.
pub fn lemma(word: &str, language: Language) -> Option<&'static str> {
    let row = table(language)
        .iter()
        .find(|(lemma, forms)| *lemma == word || forms.split_ascii_whitespace().any(|form| form == word))?;
    Some(row.0)
}

/// Number of forms in the table, including the lemmas themselves.
pub fn lemma_count(language: Language) -> usize {
    table(language).iter().map(|(_, forms)| 1 + forms.split_ascii_whitespace().count()).sum()
}

fn table(language: Language) -> &'static [(&'static str, &'static str)] {
    match language {
        Language::German => GERMAN,
        Language::English => ENGLISH,
    }
}

/// In lower case like all words here, even German nouns.
const GERMAN: &[(&str, &str)] = &[
    ("sein", "bin bist ist sind seid war warst waren wart wäre wären wär sei gewesen"),
    ("haben", "hab habe hast hat habt hatte hattest hatten hattet hätte hätten hätt gehabt"),
    ("werden", "werde wirst wird werdet wurde wurden ward würde würden geworden worden"),
    ("können", "kann kannst könnt konnte konnten könnte könnten gekonnt"),
    ("müssen", "muss muß musst müsst musste mussten müsste müssten gemusst"),
    ("wollen", "will willst wollt wollte wollten gewollt"),
    ("sollen", "soll sollst sollt sollte sollten"),
    ("dürfen", "darf darfst dürft durfte durften dürfte"),
    ("mögen", "mag magst mögt mochte mochten möchte möchten möcht"),
    ("wissen", "weiß weißt wisst wusste wussten wüsste gewusst"),
    ("gehen", "gehe geh gehst geht ging gingen gegangen"),
    ("stehen", "stehe steh stehst steht stand standen gestanden stehn"),
    ("sehen", "sehe seh siehst sieht seht sah sahen gesehen sehn"),
    ("kommen", "komme komm kommst kommt kam kamen gekommen"),
    ("nehmen", "nehme nehm nimmst nimmt nehmt nahm nahmen genommen"),
    ("geben", "gebe geb gibst gibt gebt gab gaben gegeben"),
    ("sprechen", "spreche sprichst spricht sprecht sprach sprachen gesprochen"),
    ("singen", "singe sing singst singt sang sangen gesungen"),
    ("klingen", "klinge klingt klang klangen geklungen"),
    ("springen", "springe springst springt sprang sprangen gesprungen"),
    ("trinken", "trinke trinkst trinkt trank tranken getrunken"),
    ("finden", "finde find findest findet fand fanden gefunden"),
    ("binden", "binde bindest bindet band banden gebunden"),
    ("laufen", "laufe lauf läufst läuft lauft lief liefen gelaufen"),
    ("schlafen", "schlafe schläfst schläft schlaft schlief schliefen geschlafen"),
    ("lassen", "lasse lass lässt lasst ließ ließen gelassen"),
    ("fallen", "falle fällst fällt fallt fiel fielen gefallen"),
    ("fahren", "fahre fährst fährt fahrt fuhr fuhren gefahren"),
    ("tragen", "trage trägst trägt tragt trug trugen getragen"),
    ("brechen", "breche brichst bricht brecht brach brachen gebrochen"),
    ("ziehen", "ziehe ziehst zieht zog zogen gezogen ziehn"),
    ("fliegen", "fliege fliegst fliegt flog flogen geflogen"),
    ("liegen", "liege liegst liegt lag lagen gelegen"),
    ("sitzen", "sitze sitzt saß saßen gesessen"),
    ("bleiben", "bleibe bleib bleibst bleibt blieb blieben geblieben"),
    ("schreiben", "schreibe schreibst schreibt schrieb schrieben geschrieben"),
    ("denken", "denke denk denkst denkt dachte dachten gedacht"),
    ("bringen", "bringe bring bringst bringt brachte brachten gebracht"),
    ("träumen", "träumst träumt träumte träumten geträumt"),
    ("lieben", "liebe liebst liebt liebte liebten geliebt"),
    ("leben", "lebe lebst lebt lebte lebten gelebt"),
    ("küssen", "küsse küsst küsste küssten geküsst"),
    ("haus", "hauses häuser häusern"),
    ("baum", "baumes baums bäume bäumen"),
    ("traum", "traumes traums träume"),
    ("vogel", "vogels vögel vögeln"),
    ("nacht", "nächte nächten"),
    ("hand", "hände händen"),
    ("herz", "herzens herzen herze"),
    ("auge", "auges augen"),
    ("mann", "mannes männer männern"),
    ("kind", "kindes kinds kinder kindern"),
    ("lied", "liedes lieds lieder liedern"),
    ("wort", "wortes worts wörter worte worten wörtern"),
    ("stern", "sternes sterns sterne sternen"),
    ("blume", "blumen"),
    ("zeit", "zeiten"),
    ("märchen", "märchens"),
    ("schatten", "schattens"),
    ("gedanke", "gedankens gedanken"),
    ("gut", "gute guten gutem guter gutes besser bessere beste besten"),
    ("schön", "schöne schönen schönem schöner schönes schönste schönsten"),
    ("alt", "alte alten altem alter altes älter älteste"),
    ("viel", "viele vielen vieler vieles mehr meist meiste meisten"),
    ("hoch", "hohe hohen hohem hoher hohes höher höchste höchsten"),
];

const ENGLISH: &[(&str, &str)] = &[
    ("be", "am is are was were been being art wert"),
    ("have", "has had having hath hast"),
    ("do", "does did done doing doth dost"),
    ("go", "goes went gone going"),
    ("come", "comes came coming"),
    ("see", "sees saw seen seeing"),
    ("say", "says said saying"),
    ("take", "takes took taken taking"),
    ("give", "gives gave given giving"),
    ("make", "makes made making"),
    ("know", "knows knew known knowing"),
    ("think", "thinks thought thinking"),
    ("bring", "brings brought bringing"),
    ("find", "finds found finding"),
    ("hold", "holds held holding"),
    ("tell", "tells told telling"),
    ("stand", "stands stood standing"),
    ("sit", "sits sat sitting"),
    ("sing", "sings sang sung singing"),
    ("ring", "rings rang rung ringing"),
    ("spring", "springs sprang sprung springing"),
    ("drink", "drinks drank drunk drinking"),
    ("begin", "begins began begun beginning"),
    ("swim", "swims swam swum swimming"),
    ("run", "runs ran running"),
    ("fly", "flies flew flown flying"),
    ("grow", "grows grew grown growing"),
    ("blow", "blows blew blown blowing"),
    ("throw", "throws threw thrown throwing"),
    ("fall", "falls fell fallen falling"),
    ("rise", "rises rose risen rising"),
    ("ride", "rides rode ridden riding"),
    ("write", "writes wrote written writing"),
    ("speak", "speaks spoke spoken speaking"),
    ("break", "breaks broke broken breaking"),
    ("wake", "wakes woke woken waking"),
    ("sleep", "sleeps slept sleeping"),
    ("keep", "keeps kept keeping"),
    ("weep", "weeps wept weeping"),
    ("feel", "feels felt feeling"),
    ("leave", "leaves left leaving"),
    ("lose", "loses lost losing"),
    ("meet", "meets met meeting"),
    ("hear", "hears heard hearing"),
    ("buy", "buys bought buying"),
    ("catch", "catches caught catching"),
    ("teach", "teaches taught teaching"),
    ("shine", "shines shone shining"),
    ("dream", "dreams dreamt dreamed dreaming"),
    ("love", "loves loved loving"),
    ("live", "lives lived living"),
    ("die", "dies died dying"),
    ("man", "men"),
    ("woman", "women"),
    ("child", "children"),
    ("foot", "feet"),
    ("tooth", "teeth"),
    ("mouse", "mice"),
    ("goose", "geese"),
    ("wife", "wives"),
    ("knife", "knives"),
    ("good", "better best"),
    ("bad", "worse worst"),
    ("much", "more most"),
    ("little", "less least"),
    ("far", "farther further"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_form_has_two_lemmas() {
        for language in [Language::German, Language::English] {
            let mut seen = std::collections::BTreeSet::new();
            for (lemma, forms) in table(language) {
                assert!(seen.insert(*lemma), "{lemma}");
                for form in forms.split_ascii_whitespace() {
                    assert!(seen.insert(form), "{form}");
                }
            }
            assert_eq!(seen.len(), lemma_count(language));
        }
    }
}
