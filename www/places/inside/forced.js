// Tokens that a visitor has chosen in a text, in a link's format: position.id, joined by hyphens.

/**
 * @param {string} spelled
 * @returns {Map<number, number>} ids by position, in ascending order
 */
export function parseForced(spelled) {
  const pairs = spelled
    .split('-')
    .filter(Boolean)
    .map((pair) => pair.split('.').map(Number));
  return new Map(pairs.sort(([a], [b]) => a - b).map(([place, id]) => [place, id]));
}

/** @param {Map<number, number>} given */
export function spellForced(given) {
  return [...given]
    .sort(([a], [b]) => a - b)
    .map((pair) => pair.join('.'))
    .join('-');
}
