//! A translator as a session: load a model, start with a text, take piece by piece.

use super::beam::{Hypothesis, Limits, Search, search};
use super::language::{Foreign, foreign, not_german};
use super::ngrams::repeats;
use super::translate_options::TranslateOptions;
use super::translated::{TranslatedPiece, TranslatedText, TranslationStarted, is_translatable, kept_note};
use crate::error::{Error, ErrorCode, Result};
use crate::gpu::Gpu;
use crate::io::Weights;
use crate::models::{ModelConfig, TranslationModel};
use crate::nn::Module;
use crate::now::now;
use crate::tensor::Device;
use crate::text::{Dress, END, LineEnd, Note, PairTokenizer, Piece, START, UNK, modern_german, split_pieces};

/// Of a longer text only the first so many characters are translated.
pub const MAX_TEXT_CHARACTERS: usize = 20_000;
/// Of a sentence only so many tokens are read: several times what a model has seen in training.
pub const MAX_SOURCE_TOKENS: usize = 256;
/// Sentences that are decoded side by side: together their rows fill the cores of a machine.
pub(super) const BATCH: usize = 32;

/// A model that translates, with its tokenizer, and the text it is translating.
pub struct Translator {
    model: TranslationModel,
    /// The same model on a GPU, which then translates.
    on_gpu: Option<TranslationModel>,
    /// Why a GPU no longer does.
    gpu_fault: Option<Error>,
    tokenizer: PairTokenizer,
    session: Option<Session>,
}

/// The text in progress.
struct Session {
    pieces: std::vec::IntoIter<Piece>,
    /// Pieces given so far.
    done: usize,
    trailing: String,
    options: TranslateOptions,
}

/// A piece as the model reads it.
pub(super) struct Prepared {
    /// With `<start>` and `<end>`.
    pub(super) ids: Vec<u32>,
    /// That of the line, where the model reads a full stop.
    end: Option<LineEnd>,
    /// What the line wears besides words.
    dress: Dress,
    pub(super) limits: Limits,
    notes: Vec<Note>,
}

impl Translator {
    /// Opens a model from the contents of its three files.
    ///
    /// # Errors
    /// `bad-config` for a configuration that does not parse or is of no translator; `bad-tokenizer` for a
    /// tokenizer that does not parse or has other vocabulary sizes than the model; for the weights as
    /// [`Weights`] says.
    pub fn from_files(config_json: &str, tokenizer_json: &str, weights: &[u8]) -> Result<Self> {
        let config = ModelConfig::from_json(config_json)?;
        let tokenizer = PairTokenizer::from_json(tokenizer_json)?;
        let mut weights = Weights::from_safetensors(weights)?;
        let model = TranslationModel::from_weights(config, &mut weights)?;
        weights.finish()?;
        Self::new(model, tokenizer)
    }

    /// A translator for a model that is in memory already, such as one in training.
    ///
    /// # Errors
    /// `bad-tokenizer` if the tokenizer has other vocabulary sizes than the model.
    pub fn new(model: TranslationModel, tokenizer: PairTokenizer) -> Result<Self> {
        let sizes = [tokenizer.src_vocab_size(), tokenizer.tgt_vocab_size()];
        let expected = model.vocab_sizes();
        if sizes == expected {
            return Ok(Self { model, on_gpu: None, gpu_fault: None, tokenizer, session: None });
        }
        let message = format!("the tokenizer's vocabulary sizes are {sizes:?}, the model's {expected:?}");
        Err(Error::new(ErrorCode::BadTokenizer, message))
    }

    /// Translates on a GPU from now on, or on the CPU again.
    ///
    /// Should the GPU be lost on the way, the CPU goes on: see [`Self::gpu_fault`].
    pub fn use_gpu(&mut self, gpu: Option<&Gpu>) {
        self.gpu_fault = None;
        self.on_gpu = gpu.map(|gpu| {
            let mut model = self.model.clone();
            model.to(&Device::Gpu(gpu.clone()));
            model
        });
    }

    /// What happened to the GPU that was to translate.
    pub fn gpu_fault(&self) -> Option<&Error> {
        self.gpu_fault.as_ref()
    }

    /// The model.
    pub fn model(&self) -> &TranslationModel {
        &self.model
    }

    /// The tokenizer.
    pub fn tokenizer(&self) -> &PairTokenizer {
        &self.tokenizer
    }

