// Computes BLEU for two sentences typed by the visitor, from the n-grams they share.

import { formatNumber, onLanguage, say, text } from '../../i18n/index.js';
import { h } from '../../ui/dom.js';
import { bars, typed } from './parts.js';

const ORDERS = [1, 2, 3, 4];

/** @returns {import('./parts.js').Live} */
export function bleu() {
  const scores = h('div', {});
  const told = h('p', { class: 'figure', 'aria-live': 'polite' });
  const draw = () => {
    const [words, expected] = [machine.value, human.value].map(wordsOf);
    const shares = ORDERS.map((n) => precision(words, expected, n));
    scores.replaceChildren(bars(shares.map((share, i) => ({ token: text('bleuRun', { n: i + 1 }), share }))));
    const penalty = words.length >= expected.length ? 1 : Math.exp(1 - expected.length / Math.max(1, words.length));
    const mean = shares.reduce((product, share) => product * share, 1) ** (1 / ORDERS.length);
    const format = { maximumFractionDigits: 2 };
    say(told, 'bleuOf', { penalty: formatNumber(penalty, format), bleu: formatNumber(100 * penalty * mean, { maximumFractionDigits: 1 }) });
  };
  const [machine, machineLine] = typed('lecture-bleu-machine', 'bleuMachine', 'The old house stands at the end of the road.', () => draw());
  const [human, humanLine] = typed('lecture-bleu-human', 'bleuHuman', 'The old house is at the end of the street.', () => draw());
  onLanguage(draw);
  draw();
  return { element: h('div', {}, machineLine, humanLine, scores, told, h('p', { class: 'small', t: 'bleuLiveHint' })) };
}

/** @param {string} sentence */
function wordsOf(sentence) {
  return sentence.match(/[\p{L}\p{M}\p{N}’']+|[^\s\p{L}\p{M}\p{N}]/gu) ?? [];
}

/**
 * Returns the modified n-gram precision: the share of n-grams that occur in the reference, with clipped counts.
 *
 * @param {string[]} words
 * @param {string[]} expected
 * @param {number} n
 */
function precision(words, expected, n) {
  const wanted = runs(expected, n);
  let [correct, total] = [0, 0];
  for (const [run, count] of runs(words, n)) {
    total += count;
    correct += Math.min(count, wanted.get(run) ?? 0);
  }
  return total ? correct / total : 0;
}

/**
 * @param {string[]} words
 * @param {number} n
 */
function runs(words, n) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (let at = 0; at + n <= words.length; at += 1) {
    const run = words.slice(at, at + n).join(' ');
    counts.set(run, (counts.get(run) ?? 0) + 1);
  }
  return counts;
}
