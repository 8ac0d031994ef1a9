// Cuts texts to a length, without splitting a character.

/**
 * Cuts the beginning of a text that is too long, since the end of a prompt matters most.
 *
 * @param {string} text
 * @param {number} length
 */
export function keepEnd(text, length) {
  if (text.length <= length) return text;
  const kept = text.slice(-length);
  // Do not split a surrogate pair.
  return /^[\uDC00-\uDFFF]/.test(kept) ? kept.slice(1) : kept;
}

/**
 * @param {string} text loses its end if it is too long
 * @param {number} length
 */
export function keepStart(text, length) {
  if (text.length <= length) return text;
  const kept = text.slice(0, length);
  return /[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept;
}