    /// Begins a new text; one in progress is given up.
    ///
    /// # Errors
    /// `bad-option` when an option is outside its range; the text in progress then goes on.
    pub fn start(&mut self, text: &str, options: TranslateOptions) -> Result<TranslationStarted> {
        options.check()?;
        let mut notes = Vec::new();
        let text = match text.char_indices().nth(MAX_TEXT_CHARACTERS) {
            None => text,
            Some((end, _)) => {
                let message =
                    format!("Only the first {MAX_TEXT_CHARACTERS} characters of the text are translated.");
                notes.push(note("text-cut", message));
                &text[..end]
            }
        };
        let split = split_pieces(text);
        if !split.dropped.is_empty() {
            let message = "Control characters and invisible characters were left out.";
            notes.push(
                Note::new("characters-dropped", message).about(split.dropped.iter().collect::<String>()),
            );
        }
        if !split.pieces.iter().any(Piece::has_words) {
            notes.push(note("nothing-to-translate", "The text holds no words to translate.".to_owned()));
        }
        notes.extend(foreign(text).map(|foreign| {
            let what = match foreign {
                Foreign::Script => "is not written in Latin letters",
                Foreign::English => "looks English",
            };
            note("not-german", format!("The text {what}; the model has only learned German."))
        }));
        let (pieces, left) = (split.pieces.len(), split.pieces.into_iter());
        self.session = Some(Session { pieces: left, done: 0, trailing: split.trailing, options });
        Ok(TranslationStarted { pieces, notes })
    }

    /// Leaves out the next `pieces`, for who has their translations already.
    pub fn skip(&mut self, pieces: usize) {
        let Some(session) = &mut self.session else { return };
        session.done += session.pieces.by_ref().take(pieces).count();
    }

    /// Translates the next piece. After the last, white space at the end of the text comes as the `before`
    /// of a piece without text; then `None`, and also before the first [`start`](Self::start).
    ///
    /// # Errors
    /// `not-finite` when the model computes something that is not a number; the text ends there.
    #[expect(clippy::should_implement_trait, reason = "a translator can be started again after its end")]
    pub fn next(&mut self) -> Result<Option<TranslatedPiece>> {
        now(self.next_async())
    }

    /// [`next`](Self::next) where a GPU has to be waited for.
    ///
    /// # Errors
    /// As `next`.
    pub async fn next_async(&mut self) -> Result<Option<TranslatedPiece>> {
        let Some(session) = &mut self.session else { return Ok(None) };
        let options = session.options;
        let index = session.done;
        session.done += 1;
        let Some(piece) = session.pieces.next() else {
            let trailing = std::mem::take(&mut session.trailing);
            self.session = None;
            let end = TranslatedPiece::unchanged(index, Piece { before: trailing, text: String::new() });
            return Ok(Some(end).filter(|end| !end.before.is_empty()));
        };
        if !is_translatable(&piece) {
            return Ok(Some(TranslatedPiece::unchanged(index, piece)));
        }
        let prepared = self.prepare(&piece.text, options);
        let found = loop {
            match self.search(&[&prepared], options.search, true).await {
                Ok(mut found) => break found.remove(0),
                Err(error) if self.on_gpu.is_some() && error.code().is_of_gpu() => {
                    self.on_gpu = None;
                    self.gpu_fault = Some(error);
                }
                Err(error) => {
                    self.session = None;
                    return Err(error);
                }
            }
        };
        Ok(Some(self.translated(index, piece, prepared, &found)))
    }

    /// Translates many texts at once, each as [`start`](Self::start) and [`next`](Self::next) would and in
    /// the same order, but with sentences of all texts side by side; `progress` is told how many are done.
    ///
    /// # Errors
    /// `bad-option`, `not-finite`.
    pub fn translate_all<T: AsRef<str>>(
        &self,
        texts: &[T],
        options: TranslateOptions,
        progress: impl FnMut(usize),
    ) -> Result<Vec<String>> {
        let translated = self.translate_noting(texts, options, progress)?;
        Ok(translated.into_iter().map(|translated| translated.text).collect())
    }

