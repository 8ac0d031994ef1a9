// What stands behind the # of a link, as it arrives here: on its way through mails and chats a link collects things that
// are none of it, and loses its end. src/link/fragment.rs is the twin of this file; the same fixtures hold both to the
// same answers.

/** Texts that anybody may have typed: what they end with is theirs. Nothing else in a link ends with punctuation. */
const TEXTS = ['prompt', 'german', 'english', 'text'];
/** What an `&` has become in a page's source; what is shown of that page is `&`, but not everybody copies that. */
const ENTITY = /^(amp|#0{0,4}38|#x0{0,4}26);/i;
/** The rest of a sentence, of a bracket or of quotation marks that the link stood in. */
const REST = /[\s.,;:!?*|`´'"‘’‚“”„«»‹›…()<>[\]{}\u00ad\u200b-\u200f\u2060\ufeff]+$/u;

/**
 * @param {string} hash with or without '#'
 * @returns {{ given: URLSearchParams, isCut: boolean }} `isCut`: it ends within a key, as no link does
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
 * Some programs spell every sign of a link with percent signs, those that join its parts too.
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
 * With `%20` for a space: more programs leave that alone than a plus sign.
 *
 * @param {URLSearchParams} given
 */
export function spellFragment(given) {
  return String(given).replaceAll('+', '%20');
}
