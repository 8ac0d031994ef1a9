//! Songs with a form in links.

use super::replay::sampling;
use super::settings::{Settings, View, bad_link};
use crate::error::Result;
use crate::generate::Generator;
use crate::generate::form::{Form, FormWriter};
use crate::text::rhyme::Lexicon;

impl Settings {
    /// Whether the song has a form and is written line by line; only the Write view does so.
    pub fn has_form(&self) -> bool {
        self.view == View::Write && !self.scheme.is_empty()
    }

    /// The form described by these settings.
    ///
    /// # Errors
    /// `bad-link` if `syllables` is not a range.
    pub fn form(&self) -> Result<Form> {
        let range = || {
            let (least, most) = self.syllables.split_once('-')?;
            Some((least.parse().ok()?, most.parse().ok()?))
        };
        let syllables = match self.syllables.as_str() {
            "" => None,
            spelled => Some(range().ok_or_else(|| {
                bad_link(format!("the link is damaged: syllables are {spelled:?}, not a range such as 6-9"))
            })?),
        };
        Ok(Form {
            title: self.title.clone(),
            style: self.style.clone(),
            scheme: self.scheme.clone(),
            lines: self.number("lines") as usize,
            stanzas: self.number("stanzas") as usize,
            parts: self.parts.clone(),
            syllables,
            seed: self.number("seed") as u64,
            sampling: sampling(self),
            ..Form::default()
        })
    }

    /// Stores a form; sampling settings and seed are set separately.
    ///
    /// # Errors
    /// `bad-link` for values that the page would not accept.
    pub fn set_form(&mut self, form: &Form) -> Result<()> {
        self.title.clone_from(&form.title);
        self.style.clone_from(&form.style);
        self.scheme = if form.scheme.is_empty() { "free".to_owned() } else { form.scheme.clone() };
        self.parts.clone_from(&form.parts);
        self.syllables = form.syllables.map_or(String::new(), |(least, most)| format!("{least}-{most}"));
        self.set("lines", form.lines)?;
        self.set("stanzas", form.stanzas)
    }
}

/// Writes a song with a form and returns its verses.
///
/// # Errors
/// As [`Settings::form`], [`FormWriter::new`] and [`FormWriter::next_line`].
pub fn song_in_form(settings: &Settings, generator: &Generator, lexicon: &Lexicon) -> Result<String> {
    let mut writer = FormWriter::new(generator, settings.form()?)?;
    let mut text = String::new();
    while let Some(line) = writer.next_line(generator, lexicon)? {
        text.push_str(line.before);
        text.push_str(&line.text);
    }
    Ok(text)
}
