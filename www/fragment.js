// Parses the fragment of a link, tolerating what mail and chat programs do to it: appended characters, escapes, a lost
// end. src/link/fragment.rs is the twin of this file; shared fixtures test both.

/** Keys of free text, which may end with punctuation. No other value of a link does. */
const TEXTS = ['prompt', 'german', 'english', 'text'];
/** The rest of an HTML entity for `&`, from links copied out of a page's source. */
const ENTITY = /^(amp|#0{0,4}38|#x0{0,4}26);/i;
/** Trailing punctuation, brackets and quotation marks of the sentence around the link. */
const REST = /[\s.,;:!?*|`´'"‘’‚“”„«»‹›…()<>[\]{}\u00ad\u200b-\u200f\u2060\ufeff]+$/u;

/**
 * @param {string} hash with or without '#'
 * @returns {{ given: URLSearchParams, isCut: boolean }} `isCut`: it ends within a key, as no complete link does
 */
export function readFragment(hash) {
  const pieces = once(hash.replace(/^#/, ''))
    .split('&')
    .map((piece, i) => (i ? withoutEntity(piece) : piece));
  const given = [...new URLSearchParams(pieces.join('&'))];
  const last = pieces[pieces.length - 1];
  const isCut = pieces.length > 1 && !last.includes('=');
  const end = given.at(-1);
  if (end && !isCut && !TEXTS.includes(end[0])) end[1] = end[1].replace(REST, '');
  return { given: new URLSearchParams(given), isCut };
}

/**
 * Undoes the work of programs that percent-encode a whole link, including its `=` and `&`.
 *
 * @param {string} fragment
 */
function once(fragment) {
  if (fragment.includes('=') || !/%3d/i.test(fragment)) return fragment;
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}

/** @param {string} piece */
function withoutEntity(piece) {
  let rest = piece;
  while (ENTITY.test(rest)) rest = rest.replace(ENTITY, '');
  return rest;
}

/**
 * Encodes a fragment with `%20` for a space, which more programs leave alone than a plus sign.
 *
 * @param {URLSearchParams} given
 */
export function spellFragment(given) {
  return String(given).replaceAll('+', '%20');
}
