// The worker that learns from people: one model, and one job after another.

import { EngineError, toFailure } from '../errors.js';
import { modelFiles } from './model-files.js';
import { startModule } from './module.js';
import { breath } from './slices.js';
import { fetchWeights } from './weights.js';

/** @typedef {import('./preferring-protocol.js').PreferringCommand} Command */
/** @typedef {import('./preferring-protocol.js').PreferringJob} Job */
/** @typedef {import('./preferring-protocol.js').PreferringEvent} Event */

/** Comparisons at most for each choice: of many a judge has no opinion. */
const TRIES = 10;
/** Steps between two measurements of a tuning, and stanzas of one. */
const MEASURE_EVERY = 10;
const MEASURED_STANZAS = 16;
/** What is measured by has other random numbers than what is learned from. */
const MEASURED = 1_000_000;

/** @type {import('./preferring-protocol.js').WasmPreference | null} */
let opened = null;
let queue = Promise.resolve();
/** Jobs that are to end where they are. @type {Set<number>} */
const stopped = new Set();

self.addEventListener('message', (/** @type {MessageEvent<Command>} */ { data }) => {
  if (data.type === 'stop') stopped.add(data.id);
  else queue = queue.then(() => run(data));
});

/** @param {Event} event */
function post(event) {
  const bytes = 'bytes' in event ? event.bytes : event.type === 'done' ? event.result?.bytes : null;
  self.postMessage(event, { transfer: bytes ? [bytes.buffer] : [] });
}

/** @param {Job} job */
async function run(job) {
  try {
    post({ id: job.id, type: 'done', result: await resultOf(job) });
  } catch (error) {
    post({ id: job.id, type: 'failed', error: toFailure(error) });
  } finally {
    stopped.delete(job.id);
  }
}

/** @param {Job} job */
async function resultOf(job) {
  if (job.type === 'open') return open(job);
  if (!opened) throw new EngineError('bad-option', 'no model is open');
  switch (job.type) {
    case 'stanzas':
      return opened.stanzas(job.seed, job.k);
    case 'judge':
      return judge(opened, job);
    case 'learn':
      return opened.learnFrom(job.lines);
    case 'fit':
      return fit(opened, job);
    case 'rank':
      return opened.ranked(job.count, job.seed);
    case 'plan':
      return JSON.parse((await startModule('full')).tuningPlan(job.method));
    case 'tune':
      return tune(opened, job);
    case 'compare':
      return opened.sideBySide(job.k, job.seed + MEASURED);
    case 'model':
      return packed(opened.modelFile(job.name, job.seconds));
  }
}

/** @param {Extract<Job, { type: 'open' }>} job */
async function open({ id, model, lexicon, known }) {
  const how = {
    signal: new AbortController().signal,
    onProgress: (/** @type {number} */ received, /** @type {number} */ total) => post({ id, type: 'received', received, total }),
  };
  const request = { model, fresh: false, known };
  const [module, files, words] = await Promise.all([
    startModule('full'),
    modelFiles(request, how),
    fetchWeights(lexicon, { fresh: false, known, signal: how.signal, onProgress: () => {} }),
  ]);
  const { config, tokenizer } = files.config === undefined ? module.readModelFile(files.bytes) : files;
  opened?.free();
  opened = null;
  opened = module.Preference.open(config ?? '', tokenizer ?? '', files.bytes, words.bytes);
}

/**
 * @param {import('./preferring-protocol.js').WasmPreference} preference
 * @param {Extract<Job, { type: 'judge' }>} job
 * @returns {Promise<number>} how many choices were made
 */
async function judge(preference, { id, seed, k, count, judge }) {
  let made = 0;
  for (let at = k; at < k + count * TRIES && made < count && !stopped.has(id); at += 1) {
    const line = preference.judged(seed, at, judge);
    if (line !== undefined) {
      made += 1;
      post({ id, type: 'choice', line, k: at });
    }
    await breath();
  }
  return made;
}

/**
 * @param {import('./preferring-protocol.js').WasmPreference} preference
 * @param {Extract<Job, { type: 'fit' }>} job
 * @returns {Promise<import('./preferring-protocol.js').Foretold>}
 */
async function fit(preference, { id, seed }) {
  const steps = preference.fitReward(seed);
  for (let step = 0; step < steps && !stopped.has(id); step += 1) {
    post({ id, type: 'fitted', fit: preference.stepReward() });
    await breath();
  }
  return preference.foretold();
}

/**
 * @param {import('./preferring-protocol.js').WasmPreference} preference
 * @param {Extract<Job, { type: 'tune' }>} job
 * @returns {Promise<import('./preferring-protocol.js').Ended>}
 */
async function tune(preference, { id, plan, judge, checkpoint }) {
  preference.tune(JSON.stringify(plan));
  let step = checkpoint ? preference.restore(checkpoint) : 0;
  const begin = performance.now();
  const seconds = () => (performance.now() - begin) / 1000;
  const look = () => {
    post({ id, type: 'measured', step, measured: preference.glance(judge, MEASURED_STANZAS, MEASURED) });
  };
  if (step === 0) look();
  let reason = /** @type {import('./preferring-protocol.js').Ended['reason']} */ ('finished');
  while (step < plan.steps && reason === 'finished') {
    await breath();
    if (stopped.has(id)) {
      reason = 'stopped';
      break;
    }
    try {
      const progress = preference.stepTuning();
      step = progress.step;
      post({ id, type: 'tuned', progress, seconds: seconds() });
    } catch (error) {
      if (toFailure(error).code !== 'diverged') throw error;
      reason = 'diverged';
    }
    if (step % MEASURE_EVERY === 0 || step === plan.steps) look();
  }
  post({ id, type: 'checkpoint', step, bytes: preference.checkpoint() });
  return { reason, step, seconds: seconds() };
}

/** @param {Uint8Array} bytes a model in one file */
async function packed(bytes) {
  const { card, model_type, parameters } = (await startModule('full')).readModelFile(bytes);
  return { bytes, card: card === undefined ? null : JSON.parse(card), model_type, parameters };
}
