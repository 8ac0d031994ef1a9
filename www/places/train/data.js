// The settings that say how a text is cut up, as a plan has them.

/** A pair with a longer sentence is left out: short ones are what a small translator can learn. */
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
