// The pairs of sentences that a translator learns from: how many contain a word of the visitor's sentence.

import { fetchText } from '../../engine/texts.js';
import { onLanguage, say } from '../../i18n/index.js';
import { h } from '../../ui/dom.js';
import { notArrived } from '../../ui/not-arrived.js';
import { bars, typed } from './parts.js';

/** Example pairs of "Train", a German and an English sentence per line. */
const FILE = 'places/train/texts/pairs.tsv';
const SENTENCE = 'Der alte Zug kommt morgen aus Berlin.';
/** Maximum number of words and of pairs shown. */
const MOST_WORDS = 12;
const MOST_PAIRS = 5;

/** @typedef {{ german: string, english: string, words: Set<string> }} Pair */

export class Pairs {
  #input;
  #bars = h('div', {});
  #told = h('p', { class: 'figure', 'aria-live': 'polite' });
  #found = h('tbody');
  /** @type {Pair[]} */
  #pairs = [];
  element;

  constructor() {
    const [input, line] = typed('lecture-pairs', 'pairsSentence', SENTENCE, () => this.#draw());
    input.lang = 'de';
    this.#input = input;
    const heads = h('tr', {}, h('th', { scope: 'col', t: 'german' }), h('th', { scope: 'col', t: 'english' }));
    this.element = h(
      'div',
      {},
      line,
      this.#bars,
      this.#told,
      h('table', { class: 'plain pairs', tLabel: 'pairsFound' }, h('thead', {}, heads), this.#found),
      h('p', { class: 'small', t: 'pairsHint' }),
    );
    onLanguage(() => this.#draw());
  }

  open() {
    void this.#read().catch(notArrived);
  }

  async #read() {
    if (this.#pairs.length) return;
    const lines = (await fetchText(new URL(FILE, document.baseURI).href, { cache: 'default' })).split('\n');
    this.#pairs = lines.flatMap((line) => {
      const [german, english] = line.split('\t');
      return english ? [{ german, english, words: new Set(wordsIn(german.toLowerCase())) }] : [];
    });
    this.#draw();
  }

  #draw() {
    if (!this.#pairs.length) return;
    // As typed, by the form that is compared.
    const shown = new Map(wordsIn(this.#input.value).map((word) => [word.toLowerCase(), word]));
    const words = [...shown.keys()].slice(0, MOST_WORDS);
    const counts = words.map((word) => this.#pairs.filter((pair) => pair.words.has(word)).length);
    this.#bars.replaceChildren(
      bars(
        words.map((word, i) => ({ token: shown.get(word) ?? word, share: counts[i] / this.#pairs.length, mark: ` (${counts[i]})` })),
        'de',
      ),
    );
    say(this.#told, 'pairsTold', { known: counts.filter((count) => count > 0).length, all: words.length, pairs: this.#pairs.length });
    // A rare word that is shared counts for more than one that is in many pairs.
    const likeness = (/** @type {Pair} */ { words: own }) => words.reduce((sum, word, i) => sum + (own.has(word) ? 1 / counts[i] : 0), 0);
    const alike = this.#pairs.map((pair) => ({ pair, score: likeness(pair) })).filter(({ score }) => score > 0);
    const best = alike.sort((a, b) => b.score - a.score).slice(0, MOST_PAIRS);
    this.#found.replaceChildren(...best.map(({ pair }) => row(pair, new Set(words))));
  }
}

/**
 * @param {Pair} pair
 * @param {Set<string>} words to mark
 */
function row({ german, english }, words) {
  const parts = german.split(/([\p{L}\p{M}]+)/u).map((part) => (words.has(part.toLowerCase()) ? h('mark', {}, part) : part));
  return h('tr', {}, h('td', { lang: 'de' }, ...parts), h('td', { lang: 'en' }, english));
}

/** @param {string} sentence */
function wordsIn(sentence) {
  return sentence.match(/[\p{L}\p{M}]+/gu) ?? [];
}
