// The engine's module worker: loads models, generates and translates in short slices, and handles messages in between.

import { compose } from './composing.js';
import { atRest, expectAdapter, findGpu, nextPiece, tellLoss, writer } from './devices.js';
import { toFailure } from '../errors.js';
import { answer, lookAtTranslating, lookAtWriting } from './insides.js';
import { kindOf } from './kinds.js';
import { settle } from './races.js';
import { open, openSongs } from './opened-models.js';
import { breath, FIRST_SLICE, nextSlice, SLICE_MS, unlessStopped } from './slices.js';
import { forgetWalk, walk } from './walks.js';

/** @typedef {import('./protocol.js').Command} Command */
/** @typedef {import('./protocol.js').EngineEvent} EngineEvent */
/** @typedef {import('./protocol.js').Job} Job */
/** @typedef {import('./protocol.js').WasmGenerator} WasmGenerator */
/** @typedef {import('./protocol.js').WasmTranslator} WasmTranslator */

/** @type {Map<number, { controller: AbortController, begun: boolean }>} */
const jobs = new Map();
/** Jobs run one after another because they share one wasm memory. @type {Promise<unknown>} */
let queue = Promise.resolve();
/** Aborts work that is done while idle. @type {AbortController | null} */
let idle = null;

self.addEventListener('message', (/** @type {MessageEvent<Command>} */ { data }) => {
  if (data.type === 'cancel') {
    cancel(data.id);
  } else if (data.type === 'use-gpu') {
    void useGpu(data);
  } else {
    idle?.abort();
    jobs.set(data.id, { controller: new AbortController(), begun: false });
    // Questions are answered between the slices of a running job.
    if (data.type === 'ask') void run(data);
    else queue = queue.then(() => run(data)).then(atRest);
  }
});

/** @param {EngineEvent} event */
function post(event) {
  self.postMessage(event);
}

/** @param {number} id */
function cancel(id) {
  const job = jobs.get(id);
  job?.controller.abort();
  if (job?.begun === false) {
    // It may be queued behind a long download; the answer must not wait for that.
    jobs.delete(id);
    post({ id, type: 'failed', error: { code: 'cancelled', message: 'cancelled in the queue' } });
  }
}

/**
 * Runs outside the queue, which may contain a long job.
 *
 * @param {import('./protocol.js').UseGpuCommand} command
 */
async function useGpu({ id, device }) {
  const { attempt } = device;
  const { report } = await findGpu(attempt);
  post({ id, type: 'device', on: 'cpu', attempt, report });
  post({ id, type: 'done', cancelled: false, tokens: 0, seconds: 0 });
}

/**
 * Chooses a model's device in advance, unless a job is waiting, since a race takes time.
 *
 * @param {Parameters<typeof settle>[0]} job
 * @param {WasmGenerator | WasmTranslator} engine
 */
async function settleIdly(job, engine) {
  if ([...jobs.values()].some(({ begun }) => !begun)) return;
  const controller = new AbortController();
  idle = controller;
  try {
    await settle(job, engine, controller.signal, post);
  } catch (error) {
    // A run that needs this will report the failure again.
    if (!controller.signal.aborted) console.warn(error);
  }
  idle = null;
}

/** @param {Job} job */
async function run(job) {
  const entry = jobs.get(job.id);
  if (!entry) return;
  entry.begun = true;
  const { signal } = entry.controller;
  try {
    if (job.device.choice !== 'cpu') await expectAdapter();
    const onProgress = throttled((received, total) => post({ id: job.id, type: 'progress', received, total }));
    if (job.type === 'recall') {
      await recall(job, { signal, onProgress });
      return;
    }
    if (job.type === 'ask') {
      await answer(job, { signal, onProgress });
      return;
    }
    const { engine, loaded } = await open(job, { signal, onProgress });
    post({ id: job.id, type: 'loaded', ...loaded });
    if (job.type === 'load') {
      post({ id: job.id, type: 'done', cancelled: false, tokens: 0, seconds: 0 });
      await settleIdly(job, engine);
      return;
    }
    await settle(job, engine, signal, post);
    if (job.type === 'generate') await generate(job, /** @type {WasmGenerator} */ (engine), signal);
    if (job.type === 'compose') await compose(job, /** @type {import('../pkg/liedwerk.js').Generator} */ (engine), { signal, onProgress }, post);
    if (job.type === 'look') await look(job, engine, signal);
    if (job.type === 'walk') await walk(job, /** @type {WasmGenerator} */ (engine), signal, post);
    if (job.type === 'translate') await translate(job, /** @type {WasmTranslator} */ (engine), signal);
  } catch (error) {
    post({ id: job.id, type: 'failed', error: toFailure(error) });
  } finally {
    jobs.delete(job.id);
  }
}

