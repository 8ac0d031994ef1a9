//! Writes a song line by line, each line the best of its candidates.

use super::draw::{Drawing, MOST_DRAWN, complete, draw};
use super::endings::Branches;
use super::plan::{Form, Plan, Stanza};
use super::reader::Reader;
use super::score::{Asked, Scores, SoFar};
use super::vocabulary::Vocabulary;
use super::walk::{Path, read_all};
use crate::error::Result;
use crate::generate::sampler::Sampler;
use crate::generate::{Generator, Sampling};
use crate::now::now;
use crate::order::{highest_first, in_order};
use crate::text::TextTokenizer;
use crate::text::rhyme::{Lexicon, Rhyme, last_word};

/// Number of candidates, best by all other parts, that are scored for the context.
const COMPARED: usize = 10;
/// Where a line must or may rhyme, this many times as many candidates are drawn, since few of them do.
const RHYMING: usize = 3;
/// If fewer sampled lines rhyme, some are also steered towards a rhyme.
const ENOUGH_RHYMES: usize = 3;
/// Maximum rounds of drawing; a further round is drawn while the best line is not sound.
const ROUNDS: usize = 3;
/// Sampling temperature used when the model only repeats itself.
const HOT: f32 = 1.1;
/// A line whose `ending` score is lower is not sound.
const SOUND_ENDING: f32 = -0.5;
/// Its natural logarithm.
const ONE_IN_A_THOUSAND: f32 = -6.9;

/// Writes a song in a given form. The model and the lexicon are passed to each call and must always be the
/// same.
///
/// Runs on the CPU only, so that a link can reproduce the song.
///
/// ```no_run
/// # use liedwerk::generate::{Generator, form::{Form, FormWriter}};
/// # use liedwerk::text::rhyme::Lexicon;
/// # fn song(generator: Generator, lexicon: Lexicon) -> liedwerk::Result<()> {
/// let form = Form { title: "First Snow".into(), scheme: "ABAB".into(), stanzas: 2, ..Form::default() };
/// let mut song = FormWriter::new(&generator, form)?;
/// while let Some(line) = song.next_line(&generator, &lexicon)? {
///     print!("{}{}", line.before, line.text);
/// }
/// # Ok(())
/// # }
/// ```
pub struct FormWriter {
    form: Form,
    plan: Plan,
    vocabulary: Vocabulary,
    sampler: Sampler,
    /// Used when `sampler` draws nothing but repetitions.
    hot_sampler: Sampler,
    in_context: Reader,
    /// What is read where neither the title nor any line is known.
    without_context: Reader,
    so_far: SoFar,
    /// Tokens of the lines of all stanzas, including the current one.
    stanzas: Vec<Vec<Vec<u32>>>,
    header: String,
}

/// A line of a song.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Separator from the previous line: nothing, a line break, or a blank line.
    pub before: &'static str,
    /// The line.
    pub text: String,
    /// Index of its stanza, from 0.
    pub stanza: usize,
    /// Index of the line within its stanza, from 0.
    pub line: usize,
    /// Whether the line was repeated as part of a chorus.
    pub again: bool,
    /// The best ten of the candidates it was chosen from: the line itself first, the others by score.
    pub candidates: Vec<CandidateLine>,
}

/// A candidate for a line.
#[derive(Debug, Clone, PartialEq)]
pub struct CandidateLine {
    /// The line.
    pub text: String,
    /// How it rhymes with the words it must rhyme with.
    pub rhyme: Option<Rhyme>,
    /// Whether it was steered towards a rhyme rather than freely drawn.
    pub led: bool,
    /// Its score, part by part.
    pub scores: Scores,
    /// Name of the part in which it falls furthest behind the chosen line; `None` for the chosen line.
    pub lost_by: Option<&'static str>,
}

struct Candidate {
    path: Path,
    line: CandidateLine,
}

impl FormWriter {
    /// Starts a song.
    ///
    /// # Errors
    /// `bad-option` if an option is out of range.
    pub fn new(generator: &Generator, form: Form) -> Result<Self> {
        now(Self::begin(generator, form))
    }

