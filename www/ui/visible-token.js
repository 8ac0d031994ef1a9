/**
 * Makes a token visible: its spaces and line breaks, and an ellipsis for an incomplete character.
 *
 * @param {string} token
 */
export function visibleToken(token) {
  if (token === '') return '…';
  return token.replaceAll('\n', '↵').replace(/^ +| +$/g, (spaces) => '␣'.repeat(spaces.length));
}
