// The tokens that a visitor has put into a text, as a link carries them: place.id, joined by hyphens.

/**
 * @param {string} spelled
 * @returns {Map<number, number>} ids by place, in rising order
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