    async fn begin(generator: &Generator, form: Form) -> Result<Self> {
        let plan = form.plan()?;
        let (model, tokenizer) = (generator.model(), generator.tokenizer());
        let title = form.clean_title();
        let tokens = |line: &str| match line {
            "" => vec![tokenizer.start_id()],
            line => tokenizer.encode(line),
        };
        let header = generator.header().line(&title, &form.style, &plan.scheme);
        let untitled = generator.header().line("", &form.style, &plan.scheme);
        Ok(Self {
            vocabulary: Vocabulary::of(tokenizer),
            sampler: Sampler::new(form.sampling, form.seed)?,
            hot_sampler: Sampler::new(
                Sampling { temperature: form.sampling.temperature.max(HOT), ..form.sampling },
                form.seed,
            )?,
            in_context: Reader::new(model, tokens(&header)).await?,
            without_context: Reader::new(model, tokens(&untitled)).await?,
            so_far: SoFar::new(&title),
            stanzas: Vec::new(),
            header,
            form,
            plan,
        })
    }

    /// The header line the model read first, with its line break; empty if there is none.
    pub fn header(&self) -> &str {
        &self.header
    }

    /// Number of lines the song will have.
    pub fn line_count(&self) -> usize {
        self.plan.stanzas.len() * self.plan.letters.len()
    }

    /// Writes one line. Returns `None` once the song is complete.
    ///
    /// # Errors
    /// `not-finite` if the model computes something that is not finite.
    pub fn next_line(&mut self, generator: &Generator, lexicon: &Lexicon) -> Result<Option<Line>> {
        now(self.next(generator, lexicon))
    }

    async fn next(&mut self, generator: &Generator, lexicon: &Lexicon) -> Result<Option<Line>> {
        let (written, lines) = (self.so_far.lines.len(), self.plan.letters.len());
        let (stanza, line) = (written / lines, written % lines);
        let Some(&origin) = self.plan.stanzas.get(stanza) else { return Ok(None) };
        let again = match origin {
            Stanza::Again(earlier) => Some((self.so_far.lines[earlier * lines + line].clone(), earlier)),
            Stanza::New => None,
        };
        let (text, tokens, candidates) = match again {
            Some((text, earlier)) => (text, self.stanzas[earlier][line].clone(), Vec::new()),
            None => self.best_line(generator, lexicon, line).await?,
        };
        self.so_far.push(&text);
        if line == 0 {
            self.stanzas.push(Vec::new());
        }
        self.stanzas[stanza].push(tokens.clone());
        let breaks = if line + 1 == lines { 2 } else { 1 };
        let mut fed = tokens;
        (0..breaks).for_each(|_| fed.extend_from_slice(&self.vocabulary.line_break));
        self.in_context.read(generator.model(), fed).await?;
        let before = match (written, line) {
            (0, _) => "",
            (_, 0) => "\n\n",
            _ => "\n",
        };
        let again = origin != Stanza::New;
        Ok(Some(Line { before, text, stanza, line, again, candidates }))
    }

    /// Returns the best of many lines, its tokens without the line break, and the best candidates.
    async fn best_line(
        &mut self,
        generator: &Generator,
        lexicon: &Lexicon,
        line: usize,
    ) -> Result<(String, Vec<u32>, Vec<CandidateLine>)> {
        let (model, tokenizer) = (generator.model(), generator.tokenizer());
        let written = self.so_far.lines.len();
        let letter = self.plan.letters[line];
        let rhyming = |at: &usize| letter.is_some() && self.plan.letters[*at] == letter;
        let earlier =
            (0..line).filter(rhyming).filter_map(|at| last_word(&self.so_far.lines[written - line + at]));
        let free = self.plan.letters.iter().all(Option::is_none);
        let rhymes: Vec<String> =
            if free { self.so_far.unrhymed(lexicon, line).into_iter().collect() } else { earlier.collect() };
        let opens = (line + 1..self.plan.letters.len()).any(|at| rhyming(&at));
        let closes = line + 1 == self.plan.letters.len();
        let asked = Asked { rhymes: &rhymes, free, opens, closes, syllables: self.form.syllables };
        let target = rhymes.last().filter(|_| !free).map(String::as_str);
        let mut branches = Branches::new(tokenizer, lexicon, self.form.syllables, target, self.so_far.ends());
        let mut candidates: Vec<Candidate> = Vec::new();
        let count = self.form.candidates * if rhymes.is_empty() { 1 } else { RHYMING };
        for round in 0..ROUNDS.min(MOST_DRAWN / count) {
            let drawing = Drawing { line: written, first: round * count, count };
            let loops = candidates.first().is_some_and(|best| self.so_far.is_loop(&best.line.text));
            let sampler = if loops { &mut self.hot_sampler } else { &mut self.sampler };
            let drawn =
                draw(model, &self.in_context, &self.vocabulary, sampler, drawing, &mut branches).await?;
            self.collect(generator, lexicon, &asked, (drawn, false), &mut candidates);
            let natural = candidates
                .iter()
                .filter(|candidate| !candidate.line.led && candidate.line.rhyme == Some(Rhyme::Perfect))
                .count();
            if target.is_some() && natural < ENOUGH_RHYMES {
                let led = complete(model, &self.in_context, &self.vocabulary, &branches.take_best()).await?;
                self.collect(generator, lexicon, &asked, (led, true), &mut candidates);
            }
            candidates = best_first(candidates);
            if self.is_sound(&candidates[0].line, target.is_some()) {
                break;
            }
        }
        self.compare_with_context(generator, &mut candidates).await?;
        let best = candidates[0].line.scores;
        for other in &mut candidates[1..] {
            other.line.lost_by = Some(other.line.scores.lost_by(&best));
        }
        let mut tokens = candidates[0].path.tokens.clone();
        if candidates[0].path.ended {
            tokens.pop();
        }
        let lines = candidates.into_iter().map(|candidate| candidate.line).collect::<Vec<_>>();
        Ok((lines[0].text.clone(), tokens, lines))
    }