/**
 * @param {import('./protocol.js').LookCommand} job
 * @param {WasmGenerator | WasmTranslator} engine
 * @param {AbortSignal} signal
 */
async function look(job, engine, signal) {
  if (kindOf(job.model) === 'translator') {
    await lookAtTranslating(job, /** @type {WasmTranslator} */ (engine), signal);
    return;
  }
  forgetWalk(/** @type {WasmGenerator} */ (engine));
  await lookAtWriting(job, /** @type {WasmGenerator} */ (engine), signal);
}

/**
 * @param {import('./protocol.js').GenerateCommand} job
 * @param {WasmGenerator} generator
 * @param {AbortSignal} signal
 */
async function generate(job, generator, signal) {
  const { id, prompt, options, path = [] } = job;
  forgetWalk(generator);
  const given = writer(generator);
  post({ id, type: 'started', ...(await unlessStopped(given.start(prompt, options), signal)) });
  await restore(given, path, signal);
  const begin = performance.now();
  let tokens = 0;
  let slice = FIRST_SLICE;
  let ended = false;
  while (!ended && !signal.aborted) {
    const before = performance.now();
    const step = await unlessStopped(given.next(slice), signal);
    tellLoss(job, generator, post);
    const now = performance.now();
    tokens += step.tokens;
    ended = step.done;
    post({ id, type: 'token', text: step.text, ids: step.ids, tokens, seconds: (now - begin) / 1000 });
    slice = nextSlice(slice, now - before);
    await breath();
  }
  const seconds = (performance.now() - begin) / 1000;
  post({ id, type: 'done', cancelled: !ended, tokens, seconds });
}

/**
 * Appends tokens that the page already has to a text.
 *
 * @param {import('./devices.js').Writer} given
 * @param {number[]} path
 * @param {AbortSignal} signal
 */
async function restore(given, path, signal) {
  let begin = performance.now();
  for (const id of path) {
    await unlessStopped(given.force(id), signal);
    if (performance.now() - begin < SLICE_MS) continue;
    await breath();
    if (signal.aborted) return;
    begin = performance.now();
  }
}

/**
 * @param {import('./protocol.js').TranslateCommand} job
 * @param {WasmTranslator} translator
 * @param {AbortSignal} signal
 */
async function translate(job, translator, signal) {
  const { id, text, options, skip = 0 } = job;
  const { pieces, notes } = translator.start(text, options);
  translator.skip(skip);
  post({ id, type: 'split', pieces, notes });
  const begin = performance.now();
  let tokens = 0;
  let ended = false;
  while (!ended && !signal.aborted) {
    const piece = (await unlessStopped(nextPiece(translator), signal)) ?? null;
    tellLoss(job, translator, post);
    ended = piece === null;
    if (piece) {
      tokens += piece.target_tokens.length;
      post({ id, type: 'piece', piece, tokens, seconds: (performance.now() - begin) / 1000 });
    }
    await breath();
  }
  const seconds = (performance.now() - begin) / 1000;
  post({ id, type: 'done', cancelled: !ended, tokens, seconds });
}

/**
 * @param {import('./protocol.js').RecallCommand} job
 * @param {import('./opened-models.js').How} how
 */
async function recall(job, how) {
  const { id, text } = job;
  const { opened, notes } = await openSongs(job, how);
  post({ id, type: 'loaded', notes });
  post({ id, type: 'recalled', stretches: opened.find(text) });
  post({ id, type: 'done', cancelled: false, tokens: 0, seconds: 0 });
}

/**
 * Forwards the first and the last call, and at most 20 a second in between.
 *
 * @param {(received: number, total: number) => void} report
 */
function throttled(report) {
  let last = -Infinity;
  return (/** @type {number} */ received, /** @type {number} */ total) => {
    const now = performance.now();
    if (received < total && now - last < 50) return;
    last = now;
    report(received, total);
  };
}
