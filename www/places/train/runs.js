// Stores training runs in this browser: their curves and, until they end, what it takes to resume them.

import { fetchExample } from '../../examples.js';
import { all, get, putAll, removeAll } from '../../shelf/database.js';
import { noNumbers } from './history.js';

/** @typedef {import('../../engine/training-protocol.js').Kind} Kind */

/**
 * @typedef {'running' | 'stopped' | 'finished' | 'diverged'} Outcome `running` after a reload: interrupted
 *
 * @typedef {object} Run
 * @property {string} id
 * @property {string} name
 * @property {Kind} kind
 * @property {number} created milliseconds since 1970
 * @property {Outcome} outcome
 * @property {number} step
 * @property {number} steps
 * @property {number} seconds of training
 * @property {number} saved step of the checkpoint; 0 without one
 * @property {number} perToken average characters per token
 * @property {import('./history.js').Numbers} numbers
 * @property {Sample[]} samples oldest first
 * @property {string} based title of the model it started from; empty if trained from scratch
 * @property {'cpu' | 'gpu'} device
 * @property {number} cores number of training workers
 *
 * @typedef {object} Sample
 * @property {number} step
 * @property {number} seed
 * @property {number} memorized
 * @property {string} [text]
 * @property {{ source: string, text: string, reference: string }[]} [pairs]
 */

/** Maximum number of stored samples. */
const SAMPLES = 60;

/**
 * @param {Pick<Run, 'name' | 'kind' | 'based' | 'device'>} what
 * @returns {Run}
 */
export function newRun(what) {
  return {
    id: crypto.randomUUID?.() ?? String(Math.random()).slice(2),
    created: Date.now(),
    outcome: 'running',
    cores: 1,
    step: 0,
    steps: 0,
    seconds: 0,
    saved: 0,
    perToken: 1,
    numbers: noNumbers(),
    samples: [],
    ...what,
  };
}

/**
 * Returns a run computed beforehand, for visitors who have none.
 *
 * @returns {Promise<Run | null>}
 */
export async function runBeforehand() {
  const stored = /** @type {Pick<Run, 'name' | 'kind' | 'step' | 'steps' | 'perToken' | 'numbers' | 'samples'> | null} */ (await fetchExample('run'));
  return stored && { ...newRun({ ...stored, based: '', device: 'cpu' }), ...stored, outcome: 'finished' };
}

/**
 * @param {Run} run
 * @param {Sample} sample
 */
export function keepSample(run, sample) {
  run.samples.push(sample);
  run.numbers.copied.push({ step: sample.step, memorized: sample.memorized });
  // Thin out the older samples evenly, so that early ones remain to show the progress.
  if (run.samples.length > SAMPLES) run.samples = run.samples.filter((_, i) => i % 2 === 0 || i > SAMPLES - 10);
}

/** @returns {Promise<Run[]>} newest first */
export async function storedRuns() {
  const runs = /** @type {Run[]} */ (await all('runs'));
  return runs.sort((a, b) => b.created - a.created);
}

/** Data that the browser failed to store; the next `storeRun` retries. @type {WeakMap<Run, { text?: string, checkpoint?: Uint8Array }>} */
const refused = new WeakMap();

/**
 * @param {Run} run
 * @param {{ text?: string, checkpoint?: Uint8Array }} [means] data to resume the run; data that could not be stored before is added
 */
export async function storeRun(run, means = {}) {
  const { text, checkpoint } = { ...refused.get(run), ...means };
  try {
    await putAll([
      { store: 'runs', key: run.id, value: run },
      ...(text === undefined ? [] : [{ store: /** @type {const} */ ('bytes'), key: textKey(run), value: text }]),
      ...(checkpoint ? [{ store: /** @type {const} */ ('bytes'), key: checkpointKey(run), value: checkpoint }] : []),
    ]);
    refused.delete(run);
  } catch (error) {
    refused.set(run, { text, checkpoint });
    throw error;
  }
}

/**
 * Returns the data to resume a run, or null if it is gone.
 *
 * @param {Run} run
 * @returns {Promise<{ text: string, checkpoint: Uint8Array } | null>}
 */
export async function meansOf(run) {
  const text = await get('bytes', textKey(run));
  const checkpoint = await get('bytes', checkpointKey(run));
  return typeof text === 'string' && checkpoint instanceof Uint8Array ? { text, checkpoint } : null;
}

/**
 * Deletes the visitor's text and the checkpoint, which are not needed after the end of a run.
 *
 * @param {Run} run
 */
export async function forgetMeans(run) {
  refused.delete(run);
  await removeAll([
    { store: 'bytes', key: textKey(run) },
    { store: 'bytes', key: checkpointKey(run) },
  ]);
}

/** @param {Run} run */
export async function deleteRun(run) {
  await removeAll([
    { store: 'runs', key: run.id },
    { store: 'bytes', key: textKey(run) },
    { store: 'bytes', key: checkpointKey(run) },
  ]);
}

/** @param {Run} run */
const textKey = (run) => `text ${run.id}`;
/** @param {Run} run */
const checkpointKey = (run) => `checkpoint ${run.id}`;
