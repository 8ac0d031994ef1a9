// Writes a song with a form line by line, choosing each from many candidates, then computes its statistics.

import { openLexicon, startWasm } from './opened-models.js';
import { breath } from './slices.js';

/** Number of candidates shown for a line: itself and the best of the others. */
const SHOWN = 6;

/**
 * Composes a song; only in the worker with the lean module.
 *
 * @param {import('./protocol.js').ComposeCommand} job
 * @param {import('../pkg/liedwerk.js').Generator} generator
 * @param {import('./opened-models.js').How} how
 * @param {(event: import('./protocol.js').EngineEvent) => void} post
 */
export async function compose(job, generator, how, post) {
  const { id, form } = job;
  const { opened: lexicon, notes } = await openLexicon(job, how);
  post({ id, type: 'loaded', notes });
  const begin = performance.now();
  const { FormWriter } = /** @type {import('./protocol.js').LeanWasm} */ (await startWasm());
  const writer = FormWriter.start(generator, form);
  let text = '';
  let tokens = 0;
  let ended = false;
  try {
    post({ id, type: 'started', prompt: '', notes: [] });
    const lines = writer.lineCount();
    // A line takes a while, so let a pending cancel arrive first.
    await breath();
    while (!ended && !how.signal.aborted) {
      const next = writer.nextLine(generator, lexicon);
      ended = next === null;
      if (next) {
        const candidates = next.candidates.slice(0, SHOWN).map(({ text, led, lost_by }) => ({ text, led, lost_by }));
        const line = { before: next.before, text: next.text, candidates };
        text += line.before + line.text;
        tokens += 1;
        post({ id, type: 'line', line, lines, tokens, seconds: (performance.now() - begin) / 1000 });
      }
      await breath();
    }
  } finally {
    writer.free();
  }
  const seconds = (performance.now() - begin) / 1000;
  if (ended) post({ id, type: 'judged', figures: lexicon.judge(headed(form, text)) });
  post({ id, type: 'done', cancelled: !ended, tokens, seconds });
}

/**
 * Prepends the header that tells the judge the requested title and rhyme scheme.
 *
 * @param {import('./protocol.js').Form} form
 * @param {string} text
 */
function headed({ title, scheme }, text) {
  const letters = scheme.toLowerCase() === 'free' ? '' : scheme.toUpperCase();
  return `=== ${title.replace(/[|\p{Cc}]/gu, ' ')} | | ${letters}\n${text}`;
}
