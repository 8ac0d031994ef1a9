//! `liedwerk generate --scheme …`: writes a song with a form, line by line.

use std::io;

use liedwerk::generate::Generator;
use liedwerk::generate::form::{CandidateLine, Form, FormWriter, Line};
use liedwerk::text::rhyme::Lexicon;
use serde_json::{Value, json};

use crate::files::{print, say};

/// Writes a song and calls `show` for each finished line.
pub fn write(
    generator: &Generator,
    lexicon: &Lexicon,
    form: Form,
    mut show: impl FnMut(&Line) -> io::Result<()>,
) -> anyhow::Result<String> {
    let mut writer = FormWriter::new(generator, form)?;
    let mut text = String::new();
    while let Some(line) = writer.next_line(generator, lexicon)? {
        text.push_str(line.before);
        text.push_str(&line.text);
        show(&line)?;
    }
    Ok(text)
}

/// Prints a song as it is written, and returns it.
pub fn stream(generator: &Generator, lexicon: &Lexicon, form: Form) -> anyhow::Result<String> {
    let text = write(generator, lexicon, form, |line| print(format_args!("{}{}", line.before, line.text)))?;
    say!("");
    Ok(text)
}

/// Writes a song and returns it as JSON, with the `count` best candidates for each line.
pub fn report(generator: &Generator, lexicon: &Lexicon, form: Form, count: usize) -> anyhow::Result<Value> {
    let mut lines = Vec::new();
    let text = write(generator, lexicon, form, |line| {
        let candidates: Vec<Value> = line.candidates.iter().take(count).map(candidate).collect();
        let mut shown =
            json!({"text": line.text, "stanza": line.stanza, "line": line.line, "again": line.again});
        if count > 0 {
            shown["candidates"] = candidates.into();
        }
        lines.push(shown);
        Ok(())
    })?;
    Ok(json!({"text": text, "lines": lines}))
}

fn candidate(candidate: &CandidateLine) -> Value {
    let scores: serde_json::Map<String, Value> =
        candidate.scores.parts().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    json!({
        "text": candidate.text,
        "rhyme": candidate.rhyme.map(|rhyme| format!("{rhyme:?}").to_lowercase()),
        "led": candidate.led,
        "score": candidate.scores.total(),
        "scores": scores,
        "lost_by": candidate.lost_by,
    })
}
