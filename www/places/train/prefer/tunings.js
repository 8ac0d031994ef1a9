// Stores the latest tuning in this browser, so that it can be resumed after a reload.

import { get, putAll, removeAll } from '../../../shelf/database.js';

/**
 * @typedef {object} Kept
 * @property {import('../../../engine/preferring-protocol.js').Plan} plan
 * @property {import('../../../engine/preferring-protocol.js').Judge} judge it is measured by
 * @property {string} model id of the model
 * @property {string} choices the choices it learns from, in the format of a file
 * @property {number} step
 */

const KEY = 'tuning';

/**
 * @param {Kept} what
 * @param {Uint8Array} checkpoint
 */
export async function keepTuning(what, checkpoint) {
  // One value, so that plan and checkpoint always belong together.
  await putAll([{ store: 'bytes', key: KEY, value: { what, checkpoint } }]);
}

/** @returns {Promise<{ what: Kept, checkpoint: Uint8Array } | null>} */
export async function keptTuning() {
  try {
    const kept = /** @type {{ what?: Kept, checkpoint?: unknown } | undefined} */ (await get('bytes', KEY));
    return kept?.what && kept.checkpoint instanceof Uint8Array ? { what: kept.what, checkpoint: kept.checkpoint } : null;
  } catch {
    return null; // Storage is unavailable.
  }
}

/** Deletes the stored tuning. */
export async function forgetTuning() {
  await removeAll([{ store: 'bytes', key: KEY }]);
}