    /// Scores lines by everything but the context; skips duplicates.
    fn collect(
        &self,
        generator: &Generator,
        lexicon: &Lexicon,
        asked: &Asked<'_>,
        (paths, led): (Vec<Path>, bool),
        candidates: &mut Vec<Candidate>,
    ) {
        for path in paths {
            let end = path.tokens.len() - usize::from(path.ended);
            let text = generator.tokenizer().decode(&path.tokens[..end]).trim().to_owned();
            if text.is_empty() || candidates.iter().any(|other| other.line.text == text) {
                continue;
            }
            let weights = &self.form.weights;
            let mut scores = self.so_far.rate(lexicon, &text, asked, weights);
            scores.likely = weights.likely * self.mean(&path.log_p);
            if !path.ended {
                // The line was cut off at its maximum length.
                scores.length -= 10.0 * weights.syllable;
            }
            let last_word = last_word_log_p(generator.tokenizer(), &path.tokens[..end], &path.log_p);
            scores.ending += weights.strained * (last_word - ONE_IN_A_THOUSAND).min(0.0);
            let rhyme = self.so_far.rhyme(lexicon, &text, asked);
            candidates
                .push(Candidate { path, line: CandidateLine { text, rhyme, led, scores, lost_by: None } });
        }
    }

    /// Keeps the best candidates and adds the context's part to their scores.
    async fn compare_with_context(
        &self,
        generator: &Generator,
        candidates: &mut Vec<Candidate>,
    ) -> Result<()> {
        candidates.truncate(COMPARED);
        let (mut decoder, logits) = self.without_context.decoder(generator.model());
        let texts: Vec<&[u32]> = candidates.iter().map(|candidate| &candidate.path.tokens[..]).collect();
        let read = read_all(&mut *decoder, logits, &texts).await?;
        for (candidate, alone) in candidates.iter_mut().zip(read) {
            let gain = self.mean(&candidate.path.log_p) - self.mean(&alone.log_p);
            candidate.line.scores.context = self.form.weights.context * gain;
        }
        *candidates = best_first(std::mem::take(candidates));
        Ok(())
    }

    /// Whether the line rhymes where it must, ends well, and repeats no line.
    fn is_sound(&self, line: &CandidateLine, rhymes: bool) -> bool {
        let ends_well = line.scores.ending >= SOUND_ENDING && (!rhymes || line.rhyme.is_some());
        ends_well && !self.so_far.is_loop(&line.text)
    }

    /// Mean per subword, or per as many characters as make one.
    fn mean(&self, log_p: &[f32]) -> f32 {
        let sum: f32 = log_p.iter().sum();
        sum * self.vocabulary.per_unit / log_p.len().max(1) as f32
    }
}

/// Log-probability of the last word of a line, given the words before it.
fn last_word_log_p(tokenizer: &TextTokenizer, tokens: &[u32], log_p: &[f32]) -> f32 {
    let begins = |id: &u32| tokenizer.decode(&[*id]).starts_with(' ');
    let begin = tokens.iter().rposition(begins).unwrap_or(0);
    log_p[begin..tokens.len()].iter().sum()
}

/// Stable: equal scores keep their order.
fn best_first(candidates: Vec<Candidate>) -> Vec<Candidate> {
    let totals: Vec<f32> = candidates.iter().map(|candidate| candidate.line.scores.total()).collect();
    in_order(candidates, highest_first(&totals)).collect()
}
