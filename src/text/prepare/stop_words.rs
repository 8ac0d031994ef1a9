//! Stop words: frequent words that carry little meaning, such as articles, pronouns, prepositions and
//! auxiliaries.

use super::Language;

/// Whether a lower-case word is on the language's list.
pub fn is_stop_word(word: &str, language: Language) -> bool {
    list(language).split_ascii_whitespace().any(|stop| stop == word)
}

/// Number of words on the list.
pub fn stop_word_count(language: Language) -> usize {
    list(language).split_ascii_whitespace().count()
}

fn list(language: Language) -> &'static str {
    match language {
        Language::German => GERMAN,
        Language::English => ENGLISH,
    }
}

const GERMAN: &str = "
    aber alle allem allen aller alles als also am an ander andere anderem anderen anderer anderes auch auf aus
    bei beim bevor bin bis bist da dabei dadurch dafür daher dahin damit dann daran darauf daraus das darf darfst
    darin darüber darum davon davor dazu dass daß dein deine deinem deinen deiner deines dem den denen denn der
    deren des dessen deshalb dich die dies diese diesem diesen dieser dieses dir doch dort du durch
    ein eine einem einen einer eines einige einigem einigen einiger einiges einmal er es etwas euch euer eure
    eurem euren eurer eures für gegen gewesen hab habe haben habt hast hat hatte hatten hattest hattet hätt
    hätte hätten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im in indem ins ist
    ja jede jedem jeden jeder jedes jene jenem jenen jener jenes jetzt kann kannst kein keine keinem keinen
    keiner keines können könnt könnte könnten machen man manche manchem manchen mancher manches mein meine
    meinem meinen meiner meines mich mir mit muss musst musste muß müssen müsste nach nicht nichts noch nun nur
    ob oder ohne sehr sei seid sein seine seinem seinen seiner seines seit selbst sich sie sind so solche
    solchem solchen solcher solches soll sollen sollst sollt sollte sollten sondern sonst über um und uns unser
    unsere unserem unseren unserer unseres unter viel vom von vor wann war wäre wären waren warst was weg weil
    weiter welche welchem welchen welcher welches wenn wer werde werden werdet wem wen wessen wie wieder will
    willst wir wird wirst wo woher wohin wollen wollte wollten würde würden ward wurde wurden während zu zum zur
    zwar zwischen";

const ENGLISH: &str = "
    a about above after again against all am an and any are aren't art as at be because been before being below
    between both but by can can't cannot could couldn't did didn't do does doesn't doing don't down during each
    few for from further had hadn't has hasn't hath have haven't having he he'd he'll he's her here here's hers
    herself him himself his how how's i i'd i'll i'm i've if in into is isn't it it's its itself let's me might
    more most must mustn't my myself no nor not of off on once only or other ought our ours ourselves out over
    own same shall shan't she she'd she'll she's should shouldn't so some such than that that's the thee their
    theirs them themselves then there there's these they they'd they'll they're they've thine this those thou
    through thy to too under until up upon us very was wasn't we we'd we'll we're we've were weren't what what's
    when when's where where's which while who who's whom why why's will with won't would wouldn't ye yet you
    you'd you'll you're you've your yours yourself yourselves";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_stands_twice_and_none_is_in_upper_case() {
        for language in [Language::German, Language::English] {
            let words: Vec<&str> = list(language).split_ascii_whitespace().collect();
            let distinct: std::collections::BTreeSet<&str> = words.iter().copied().collect();
            assert_eq!(distinct.len(), words.len());
            assert!(words.iter().all(|word| *word == word.to_lowercase()));
        }
    }
}
