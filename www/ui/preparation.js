// The steps of text preprocessing, each drawn as a card: what it does, and its result.

import { say } from '../i18n/index.js';
import { h } from './dom.js';
import { visibleToken } from './visible-token.js';

/** @typedef {import('../engine/preparer.js').Numbered} Numbered */
/** @typedef {import('../engine/preparer.js').Prepared} Prepared */

/** Further tokens are counted, not drawn. */
const MOST_TOKENS = 240;
const MOST_MERGES = 60;

/**
 * @typedef {object} Step
 * @property {string} id
 * @property {import('../i18n/index.js').Key} title
 * @property {import('../i18n/index.js').Key} hint
 * @property {(prepared: Prepared) => (HTMLElement | string)[]} draw
 * @property {(prepared: Prepared) => string} [output] the text after the step, if it gives one
 */

/** In the lecture's order. @type {readonly Step[]} */
export const STEPS = [
  { id: 'clean', title: 'stepClean', hint: 'stepCleanHint', draw: cleaned, output: (prepared) => prepared.cleaned },
  {
    id: 'sentences',
    title: 'stepSentences',
    hint: 'stepSentencesHint',
    draw: ({ sentences }) => [h('ol', { class: 'sentences', translate: 'no' }, ...sentences.map((sentence) => h('li', {}, sentence)))],
    output: ({ sentences }) => sentences.join('\n'),
  },
  {
    id: 'stops',
    title: 'stepStops',
    hint: 'stepStopsHint',
    draw: stopped,
    output: ({ words }) =>
      told(words)
        .map(({ text }) => text)
        .join(' '),
  },
  {
    id: 'stems',
    title: 'stepStems',
    hint: 'stepStemsHint',
    draw: ({ words }) => [h('p', { class: 'flow', translate: 'no' }, ...words.flatMap(({ text, stem }) => [over(stem, text), ' ']))],
    output: ({ words }) => words.map(({ stem }) => stem).join(' '),
  },
  {
    id: 'lemmas',
    title: 'stepLemmas',
    hint: 'stepLemmasHint',
    draw: lemmas,
    output: ({ words }) => words.map(({ text, lemma }) => lemma ?? text).join(' '),
  },
  { id: 'chars', title: 'stepChars', hint: 'stepCharsHint', draw: ({ characters }) => numbered(characters) },
  { id: 'words', title: 'stepWords', hint: 'stepWordsHint', draw: ({ vocabulary }) => numbered(vocabulary) },
  { id: 'subwords', title: 'stepSubwords', hint: 'stepSubwordsHint', draw: subwords },
];

/** @param {Prepared} prepared */
function cleaned({ cleaned, dropped }) {
  const gone = h('p', { class: 'small' });
  const characters = Array.from(dropped, visible).join(' ');
  if (characters) say(gone, 'stepCleanDropped', { characters });
  else say(gone, 'stepCleanNothing');
  return [h('p', { class: 'flow', translate: 'no' }, cleaned), gone];
}

/** @param {string} character */
function visible(character) {
  const code = character.codePointAt(0) ?? 0;
  return /^[\p{C}\p{Z}\p{M}]/u.test(character) ? `U+${code.toString(16).toUpperCase().padStart(4, '0')}` : character;
}

/** @param {Prepared} prepared */
function stopped({ words, lists }) {
  const flow = words.flatMap(({ text, stop }) => [stop ? h('del', {}, text) : h('span', {}, text), ' ']);
  const stops = words.length - told(words).length;
  const count = say(h('p', { class: 'small' }), 'stepStopsCount', { stops, words: words.length, list: lists.stop_words });
  return [h('p', { class: 'flow', translate: 'no' }, ...flow), count];
}

/** @param {Prepared['words']} words */
function told(words) {
  return words.filter(({ stop }) => !stop);
}

/** @param {Prepared} prepared */
function lemmas({ words, lists }) {
  const flow = words.flatMap(({ text, lemma }) => [lemma ? over(lemma, text) : h('span', { class: 'absent' }, text), ' ']);
  const found = words.filter(({ lemma }) => lemma !== undefined).length;
  const count = say(h('p', { class: 'small' }), 'stepLemmasCount', { found, words: words.length, list: lists.lemmas });
  return [h('p', { class: 'flow', translate: 'no' }, ...flow), count];
}

/**
 * Shows the changed form of a word, with the original above it if they differ.
 *
 * @param {string} after
 * @param {string} before
 */
function over(after, before) {
  return after === before ? h('span', {}, after) : h('ruby', {}, after, h('rt', {}, before));
}

/** @param {Prepared} prepared */
function subwords({ subwords, merges }) {
  const learned = h('p', { class: 'small' });
  if (!merges.length) return [...numbered(subwords), say(learned, 'mergesNone')];
  const shown = merges.slice(0, MOST_MERGES).flatMap((merge) => [h('code', {}, spelt(merge)), ' ']);
  learned.append(h('span', { t: 'mergesLearned' }), ' ', ...shown);
  if (merges.length > MOST_MERGES) learned.append(more(merges.length - MOST_MERGES));
  return [...numbered(subwords), learned];
}

/** @param {Numbered} tokens */
function numbered({ pieces, ids, size }) {
  const cells = pieces.slice(0, MOST_TOKENS).map((piece, i) => h('ruby', { class: 'cell' }, spelt(piece), h('rt', {}, String(ids[i]))));
  const flow = h('p', { class: 'flow cells', translate: 'no' }, ...cells.flatMap((cell) => [cell, ' ']));
  if (pieces.length > MOST_TOKENS) flow.append(more(pieces.length - MOST_TOKENS));
  return [flow, say(h('p', { class: 'small' }), 'stepSize', { tokens: pieces.length, size })];
}

/** @param {number} count */
function more(count) {
  return say(h('span', { class: 'more' }), 'moreTokens', { count });
}

/** @param {string} piece */
function spelt(piece) {
  return piece === '' ? '·' : visibleToken(piece);
}
