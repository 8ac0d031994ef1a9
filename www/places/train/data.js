// Converts the page's settings to the data section of a training plan.

/** Pairs with longer sentences are skipped, since a small translator can only learn short ones. */
const MAX_TOKENS = 60;

/**
 * @param {import('../../state.js').Settings} settings
 * @returns {import('../../engine/training-protocol.js').PlannedData}
 */
export function plannedData({ cleaning, held_out }) {
  const normalize = /** @type {'none' | 'songs' | 'lecture'} */ (cleaning);
  return { normalize, held_out, max_tokens: MAX_TOKENS, reverse: false };
}

/**
 * @param {import('../../state.js').Settings} settings
 * @returns {import('../../engine/training-protocol.js').Kind}
 */
export function kindOfTraining({ kind }) {
  return /** @type {import('../../engine/training-protocol.js').Kind} */ (kind);
}