    /// [`translate_all`](Self::translate_all) with the notes about each text.
    ///
    /// # Errors
    /// `bad-option`, `not-finite`.
    pub fn translate_noting<T: AsRef<str>>(
        &self,
        texts: &[T],
        options: TranslateOptions,
        mut progress: impl FnMut(usize),
    ) -> Result<Vec<TranslatedText>> {
        options.check()?;
        let splits: Vec<_> = texts.iter().map(|text| split_pieces(text.as_ref())).collect();
        let chosen = splits.iter().flat_map(|split| &split.pieces).filter(|piece| is_translatable(piece));
        let prepared: Vec<Prepared> = chosen.map(|piece| self.prepare(&piece.text, options)).collect();
        // Sentences of one length end together, and no row waits for a longer one.
        let mut order: Vec<usize> = (0..prepared.len()).collect();
        order.sort_by_key(|&i| prepared[i].ids.len());
        let mut translations = vec![String::new(); prepared.len()];
        for part in order.chunks(BATCH) {
            let batch: Vec<&Prepared> = part.iter().map(|&i| &prepared[i]).collect();
            let found = now(self.search(&batch, options.search, false))?;
            for (&i, hypothesis) in part.iter().zip(&found) {
                translations[i] = self.text(&prepared[i], hypothesis);
            }
            progress(part.len());
        }
        let mut translated = translations.into_iter().zip(prepared);
        let join = |split: crate::text::Pieces| {
            let (mut text, mut notes) = (String::new(), Vec::new());
            for piece in split.pieces {
                text.push_str(&piece.before);
                let next = if is_translatable(&piece) { translated.next() } else { None };
                match next {
                    Some((translation, prepared)) => {
                        text.push_str(&translation);
                        notes.extend(prepared.notes);
                    }
                    None => {
                        text.push_str(&piece.text);
                        notes.extend(kept_note(&piece));
                    }
                }
            }
            TranslatedText { text: text + &split.trailing, notes }
        };
        Ok(splits.into_iter().map(join).collect())
    }

    pub(super) fn prepare(&self, text: &str, options: TranslateOptions) -> Prepared {
        let (line, dress) = Dress::off(text);
        let modern = if foreign(&line).is_none() { modern_german(&line) } else { line.as_ref().into() };
        let (sentence, end) = LineEnd::as_sentence(&modern);
        let mut ids = self.tokenizer.encode_source(&sentence);
        let mut notes = Vec::new();
        if modern != line {
            notes.push(note("old-spelling", format!("Old or shortened spelling was read as {modern:?}.")));
        }
        if ids.len() > MAX_SOURCE_TOKENS {
            ids.truncate(MAX_SOURCE_TOKENS);
            let message =
                format!("Only the first {MAX_SOURCE_TOKENS} tokens of this sentence were translated.");
            notes.push(note("piece-cut", message));
        }
        let unknown = ids.iter().filter(|&&id| id == UNK).count();
        if unknown > 0 && matches!(self.tokenizer, PairTokenizer::Words(_)) {
            notes.push(note("unknown-words", format!("{unknown} words are not in the model's vocabulary.")));
        }
        notes.extend(not_german(&line).map(|why| note("not-german", format!("This line {why}: {line}"))));
        let n = options.search.no_repeat_ngram;
        let limits = Limits {
            max_new_tokens: options.max_new_tokens.min(2 * ids.len() + 10),
            // Who repeats himself is translated so: a refrain is no endless loop.
            no_repeat_ngram: if repeats(&ids, n) { 0 } else { n },
        };
        Prepared { ids: [&[START], &ids[..], &[END]].concat(), end, dress, limits, notes }
    }

    async fn search(&self, batch: &[&Prepared], options: Search, watching: bool) -> Result<Vec<Hypothesis>> {
        let sources: Vec<&[u32]> = batch.iter().map(|prepared| &prepared.ids[..]).collect();
        let limits: Vec<Limits> = batch.iter().map(|prepared| prepared.limits).collect();
        let model = self.on_gpu.as_ref().unwrap_or(&self.model);
        search(&mut *model.decoder(&sources, watching), &limits, options).await
    }

    /// The text of a hypothesis, on one line and with the end of its source, without the space that begins it.
    fn text(&self, prepared: &Prepared, hypothesis: &Hypothesis) -> String {
        let text = self.tokenizer.decode_target(&hypothesis.tokens).replace(char::is_control, " ");
        let line =
            prepared.end.as_ref().map_or_else(|| text.trim().to_owned(), |end| end.restore(text.trim()));
        prepared.dress.on(&line)
    }

    fn translated(
        &self,
        index: usize,
        piece: Piece,
        prepared: Prepared,
        found: &Hypothesis,
    ) -> TranslatedPiece {
        let text = self.text(&prepared, found);
        let mut notes = prepared.notes;
        if found.tokens.last() != Some(&END) {
            let count = found.tokens.len();
            notes.push(note("length-limit", format!("The translation was stopped after {count} tokens.")));
        }
        TranslatedPiece {
            index,
            before: piece.before,
            source: piece.text,
            text,
            source_tokens: self.tokenizer.source_pieces(&prepared.ids),
            source_ids: prepared.ids,
            target_ids: found.tokens.clone(),
            target_tokens: self.tokenizer.target_pieces(&found.tokens),
            attention: found.attention.iter().map(|row| row.to_vec()).collect(),
            score: found.log_prob / found.tokens.len().max(1) as f64,
            notes,
        }
    }
}

fn note(code: &'static str, message: String) -> Note {
    Note::new(code, message)
}
