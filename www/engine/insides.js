// Looks inside a model at work: reports its activations at each token, and answers questions between two slices.

import { open } from './opened-models.js';
import { breath, nextSlice } from './slices.js';

/** @typedef {import('./protocol.js').EngineEvent} EngineEvent */
/** @typedef {import('./protocol.js').Recorded} Recorded */
/** @typedef {import('./protocol.js').WasmGenerator} WasmGenerator */
/** @typedef {import('./protocol.js').WasmTranslator} WasmTranslator */

/**
 * Posts an event, transferring the recorded values to the page instead of copying them.
 *
 * @param {EngineEvent} event
 * @param {Recorded[]} recorded
 */
function hand(event, recorded) {
  self.postMessage(event, { transfer: recorded.map(({ values }) => values.buffer) });
}

/**
 * Generates a text and reports the model's activations.
 *
 * @param {import('./protocol.js').LookCommand} job
 * @param {WasmGenerator} generator
 * @param {AbortSignal} signal
 */
export async function lookAtWriting({ id, text, options }, generator, signal) {
  const started = await generator.start(text, { ...options, recording: true });
  self.postMessage({ id, type: 'started', ...started });
  const begin = performance.now();
  let slice = 2;
  let tokens = 0;
  let ended = false;
  const tell = (/** @type {import('./protocol.js').Step[]} */ steps) => {
    const recorded = /** @type {Recorded} */ (generator.recorded());
    const seconds = (performance.now() - begin) / 1000;
    hand({ id, type: 'frames', recorded, steps, tokens, seconds }, [recorded]);
  };
  tell([]);
  while (!ended && !signal.aborted) {
    const before = performance.now();
    const { steps, done, tokens: written } = await generator.next(slice);
    tokens += written;
    ended = done;
    tell(steps);
    slice = nextSlice(slice, performance.now() - before);
    await breath();
  }
  const seconds = (performance.now() - begin) / 1000;
  self.postMessage({ id, type: 'done', cancelled: !ended, tokens, seconds });
}

/**
 * Translates a text and reports, with each piece, the model's activations.
 *
 * @param {import('./protocol.js').LookCommand} job
 * @param {WasmTranslator} translator
 * @param {AbortSignal} signal
 */
export async function lookAtTranslating({ id, text, options }, translator, signal) {
  self.postMessage({ id, type: 'split', ...translator.start(text, options) });
  const begin = performance.now();
  let tokens = 0;
  let ended = false;
  while (!ended && !signal.aborted) {
    const piece = (await translator.next()) ?? null;
    ended = piece === null;
    if (piece) {
      const { source_ids, target_ids } = piece;
      const words = target_ids.length > 0;
      const inside = words ? translator.inside(Uint32Array.from(source_ids), Uint32Array.from(target_ids)) : [];
      tokens += target_ids.length;
      hand({ id, type: 'inside', piece, inside, tokens, seconds: (performance.now() - begin) / 1000 }, inside);
    }
    await breath();
  }
  const seconds = (performance.now() - begin) / 1000;
  self.postMessage({ id, type: 'done', cancelled: !ended, tokens, seconds });
}

/**
 * Answers one question about a model. It need not wait for a running job: between two slices the model is free.
 *
 * @param {import('./protocol.js').AskCommand} job
 * @param {import('./opened-models.js').How} how
 */
export async function answer(job, how) {
  const { engine } = await open(job, how);
  const { id, question } = job;
  self.postMessage({ id, type: 'answer', answer: answerOf(engine, question) });
  self.postMessage({ id, type: 'done', cancelled: false, tokens: 0, seconds: 0 });
}

/**
 * @param {WasmGenerator | WasmTranslator} engine
 * @param {import('./protocol.js').Question} question
 * @returns {import('./protocol.js').Answer}
 */
function answerOf(engine, question) {
  switch (question.of) {
    case 'lens':
      return { rated: engine.lens(question.residual, question.count) };
    case 'neighbours':
      return { rated: engine.neighbours(question.token, question.count, question.source) };
    case 'positions':
      return { positions: engine.positions(question.count) };
  }
}
