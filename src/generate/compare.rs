//! Checks that a GPU chooses the same tokens as the CPU.
//!
//! Both read the same text, and the likeliest next token is compared at each step. Where they differ the
//! CPU's token is written, so each difference counts once and the comparison can continue.

use super::processors::argmax;
use super::prompt::read_prompt;
use super::translate_options::TranslateOptions;
use super::translator::BATCH;
use super::{Generator, Translator};
use crate::error::{Error, ErrorCode, Result};
use crate::gpu::Gpu;
use crate::nn::Module;
use crate::tensor::Device;
use crate::text::{END, PAD, START};

/// A token on which the two devices disagree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// Number of tokens written before it.
    pub at: usize,
    /// The CPU's choice.
    pub cpu: u32,
    /// The GPU's choice.
    pub gpu: u32,
    /// The CPU's logit of its own choice minus the CPU's logit of the GPU's choice.
    pub gap: f32,
}

/// The result of decoding one text on both devices.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Agreement {
    /// The CPU's text.
    pub tokens: Vec<u32>,
    /// Positions where the GPU would have written a different token.
    pub differences: Vec<Difference>,
    /// The largest relative error (L2 norm) of the GPU's logits in any step.
    pub largest_error: f64,
}

impl Agreement {
    /// Records the CPU's and the GPU's next token and returns the CPU's.
    ///
    /// # Errors
    /// `not-finite`.
    fn choose(&mut self, cpu: &[f32], gpu: &[f32]) -> Result<u32> {
        let finite = |logits: &[f32]| logits.iter().all(|logit| !logit.is_nan() && *logit != f32::INFINITY);
        if !finite(cpu) || !finite(gpu) {
            return Err(Error::new(ErrorCode::NotFinite, "a logit is not a number"));
        }
        let pairs = || cpu.iter().zip(gpu).filter(|(cpu, _)| cpu.is_finite());
        let squares: f64 = pairs().map(|(&cpu, _)| f64::from(cpu).powi(2)).sum();
        let errors: f64 = pairs().map(|(&cpu, &gpu)| (f64::from(gpu) - f64::from(cpu)).powi(2)).sum();
        self.largest_error = self.largest_error.max((errors / squares.max(f64::MIN_POSITIVE)).sqrt());
        let (chosen, other) = (argmax(cpu), argmax(gpu));
        if chosen != other {
            self.differences.push(Difference {
                at: self.tokens.len(),
                cpu: chosen as u32,
                gpu: other as u32,
                gap: cpu[chosen] - cpu[other],
            });
        }
        self.tokens.push(chosen as u32);
        Ok(chosen as u32)
    }
}

impl Generator {
    /// Continues each prompt greedily on both devices, by up to `count` tokens. Calls `progress` after each
    /// text.
    ///
    /// # Errors
    /// `not-finite`, `gpu-lost` or `out-of-memory`.
    pub async fn compare<T: AsRef<str>>(
        &self,
        gpu: &Gpu,
        prompts: &[T],
        count: usize,
        mut progress: impl FnMut(),
    ) -> Result<Vec<Agreement>> {
        let mut twin = self.model().clone();
        twin.to(&Device::Gpu(gpu.clone()));
        let mut texts = Vec::with_capacity(prompts.len());
        for prompt in prompts {
            let mut next = read_prompt(self.tokenizer(), self.model().context(), prompt.as_ref()).1;
            let (mut on_cpu, mut on_gpu) = (self.model().begin(), twin.begin());
            let mut logits = [Vec::new(), Vec::new()];
            let mut text = Agreement::default();
            while text.tokens.len() < count && next.last().copied() != self.tokenizer().end_id() {
                self.model().feed(&mut on_cpu, &next, &mut logits[0]).await?;
                twin.feed(&mut on_gpu, &next, &mut logits[1]).await?;
                next = vec![text.choose(&logits[0], &logits[1])?];
            }
            texts.push(text);
            progress();
        }
        Ok(texts)
    }
}

impl Translator {
    /// Translates each sentence greedily on both devices. Calls `progress` with the size of each finished
    /// batch.
    ///
    /// # Errors
    /// `not-finite`, `gpu-lost` or `out-of-memory`.
    pub async fn compare<T: AsRef<str>>(
        &self,
        gpu: &Gpu,
        sentences: &[T],
        mut progress: impl FnMut(usize),
    ) -> Result<Vec<Agreement>> {
        let mut twin = self.model().clone();
        twin.to(&Device::Gpu(gpu.clone()));
        let mut texts = vec![Agreement::default(); sentences.len()];
        for (batch, texts) in sentences.chunks(BATCH).zip(texts.chunks_mut(BATCH)) {
            let prepare = |sentence: &T| self.prepare(sentence.as_ref(), TranslateOptions::default());
            let (sources, limits): (Vec<_>, Vec<_>) =
                batch.iter().map(prepare).map(|it| (it.ids, it.limits.max_new_tokens)).unzip();
            let mut on_cpu = self.model().decoder(&sources, false);
            let mut on_gpu = twin.decoder(&sources, false);
            let mut logits = [Vec::new(), Vec::new()];
            // Unfinished sentences, in the order of the decoders' rows.
            let mut open: Vec<usize> = (0..batch.len()).collect();
            let mut tokens = vec![START; open.len()];
            while !open.is_empty() {
                on_cpu.step(&tokens, &mut logits[0]).await?;
                on_gpu.step(&tokens, &mut logits[1]).await?;
                let width = logits[0].len() / open.len();
                for (row, &sentence) in open.iter().enumerate() {
                    let [cpu, gpu] = logits.each_mut().map(|all| &mut all[row * width..][..width]);
                    for never in [PAD, START] {
                        (cpu[never as usize], gpu[never as usize]) = (f32::NEG_INFINITY, f32::NEG_INFINITY);
                    }
                    tokens[row] = texts[sentence].choose(cpu, gpu)?;
                }
                let goes_on =
                    |row: &usize| tokens[*row] != END && texts[open[*row]].tokens.len() < limits[open[*row]];
                let rows: Vec<usize> = (0..open.len()).filter(goes_on).collect();
                on_cpu.select(&rows);
                on_gpu.select(&rows);
                (open, tokens) = rows.iter().map(|&row| (open[row], tokens[row])).unzip();
            }
            progress(batch.len());
        }
        Ok(texts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_noted_with_its_gap_and_the_cpu_goes_on() {
        let mut text = Agreement::default();
        assert_eq!(text.choose(&[1.0, 3.0, 2.0], &[1.0, 3.0, 2.0]).unwrap(), 1);
        assert_eq!((text.differences.len(), text.largest_error), (0, 0.0));
        assert_eq!(text.choose(&[1.0, 3.0, 2.5], &[1.0, 2.0, 2.5]).unwrap(), 1);
        assert_eq!(text.differences, [Difference { at: 1, cpu: 1, gpu: 2, gap: 0.5 }]);
        assert!((text.largest_error - 1.0 / 16.25_f64.sqrt()).abs() < 1e-12);
        assert_eq!(text.tokens, [1, 1]);
        // Banned tokens do not count as a difference between devices.
        assert_eq!(text.choose(&[f32::NEG_INFINITY, 1.0], &[f32::NEG_INFINITY, 1.0]).unwrap(), 1);
        let error = text.choose(&[1.0, 2.0], &[f32::NAN, 2.0]).unwrap_err();
        assert_eq!(error.code(), ErrorCode::NotFinite);
    }
}
