//! Verifiable links: the page's twin gives the same results for the same fixtures.

use liedwerk::io::manifest::Manifest;
use liedwerk::link::{Comparison, Link, Proof, View, packed};
use serde_json::Value;

use crate::process::{liedwerk, stderr, stdout};
use crate::tidy::root;

fn fixture(name: &str) -> Value {
    let path = root().join("tests/fixtures/links").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn stored() -> Vec<String> {
    serde_json::from_value(fixture("stored.json")).unwrap()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap()
}

fn verify(link: &str) -> std::process::Output {
    liedwerk(root(), &["verify", link, "--models", "www/models"], b"")
}

/// The link with a changed value for `key`.
fn changed(link: &str, key: &str, change: impl Fn(&str) -> String) -> String {
    let pairs = link.trim_start_matches('#').split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) if name == key => format!("{name}={}", change(value)),
        _ => pair.to_owned(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

#[test]
fn proofs_are_those_of_the_page() {
    let vectors = fixture("vectors.json");
    for case in vectors["proofs"].as_array().unwrap() {
        let whole = case["whole"].as_bool().unwrap();
        let proof = Proof::of(text(case, "text"), whole, text(case, "model"), text(case, "sha256"));
        assert_eq!(proof.to_string(), text(case, "proof"));
        assert_eq!(Proof::parse(text(case, "proof")), Some(proof));
    }
    for case in vectors["comparisons"].as_array().unwrap() {
        let proof = Proof::parse(text(case, "proof")).unwrap();
        let expected = match &case["difference"] {
            Value::Null => Comparison::Identical,
            difference => Comparison::Differs {
                same: difference["same"].as_u64().unwrap() as usize,
                by: difference["by"].as_u64().unwrap() as usize,
            },
        };
        assert_eq!(proof.compare(text(case, "text")), expected, "{case}");
    }
    for spelled in vectors["malformed"].as_array().unwrap() {
        assert_eq!(Proof::parse(spelled.as_str().unwrap()), None);
    }
}

#[test]
fn texts_are_packed_as_in_the_page() {
    let vectors = fixture("vectors.json");
    for case in vectors["packed"].as_array().unwrap() {
        let plain = text(case, "text");
        assert_eq!(packed::unpack(text(case, "packed")).as_deref(), Some(plain));
        assert_eq!(packed::unpack(&packed::pack(plain)).as_deref(), Some(plain));
    }
    for case in vectors["refused"].as_array().unwrap() {
        assert_eq!(packed::unpack(case.as_str().unwrap()), None);
    }
}

#[test]
fn a_link_of_other_weights_is_renewed() {
    // A text that was stopped early, and two texts of two models; one with the version first, as links are
    // written now.
    let mut links: Vec<String> =
        stored().into_iter().filter(|link| link.contains("17p.") || link.contains("view=duel")).collect();
    links.push(links[0].replace("&v=1.4", "").replacen('#', "https://host/#v=1.4&", 1));
    for link in &links {
        let old = link.replace("v=1.4&", "v=1.0&").replace("proof=b739e23ccaa0", "proof=000000000000");
        let output = liedwerk(root(), &["verify", "--renew", &old, "--models", "www/models"], b"");
        assert_eq!(stdout(&output).trim_end(), link, "{}", stderr(&output));
    }
}

#[test]
fn stored_links_verify() {
    let links = stored();
    assert_eq!(links.len(), 21);
    let mut views = Vec::new();
    let mut models = Vec::new();
    for link in &links {
        let read = Link::parse(link).unwrap();
        assert!(read.rejected.is_empty(), "{link}");
        views.push(read.settings.view);
        models.extend(read.proofs.into_iter().map(|proof| proof.model));
        let output = verify(link);
        assert!(output.status.success() && stdout(&output).contains("identical"), "{link}\n{output:?}");
    }
    for view in [View::Write, View::Lab, View::Duel, View::Translate, View::Chain] {
        assert!(views.contains(&view), "no stored link of {view:?}");
    }
    let manifest = std::fs::read_to_string(root().join("www/models/index.json")).unwrap();
    let reads = |kind: &str| ["tagger", "text_classifier", "bert"].contains(&kind);
    for model in
        Manifest::from_json(&manifest).unwrap().models.into_iter().filter(|model| !reads(&model.model_type))
    {
        assert!(models.contains(&model.id), "no stored link of {}", model.id);
    }
}

#[test]
fn a_link_that_gives_another_text_fails_and_says_why() {
    let link = changed(&stored()[0], "seed", |_| "1".to_owned());
    let why = |link: &str, reason: &str| {
        let output = verify(link);
        assert!(stderr(&output).contains("error[text-differs]"));
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains("differs") && said.contains(reason), "{said}");
    };
    why(&link, "altered");
    why(&link.replacen('#', "#view=look&look=char-lstm-songs&", 1), "altered");
    why(&changed(&link, "proof", |proof| format!("0123456789ab{}", &proof[12..])), "other weights");
    why(&changed(&link, "v", |_| "1.1".to_owned()), "version 1 of the engine");
    why(&format!("{link}&top-p=7"), "out of range here: top-p");
    let gone = changed(&link, "proof", |proof| format!("{}.gone", proof.rsplit_once('.').unwrap().0));
    let output = verify(&gone);
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stdout).contains("no such model"));
    let outside = changed(&link, "proof", |proof| format!("{}...-", proof.rsplit_once('.').unwrap().0));
    assert!(String::from_utf8_lossy(&verify(&outside).stdout).contains("no such model"));
}

