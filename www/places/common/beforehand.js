// Texts computed beforehand, shown while a view's models are loading.

import { fetchExample } from '../../examples.js';
import { toHash } from '../../state.js';

/**
 * @typedef {object} Beforehand
 * @property {string} link without a seed
 * @property {number} seed
 * @property {Record<string, string>} texts by model id
 */

/**
 * Returns what the models write with the view's settings; nothing if the visitor has changed these or the view has
 * begun to write.
 *
 * @param {'duel' | 'chain' | 'translate'} view
 * @param {import('../../state.js').State} state
 * @param {Partial<import('../../state.js').Settings>} [overrides] settings that do not matter
 * @returns {Promise<Record<string, string>>}
 */
export async function beforehand(view, state, overrides = {}) {
  const stored = /** @type {Beforehand | null} */ (await fetchExample(view));
  const link = toHash({ ...state.settings, lang: '', ...overrides }, { go: false, of: view, seedless: true });
  return stored?.link === link && !state.writtenWith(view) ? stored.texts : {};
}
