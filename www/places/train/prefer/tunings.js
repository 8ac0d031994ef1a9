// The tuning that this browser keeps, so that it can go on after a reload: one, the latest.

import { get, putAll, removeAll } from '../../../shelf/database.js';

/**
 * @typedef {object} Kept
 * @property {import('../../../engine/preferring-protocol.js').Plan} plan
 * @property {import('../../../engine/preferring-protocol.js').Judge} judge that it is measured by
 * @property {string} model its id
 * @property {string} choices that it learns from, as a file has them
 * @property {number} step
 */

const KEY = 'tuning';

/**
 * @param {Kept} what
 * @param {Uint8Array} checkpoint
 */
export async function keepTuning(what, checkpoint) {
  // One value, so that neither is ever of another tuning than the other.
  await putAll([{ store: 'bytes', key: KEY, value: { what, checkpoint } }]);
}

/** @returns {Promise<{ what: Kept, checkpoint: Uint8Array } | null>} */
export async function keptTuning() {
  try {
    const kept = /** @type {{ what?: Kept, checkpoint?: unknown } | undefined} */ (await get('bytes', KEY));
    return kept?.what && kept.checkpoint instanceof Uint8Array ? { what: kept.what, checkpoint: kept.checkpoint } : null;
  } catch {
    return null; // Where the browser keeps nothing.
  }
}

/** Gives it up. */
export async function forgetTuning() {
  await removeAll([{ store: 'bytes', key: KEY }]);
}
