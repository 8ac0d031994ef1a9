// Converts attention between word pieces to attention between words, which readers think in.

/**
 * @typedef {object} WordAttention
 * @property {string[]} source
 * @property {string[]} target
 * @property {number[][]} weights a row for each target word, a column for each source word; rows sum to 1
 */

/**
 * Sums the attention that a source word's pieces receive and averages over a target word's pieces.
 *
 * @param {Pick<import('./engine/protocol.js').Piece, 'source_tokens' | 'target_tokens' | 'attention'>} piece
 * @returns {WordAttention}
 */
export function wordAttention({ source_tokens, target_tokens, attention }) {
  const source = groups(source_tokens);
  const target = groups(target_tokens);
  const weights = target.map(({ first: top, end: bottom }) =>
    source.map(({ first, end }) => {
      let sum = 0;
      for (const row of attention.slice(top, bottom)) {
        for (const weight of row.slice(first, end)) sum += weight;
      }
      return sum / (bottom - top);
    }),
  );
  return { source: source.map(({ word }) => word), target: target.map(({ word }) => word), weights };
}

/**
 * Groups neighbouring tokens into words.
 *
 * @param {string[]} tokens
 * @returns {{ word: string, first: number, end: number }[]}
 */
function groups(tokens) {
  // Byte-pair tokens carry the space before them; tokens of a word vocabulary are words already.
  const arePieces = tokens.some((token) => token.startsWith(' '));
  /** @type {{ word: string, first: number, end: number }[]} */
  const found = [];
  tokens.forEach((token, i) => {
    const last = found.at(-1);
    if (last && arePieces && continues(last.word, tokens[i - 1], token)) {
      last.word = (last.word + token).trimStart();
      last.end = i + 1;
    } else {
      found.push({ word: token.trimStart(), first: i, end: i + 1 });
    }
  });
  return found;
}

/**
 * Whether a token continues a word. Punctuation forms a group of its own: it attends differently from the word before.
 *
 * @param {string} word so far; empty after a double space, or if a token ended within a character
 * @param {string} before the previous token
 * @param {string} token
 */
function continues(word, before, token) {
  if (isMark(before) || isMark(token)) return false;
  if (word === '') return true;
  return !token.startsWith(' ') && isPunctuation(before) === isPunctuation(token);
}

/** @param {string} token */
function isPunctuation(token) {
  return /^\s*[\p{P}\p{S}]+$/u.test(token);
}

/**
 * Whether a token is a special token of the vocabulary, such as `<start>`.
 *
 * @param {string} token
 */
export function isMark(token) {
  return /^<(start|end|pad|unk)>$/.test(token);
}
