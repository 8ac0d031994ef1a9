//! Translation as a session: load a model, start with a text, take one piece after another.

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
use crate::text::{Dress, END, LineEnd, Note, PairTokenizer, Piece, UNK, modern_german, split_pieces};

/// Only this many characters at the start of a text are translated.
pub const MAX_TEXT_CHARACTERS: usize = 20_000;
/// Only this many tokens of a sentence are read: several times what a model has seen in training.
pub const MAX_SOURCE_TOKENS: usize = 256;
/// Number of sentences decoded side by side: enough rows to keep all cores of a machine busy.
pub(super) const BATCH: usize = 32;

/// A translation model with its tokenizer and the text it is translating.
///
/// ```
/// use liedwerk::generate::{TranslateOptions, Translator};
///
/// let mut translator = Translator::from_files(
///     &std::fs::read_to_string("www/models/transformer-de-en/config.json")?,
///     &std::fs::read_to_string("www/models/transformer-de-en/tokenizer.json")?,
///     &std::fs::read("www/models/transformer-de-en/model.safetensors")?,
/// )?;
/// translator.start("Ich singe ein Lied.", TranslateOptions::default())?;
/// while let Some(piece) = translator.next()? {
///     print!("{}", piece.text);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Translator {
    model: TranslationModel,
    /// A copy of the model on a GPU; if present, it does the translating.
    on_gpu: Option<TranslationModel>,
    /// Why the GPU is no longer used.
    gpu_fault: Option<Error>,
    tokenizer: PairTokenizer,
    session: Option<Session>,
}

/// The text in progress.
struct Session {
    pieces: std::vec::IntoIter<Piece>,
    /// Number of pieces returned so far.
    done: usize,
    trailing: String,
    options: TranslateOptions,
}

/// A piece as the model reads it.
pub(super) struct Prepared {
    /// Token ids with `<start>` and `<end>`.
    pub(super) ids: Vec<u32>,
    /// The original end of the line, where the model reads a full stop.
    end: Option<LineEnd>,
    /// Formatting removed from the line: Markdown, tags, list numbers, all capitals.
    dress: Dress,
    pub(super) limits: Limits,
    notes: Vec<Note>,
}

impl Translator {
    /// Loads a model from the contents of its three files.
    ///
    /// # Errors
    /// `bad-config` for a configuration that does not parse or does not describe a translator;
    /// `bad-tokenizer` for a tokenizer that does not parse or whose vocabulary sizes differ from the model's;
    /// for the weights see [`Weights`].
    pub fn from_files(config_json: &str, tokenizer_json: &str, weights: &[u8]) -> Result<Self> {
        let config = ModelConfig::from_json(config_json)?;
        let tokenizer = PairTokenizer::from_json(tokenizer_json)?;
        let mut weights = Weights::from_safetensors(weights)?;
        let model = TranslationModel::from_weights(config, &mut weights)?;
        weights.finish()?;
        Self::new(model, tokenizer)
    }

    /// Creates a translator for a model that is already in memory, such as one in training.
    ///
    /// # Errors
    /// `bad-tokenizer` if the vocabulary sizes of tokenizer and model differ.
    pub fn new(model: TranslationModel, tokenizer: PairTokenizer) -> Result<Self> {
        let sizes = [tokenizer.src_vocab_size(), tokenizer.tgt_vocab_size()];
        let expected = model.vocab_sizes();
        if sizes == expected {
            return Ok(Self { model, on_gpu: None, gpu_fault: None, tokenizer, session: None });
        }
        let message = format!("the tokenizer's vocabulary sizes are {sizes:?}, the model's {expected:?}");
        Err(Error::new(ErrorCode::BadTokenizer, message))
    }

    /// Switches to a GPU, or back to the CPU.
    ///
    /// If the GPU fails later, the CPU takes over: see [`Self::gpu_fault`].
    pub fn use_gpu(&mut self, gpu: Option<&Gpu>) {
        self.gpu_fault = None;
        self.on_gpu = gpu.map(|gpu| {
            let mut model = self.model.clone();
            model.to(&Device::Gpu(gpu.clone()));
            model
        });
    }

    /// The error that made the translator fall back to the CPU.
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

    /// Starts a new text and drops any text in progress.
    ///
    /// # Errors
    /// `bad-option` if an option is out of range; the text in progress is then kept.
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
        let is_prepared = self.tokenizer.is_for_prepared_german();
        notes.extend(foreign(text).filter(|_| is_prepared).map(|foreign| {
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

    /// Skips the next `pieces`, for callers that already have their translations.
    pub fn skip(&mut self, pieces: usize) {
        let Some(session) = &mut self.session else { return };
        session.done += session.pieces.by_ref().take(pieces).count();
    }

    /// Translates the next piece. After the last one, trailing white space is returned as the `before` of an
    /// empty piece. Returns `None` after that, and before the first [`start`](Self::start).
    ///
    /// # Errors
    /// `not-finite` if the model computes something that is not finite; this ends the text.
    #[expect(clippy::should_implement_trait, reason = "a translator can be started again after its end")]
    pub fn next(&mut self) -> Result<Option<TranslatedPiece>> {
        now(self.next_async())
    }

    /// Asynchronous [`next`](Self::next), for use with a GPU.
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

    /// Translates many texts at once, each exactly as [`start`](Self::start) and [`next`](Self::next) would,
    /// in the same order, but decodes sentences of all texts side by side. Calls `progress` with the number
    /// of sentences in each finished batch.
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

    /// Like [`translate_all`](Self::translate_all), with notes about each text.
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
        // Sentences of one length end together, so no row waits for a longer one.
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
        let is_prepared = self.tokenizer.is_for_prepared_german();
        let modern = match is_prepared && foreign(&line).is_none() {
            true => modern_german(&line),
            false => line.as_ref().into(),
        };
        let (sentence, end) = match is_prepared {
            true => LineEnd::as_sentence(&modern),
            false => (modern.clone(), None),
        };
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
        notes.extend(
            not_german(&line)
                .filter(|_| is_prepared)
                .map(|why| note("not-german", format!("This line {why}: {line}"))),
        );
        let n = options.search.no_repeat_ngram;
        let limits = Limits {
            max_new_tokens: options.max_new_tokens.min(2 * ids.len() + 10),
            // A source that repeats itself may be translated so: a refrain is not an endless loop.
            no_repeat_ngram: if repeats(&ids, n) { 0 } else { n },
        };
        Prepared { ids: self.tokenizer.source_frame(&ids), end, dress, limits, notes }
    }

    async fn search(&self, batch: &[&Prepared], options: Search, watching: bool) -> Result<Vec<Hypothesis>> {
        let sources: Vec<&[u32]> = batch.iter().map(|prepared| &prepared.ids[..]).collect();
        let limits: Vec<Limits> = batch.iter().map(|prepared| prepared.limits).collect();
        let model = self.on_gpu.as_ref().unwrap_or(&self.model);
        search(&mut *model.decoder(&sources, watching), &limits, options).await
    }

    /// The text of a hypothesis on one line, trimmed, with the line end of its source.
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
