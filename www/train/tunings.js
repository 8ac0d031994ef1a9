// The tuning that this browser keeps, so that it can go on after a reload: one, the latest.

import { get, putAll, removeAll } from '../shelf/database.js';
import { readStored, writeStored } from '../storage.js';

/**
 * @typedef {object} Kept
 * @property {import('../engine/preferring-protocol.js').Plan} plan
 * @property {import('../engine/preferring-protocol.js').Judge} judge that it is measured by
 * @property {string} model its id
 * @property {string} choices that it learns from, as a file has them
 * @property {number} step
 */

const STORAGE_KEY = 'liedwerk-tuning';
const BYTES_KEY = 'tuning';

/**
 * @param {Kept} what
 * @param {Uint8Array} checkpoint
 */
export async function keepTuning(what, checkpoint) {
  await putAll([{ store: 'bytes', key: BYTES_KEY, value: checkpoint }]);
  writeStored(STORAGE_KEY, JSON.stringify(what));
}

/** @returns {Promise<{ what: Kept, checkpoint: Uint8Array } | null>} */
export async function keptTuning() {
  const text = readStored(STORAGE_KEY);
  if (!text) return null;
  try {
    const [what, checkpoint] = [JSON.parse(text), await get('bytes', BYTES_KEY)];
    return checkpoint instanceof Uint8Array ? { what, checkpoint } : null;
  } catch {
    return null;
  }
}

/** Gives it up. */
export async function forgetTuning() {
  writeStored(STORAGE_KEY, '');
  await removeAll([{ store: 'bytes', key: BYTES_KEY }]);
}
