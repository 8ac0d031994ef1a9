//! Songs with a form: they meet the requirements, and a seed reproduces them.

use liedwerk::generate::Generator;
use liedwerk::generate::form::{Form, FormWriter, Line, title_gains};
use liedwerk::judge::{Figures, songs};
use liedwerk::link::{Link, Proof, Settings, View};
use liedwerk::text::rhyme::Lexicon;

use crate::process::{liedwerk, stderr, stdout};
use crate::rhyme::shipped;
use crate::tidy::root;

fn model(id: &str) -> Generator {
    let read = |name: &str| std::fs::read(root().join("www/models").join(id).join(name)).unwrap();
    let text = |name: &str| String::from_utf8(read(name)).unwrap();
    Generator::from_files(&text("config.json"), &text("tokenizer.json"), &read("model.safetensors")).unwrap()
}

fn lines(generator: &Generator, lexicon: &Lexicon, form: &Form) -> Vec<Line> {
    let mut writer = FormWriter::new(generator, form.clone()).unwrap();
    let mut lines = Vec::new();
    while let Some(line) = writer.next_line(generator, lexicon).unwrap() {
        lines.push(line);
    }
    assert_eq!(lines.len(), writer.line_count());
    lines
}

fn text(lines: &[Line]) -> String {
    lines.iter().map(|line| format!("{}{}", line.before, line.text)).collect()
}

#[test]
fn songs_have_their_form_and_a_seed_gives_them_again() {
    let lexicon = shipped("en.lexicon");
    for id in ["gpt-songs", "char-lstm-songs"] {
        let generator = model(id);
        let form = Form {
            title: "The Last Train".to_owned(),
            scheme: "AABB".to_owned(),
            parts: "VCC".to_owned(),
            syllables: Some((6, 10)),
            candidates: 8,
            seed: 5,
            ..Form::default()
        };
        let song = lines(&generator, &lexicon, &form);
        let written = text(&song);
        assert_eq!(text(&lines(&generator, &lexicon, &form)), written, "{id}");
        let other = Form { seed: 6, ..form.clone() };
        assert_ne!(text(&lines(&generator, &lexicon, &other)), written, "{id}");

        let headed = format!("=== The Last Train | x | AABB\n{written}");
        let [read] = &songs(&headed)[..] else { panic!("one song in {written}") };
        assert_eq!(read.stanzas.iter().map(Vec::len).collect::<Vec<_>>(), [4, 4, 4]);
        assert_eq!(read.stanzas[1], read.stanzas[2], "the chorus comes back");
        assert!(song[8..].iter().all(|line| line.again && line.candidates.is_empty()));
        let figures = Figures::of(read, &lexicon, None);
        assert!(figures.asked.all == 6 && figures.asked.part >= 5, "{id}: {figures:?}\n{written}");
        for line in song.iter().filter(|line| !line.again) {
            let [best, others @ ..] = &line.candidates[..] else { panic!("a line has candidates") };
            assert!(best.text == line.text && best.lost_by.is_none());
            assert!(!others.is_empty() && others.iter().all(|other| other.lost_by.is_some()));
        }
    }
}

#[test]
fn titles_tell_a_model_something() {
    let generator = model("gpt-songs");
    assert!(generator.header().titles());
    assert_eq!(generator.header().styles(), ["old", "modern"]);
    let stanzas = vec![vec!["The sea is deep, the sea is wide,".to_owned(), "O waves and tide".to_owned()]];
    let gain = |title: &str| -> f32 {
        title_gains(&generator, (title, "old", ""), &stanzas).unwrap().unwrap().iter().sum()
    };
    assert!(gain("The Sea") > gain("My Mother's Kitchen") + 0.1, "{}", gain("The Sea"));
    assert_eq!(title_gains(&generator, ("", "", ""), &stanzas).unwrap(), None);
    assert_eq!(title_gains(&model("char-lstm-songs"), ("The Sea", "", ""), &stanzas).unwrap(), None);
}