#[test]
fn what_cannot_be_checked_is_an_error_of_its_own() {
    let link = &stored()[0];
    let bomb = fixture("vectors.json")["refused"].as_array().unwrap().last().unwrap().clone();
    let cases = [
        ("seed=7&length=120".to_owned(), "before links could be checked"),
        ("seed=7&v=1.4".to_owned(), "settings only"),
        (changed(link, "v", |_| "2.1".to_owned()), "newer"),
        (changed(link, "v", |_| "x".to_owned()), "is none"),
        (changed(link, "proof", |proof| proof[..proof.len() - 30].to_owned()), "damaged"),
        (format!("{link}&z-prompt=AAAA"), "damaged"),
        (format!("{link}&z-prompt={}", bomb.as_str().unwrap()), "damaged"),
    ];
    for (link, reason) in cases {
        let output = verify(&link);
        let said = stderr(&output);
        assert!(said.contains("error[bad-link]") && said.contains(reason), "{link}: {said}");
    }
}

#[test]
fn generate_prints_a_link_that_verifies() {
    let model = ["generate", "--model", "www/models/char-lstm-songs", "--max-new-tokens", "80"];
    let beginning = "O rose,\n".repeat(60);
    let own = ["--prompt", &beginning, "--seed", "9", "--link", "--base", "https://host/page/"];
    let output = liedwerk(root(), &[&model[..], &own[..]].concat(), b"");
    let (song, link) = stdout(&output).trim_end().rsplit_once('\n').unwrap();
    assert!(song.len() > beginning.len() && link.starts_with("https://host/page/#v=1.4&z-prompt="), "{link}");
    assert!(link.len() < 500, "{link}");
    assert!(stdout(&verify(link)).contains("identical, all"));
    let refused = [["--beam", "2"], ["--stop", "x"], ["--temperature", "3"], ["--device", "gpu"]];
    for option in refused {
        let output = liedwerk(root(), &[&model[..], &["--link"], &option[..]].concat(), b"");
        assert!(stderr(&output).contains("error["), "{option:?}");
    }
}

#[test]
fn settings_survive_the_way_through_a_link() {
    for link in stored() {
        let read = Link::parse(&link).unwrap();
        let again = Link::parse(&read.settings.fragment(&read.proofs)).unwrap();
        assert_eq!(again, read, "{link}");
    }
}

#[test]
fn case_71_and_72_what_a_link_collects_on_its_way_is_left_out() {
    let link = &stored()[0];
    let escaped = link.replace('&', "&amp;");
    let arrived = [")", ",", ">", ".", ").", "\u{201d}", "%3E"].map(|end| format!("{link}{end}"));
    for link in arrived.iter().chain([&escaped]) {
        assert_eq!(Link::parse(link).unwrap(), Link::parse(&stored()[0]).unwrap(), "{link}");
    }
    let output = verify(&format!("<https://host/page/{escaped}>."));
    assert!(output.status.success() && stdout(&output).contains("identical"), "{output:?}");
}

#[test]
fn case_73_a_link_that_has_lost_its_end_is_not_whole() {
    let whole = Link::parse(&stored()[0]).unwrap();
    let made = whole.settings.fragment(&whole.proofs);
    let model = made.rfind('.').unwrap();
    for end in 1..model {
        let said = Link::parse(&made[..end]).unwrap_err().to_string();
        let told = ["not whole", "one setting only", "no link of the page", "damaged"];
        assert!(told.iter().any(|word| said.contains(word)), "{}: {said}", &made[..end]);
    }
    let old = stored().swap_remove(0);
    for end in ["&v=1.4", "&pro", "&proof=", "&proof=b739e23ccaa0.145.8"] {
        let at = old.find(&end[..3]).unwrap();
        let output = verify(&format!("{}{end}", &old[..at]));
        let said = stderr(&output);
        assert!(said.contains("error[bad-link]") && said.contains("not whole"), "{end}: {said}");
    }
}

#[test]
fn case_73_what_is_no_link_is_told_from_an_old_one() {
    for (link, reason) in [
        ("hello", "no link of the page"),
        ("https://host/page/", "no link of the page"),
        ("https://host/page/#prompt=O%20the%20wind", "quotation marks"),
        ("https://host/page/#prompt=O%20the%20wind&see", "not whole"),
    ] {
        let output = verify(link);
        let said = stderr(&output);
        assert!(said.contains("error[bad-link]") && said.contains(reason), "{link}: {said}");
    }
}

#[test]
fn case_75_links_spell_spaces_as_more_programs_keep_them() {
    let mut link = Link::parse(&stored()[0]).unwrap();
    link.settings.prompt = Some("O the wind + the rain ".to_owned());
    let made = link.settings.fragment(&link.proofs);
    assert!(made.contains("prompt=O%20the%20wind%20%2B%20the%20rain%20&"), "{made}");
    assert_eq!(Link::parse(&made).unwrap(), link);
}
