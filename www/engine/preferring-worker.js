// The worker that learns from preferences. It has one model open and runs one job at a time.

import { EngineError, toFailure } from '../errors.js';
import { modelFiles } from './model-files.js';
import { startModule } from './module.js';
import { breath } from './slices.js';
import { fetchWeights } from './weights.js';

/** @typedef {import('./preferring-protocol.js').PreferringCommand} Command */
/** @typedef {import('./preferring-protocol.js').PreferringJob} Job */
/** @typedef {import('./preferring-protocol.js').PreferringEvent} Event */
/** @typedef {import('./preferring-protocol.js').WasmPreference} Preference */

/** Steps between two measurements of a tuning, and stanzas per measurement. */
const MEASURE_EVERY = 10;
const MEASURED_STANZAS = 16;
/** Stanzas ranked per slice. */
const RANKED_AT_ONCE = 8;
/** Time between two checkpoints of a tuning. */
const CHECKPOINT_SECONDS = 20;

/** @type {Preference | null} */
let opened = null;
let queue = Promise.resolve();
/** Ids of jobs that should stop. @type {Set<number>} */
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
    case 'moods':
      return learnMoods(opened, job);
    case 'show':
      return show(opened, job);
    case 'stanzas':
      return opened.stanzas(job.seed, job.k);
    case 'judge':
      return judge(opened, job);
    case 'learn':
      return opened.learnFrom(job.lines);
    case 'fit':
      return fit(opened, job);
    case 'rank':
      return rank(opened, job);
    case 'plan':
      return JSON.parse((await startModule('full')).tuningPlan(job.method));
    case 'tune':
      return tune(opened, job);
    case 'compare':
      return opened.sideBySide(job.k, job.seed);
    case 'model':
      return packed(opened.modelFile(job.name, job.seconds));
  }
}

/**
 * Returns download options that report the progress of a job.
 *
 * @param {number} id
 */
function fetching(id) {
  const onProgress = (/** @type {number} */ received, /** @type {number} */ total) => post({ id, type: 'received', received, total });
  return { signal: new AbortController().signal, onProgress };
}

/** @param {Extract<Job, { type: 'open' }>} job */
async function open({ id, model, lexicon, known }) {
  const how = fetching(id);
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
 * @param {Preference} preference
 * @param {Extract<Job, { type: 'moods' }>} job
 */
async function learnMoods(preference, { id, model, known }) {
  const { bytes, config, tokenizer } = await modelFiles({ model, fresh: false, known }, fetching(id));
  preference.learnMoods(bytes, config, tokenizer);
}

/**
 * @param {Preference} preference
 * @param {Extract<Job, { type: 'show' }>} job
 * @returns {Promise<import('./preferring-protocol.js').Packed | null>} null if stopped
 */
async function show(preference, { id, text, layers, seed, name }) {
  const steps = preference.show(text, layers, seed);
  const begin = performance.now();
  for (let step = 0; step < steps; step += 1) {
    await breath();
    if (stopped.has(id)) return null;
    post({ id, type: 'fitted', fit: preference.stepShowing() });
  }
  return packed(preference.shownFile(name, (performance.now() - begin) / 1000));
}

/**
 * @param {Preference} preference
 * @param {Extract<Job, { type: 'judge' }>} job
 * @returns {Promise<number>} number of choices made
 */
async function judge(preference, { id, seed, k, count, judge }) {
  const end = k + (await startModule('full')).mostComparisons(count);
  let made = 0;
  for (let at = k; at < end && made < count && !stopped.has(id); at += 1) {
    const line = preference.judged(seed, at, judge) ?? null;
    if (line !== null) made += 1;
    post({ id, type: 'compared', line, k: at });
    await breath();
  }
  return made;
}

/**
 * @param {Preference} preference
 * @param {Extract<Job, { type: 'fit' }>} job
 * @returns {Promise<import('./preferring-protocol.js').Foretold | null>} null if stopped
 */
async function fit(preference, { id, seed }) {
  const steps = preference.fitReward(seed);
  for (let step = 0; step < steps; step += 1) {
    post({ id, type: 'fitted', fit: preference.stepReward() });
    await breath();
    if (stopped.has(id)) return null;
  }
  return preference.foretold();
}

/**
 * @param {Preference} preference
 * @param {Extract<Job, { type: 'rank' }>} job
 * @returns {Promise<import('./preferring-protocol.js').Ranked[]>} best first; fewer if stopped
 */
async function rank(preference, { id, count, seed }) {
  /** @type {import('./preferring-protocol.js').Ranked[]} */
  const ranked = [];
  for (let first = 0; first < count && !stopped.has(id); first += RANKED_AT_ONCE) {
    ranked.push(...preference.ranked(first, Math.min(RANKED_AT_ONCE, count - first), seed));
    await breath();
  }
  return ranked.sort((a, b) => b.reward - a.reward);
}

/**
 * @param {Preference} preference
 * @param {Extract<Job, { type: 'tune' }>} job
 * @returns {Promise<import('./preferring-protocol.js').Ended>}
 */
async function tune(preference, { id, plan, judge, checkpoint }) {
  preference.tune(JSON.stringify(plan));
  let step = checkpoint ? preference.restore(checkpoint) : 0;
  const begin = performance.now();
  const seconds = () => (performance.now() - begin) / 1000;
  let keptAt = 0;
  const keep = () => {
    keptAt = seconds();
    post({ id, type: 'checkpoint', step, bytes: preference.checkpoint() });
  };
  const look = () => {
    post({ id, type: 'measured', step, measured: preference.glance(judge, MEASURED_STANZAS, 0) });
  };
  const ended = (/** @type {import('./preferring-protocol.js').Ended['reason']} */ reason) => {
    keep();
    return { reason, step, seconds: seconds() };
  };
  while (!stopped.has(id) && preference.prepareTuning() > 0) await breath();
  if (step === 0 && !stopped.has(id)) look();
  while (step < plan.steps) {
    await breath();
    if (stopped.has(id)) return ended('stopped');
    try {
      const progress = preference.stepTuning();
      step = progress.step;
      post({ id, type: 'tuned', progress, seconds: seconds() });
    } catch (error) {
      if (toFailure(error).code !== 'diverged') throw error;
      return ended('diverged');
    }
    if (step % MEASURE_EVERY === 0 || step === plan.steps) look();
    if (seconds() - keptAt >= CHECKPOINT_SECONDS && step < plan.steps) keep();
  }
  return ended('finished');
}

/**
 * @param {Uint8Array} bytes a model in one file
 * @returns {Promise<import('./preferring-protocol.js').Packed>}
 */
async function packed(bytes) {
  const { card, model_type, parameters } = (await startModule('full')).readModelFile(bytes);
  return { bytes, card: card === undefined ? null : JSON.parse(card), model_type, parameters };
}
