// Chooses CPU or GPU for a run: as the visitor wishes, or whichever is faster for the model.

import { findGpu, lostGpu, nextPiece, place, writer } from './devices.js';
import { EngineError } from '../errors.js';
import { kindOf } from './kinds.js';
import { breath, unlessStopped } from './slices.js';
import { forgetWalk } from './walks.js';

/** @typedef {{ id: number, device: import('./protocol.js').DeviceWish }} Wishing */
/** @typedef {(event: import('./protocol.js').EngineEvent) => void} Post */
/** @typedef {import('./protocol.js').WasmGenerator} WasmGenerator */
/** @typedef {import('./protocol.js').WasmTranslator} WasmTranslator */

/** On each device, a race ends after this many tokens or this much time. */
const RACE_TOKENS = 24;
const RACE_MS = 500;
/** Tokens before the clock starts, to compile the GPU's pipelines and upload the weights. */
const WARM_UP = 2;
const SENTENCE = 'Ich weiß nicht, was soll es bedeuten.';

/**
 * Moves an engine to the device that a run asks for, racing both if necessary, and tells the page.
 *
 * @param {Wishing & { model: import('./protocol.js').ModelEntry }} job
 * @param {WasmGenerator | WasmTranslator} engine
 * @param {AbortSignal} signal
 * @param {Post} post
 */
export async function settle({ id, device: { choice, attempt, races }, model }, engine, signal, post) {
  if (choice === 'cpu') {
    place(engine, null);
    return;
  }
  const found = await unlessStopped(findGpu(attempt), signal);
  let race;
  if (found.gpu && choice === 'auto') {
    const key = `${model.files.weights.sha256.slice(0, 16)} ${'name' in found.report ? found.report.name : ''}`;
    race = { key, title: model.title, ...(races[key] ?? (await run(model, engine, found, signal))) };
  }
  // The GPU may have been lost during the race.
  if (!found.gpu) race = undefined;
  const on = found.gpu && !(race && race.cpu >= race.gpu) ? 'gpu' : 'cpu';
  place(engine, on === 'gpu' ? found : null);
  post({ id, type: 'device', on, attempt, report: found.report, race });
}

/**
 * @param {import('./protocol.js').ModelEntry} model
 * @param {WasmGenerator | WasmTranslator} engine
 * @param {import('./devices.js').Found} found
 * @param {AbortSignal} signal
 * @returns {Promise<import('./protocol.js').Rates>}
 */
async function run(model, engine, found, signal) {
  const rate = async () => {
    await breath();
    if (signal.aborted) throw new EngineError('cancelled', 'cancelled in the race');
    return kindOf(model) === 'translator'
      ? await translating(/** @type {WasmTranslator} */ (engine), signal)
      : await writing(/** @type {WasmGenerator} */ (engine), signal);
  };
  place(engine, null);
  const cpu = await rate();
  place(engine, found);
  const gpu = await rate();
  lostGpu(engine);
  return { cpu, gpu };
}

/**
 * @param {WasmGenerator} generator
 * @param {AbortSignal} signal
 * @returns {Promise<number>} tokens per second
 */
async function writing(generator, signal) {
  forgetWalk(generator);
  const given = writer(generator);
  await unlessStopped(given.start('', { seed: 1, max_new_tokens: WARM_UP + RACE_TOKENS }), signal);
  await unlessStopped(given.next(WARM_UP), signal);
  const begin = performance.now();
  let tokens = 0;
  let done = false;
  let elapsed = 0;
  while (!done && elapsed < RACE_MS) {
    const written = await unlessStopped(given.next(4), signal);
    tokens += written.tokens;
    done = written.done;
    elapsed = performance.now() - begin;
  }
  return perSecond(tokens, elapsed);
}

/**
 * @param {WasmTranslator} translator
 * @param {AbortSignal} signal
 * @returns {Promise<number>} tokens per second
 */
async function translating(translator, signal) {
  translator.start(`${SENTENCE} ${SENTENCE}`, {});
  await unlessStopped(nextPiece(translator), signal);
  const begin = performance.now();
  const piece = await unlessStopped(nextPiece(translator), signal);
  return perSecond(piece?.target_tokens.length ?? 0, performance.now() - begin);
}

/**
 * Computes a rate that is never zero or infinite, even with a coarse clock.
 *
 * @param {number} tokens
 * @param {number} elapsed milliseconds
 */
function perSecond(tokens, elapsed) {
  return Math.round((Math.max(1, tokens) * 1000) / Math.max(0.1, elapsed));
}