#[test]
fn a_link_carries_a_form_and_proves_its_song() {
    let asked =
        ["--scheme", "XAXA", "--stanzas", "1", "--syllables", "6-9", "--title", "Snow", "--seed", "3"];
    let command = [&["generate", "--model", "www/models/gpt-songs", "--link"][..], &asked].concat();
    let output = liedwerk(root(), &command, b"");
    let (song, link) = stdout(&output).trim_end().rsplit_once('\n').unwrap();
    assert_eq!(song.lines().count(), 4, "{song}");
    let read = Link::parse(link).unwrap();
    assert!(read.rejected.is_empty() && read.settings.has_form(), "{link}");
    assert_eq!(Link::parse(&read.settings.fragment(&read.proofs)).unwrap(), read);
    let verified = liedwerk(root(), &["verify", link, "--models", "www/models"], b"");
    assert!(stdout(&verified).contains("identical, all"), "{link}");
    let other = link.replace("scheme=XAXA", "scheme=AABB");
    assert!(stderr(&liedwerk(root(), &["verify", &other], b"")).contains("text-differs"));
    let damaged = link.replace("syllables=6-9", "syllables=six");
    assert!(stderr(&liedwerk(root(), &["verify", &damaged], b"")).contains("bad-link"));
    for refused in [["--prompt", "x"], ["--beam", "2"], ["--scheme", "a1"], ["--tries", "99"]] {
        let output = liedwerk(root(), &[&command[..4], &["--stanzas", "1"], &refused[..]].concat(), b"");
        assert!(stderr(&output).contains("error["), "{refused:?}");
    }
}

#[test]
fn settings_without_a_form_have_none() {
    let settings = Settings::default();
    assert!(!settings.has_form());
    let proof = Proof::of("x", true, "gpt-songs", &"0".repeat(64));
    let mut titled = Settings::default();
    (titled.title, titled.style) = ("Snow".to_owned(), "old".to_owned());
    assert!(!titled.has_form(), "as in the page, a scheme makes a form");
    let mut elsewhere = Settings::default();
    (elsewhere.view, elsewhere.scheme) = (View::Lab, "ABAB".to_owned());
    assert!(!elsewhere.has_form(), "only one place of the page asks for forms");
    let keys = ["title", "style", "scheme", "parts", "syllables", "stanzas", "lines"];
    let fragment = settings.fragment(&[proof]);
    assert!(keys.iter().all(|key| !fragment.contains(&format!("{key}="))), "{fragment}");
}

#[test]
fn the_judge_sees_chains_rhymes_and_strange_words() {
    let chain = "=== Sea\nO the sea is the sea,\nwhere the sea is the sea,\nand the sea is the sea,\nO me!\n";
    let good =
        "=== A Kite | modern | ABAB\nI have a kite,\nit loves the sky,\nit is my light,\nit loves to fly.\n";
    let lexicon = shipped("en.lexicon");
    let figures = |text: &str| Figures::of(&songs(text)[0], &lexicon, None);
    assert_eq!(figures(chain).chains.part, 1);
    assert_eq!(figures(chain).longest.join(" "), "the sea is the sea");
    let good = figures(good);
    assert_eq!(
        (good.asked.part, good.asked.all, good.quatrains_perfect.part, good.chains.part),
        (2, 2, 1, 0)
    );
    assert_eq!(figures("The theord trived on").strange, ["theord", "trived"]);
    assert_eq!(figures("=== Theord\nThe theord sang").listed.part, 3);

    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("songs.txt"), chain).unwrap();
    let lexicon = root().join("www/models/en.lexicon").display().to_string();
    let output =
        liedwerk(folder.path(), &["judge", "--text", "songs.txt", "--lexicon", &lexicon, "--json"], b"");
    let report: serde_json::Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(report["chain_songs"]["part"], 1);
    assert!(stderr(&liedwerk(folder.path(), &["judge", "--text", "songs.txt"], b"")).contains("bad-option"));
}

#[test]
fn headers_tell_what_is_known_of_a_song_most_of_the_time() {
    let folder = tempfile::tempdir().unwrap();
    let song = "=== A Kite | somebody | 1901\nI have a kite,\nit loves the sky,\nit is my light,\nit loves to fly.\n";
    std::fs::write(folder.path().join("songs.txt"), song).unwrap();
    let lexicon = root().join("www/models/en.lexicon").display().to_string();
    let arguments =
        ["headers", "--lexicon", &lexicon, "--style", "modern", "--repeat", "200", "--out", "headed.txt"];
    let output = liedwerk(folder.path(), &[&arguments[..], &["songs.txt"]].concat(), b"");
    assert_eq!(stdout(&output), "headed.txt: 200 songs\n", "{}", stderr(&output));
    let headed = std::fs::read_to_string(folder.path().join("headed.txt")).unwrap();
    let headers: Vec<&str> = headed.lines().filter(|line| line.starts_with("===")).collect();
    let count = |header: &str| headers.iter().filter(|other| **other == header).count();
    let known = [
        "=== A Kite | modern | ABAB",
        "=== A Kite | modern",
        "=== A Kite",
        "=== | modern | ABAB",
        "=== | modern",
        "===",
    ];
    assert_eq!(headers.len(), 200);
    assert_eq!(known.map(count).iter().sum::<usize>(), 200, "{headers:?}");
    assert!(known.map(count)[0] > 60 && known.iter().all(|header| count(header) > 0));
}
