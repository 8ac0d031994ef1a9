// Challenges of large language models, demonstrated with small ones: sensitivity, bias, explainability.

import { onLanguage, say, text as words } from '../../i18n/index.js';
import { h, scrollable } from '../../ui/dom.js';
import { visibleToken } from '../../ui/visible-token.js';
import { shareBar, sized } from '../../ui/share-bar.js';
import { Verse } from '../../ui/verse.js';
import { Asking } from '../common/asking.js';
import { percent, slider, typed } from './parts.js';

/** @typedef {import('../../engine/protocol.js').Row} Row */
/** @typedef {import('../common/view.js').Context} Context */

const MODEL = 'gpt-songs';
const TOP = 5;

/** Sensitivity: how much two songs with the same seed differ after one word of the prompt has changed. */
export class Sensitivity {
  #asking;
  #inputs;
  #temperature;
  #verses = [new Verse(), new Verse()];
  #told = h('p', { class: 'figure', 'aria-live': 'polite' });
  #asked = '';
  element;

  /** @param {Context} context */
  constructor(context) {
    this.#asking = new Asking(context, 'lecture-sensitivity-download');
    const ask = () => void this.#ask();
    const [one, oneLine] = typed('lecture-one', 'sensitiveOne', 'I gave my love a rose', ask);
    const [other, otherLine] = typed('lecture-other', 'sensitiveOther', 'I gave my love a ring', ask);
    const [temperature, line] = slider('lecture-sensitivity', 'temperature', { min: '0', max: '1.5', step: '0.1', value: '0' });
    temperature.addEventListener('change', ask);
    this.#inputs = [one, other];
    this.#temperature = temperature;
    const cards = this.#verses.map(({ element }, i) => h('figure', { class: 'prefer-card' }, h('figcaption', {}, String(i + 1)), element));
    this.element = h(
      'div',
      {},
      oneLine,
      otherLine,
      line,
      h('div', { class: 'prefer-cards' }, ...cards),
      this.#told,
      h('p', { class: 'small', t: 'sensitiveHint' }),
      this.#asking.element,
    );
  }

  open() {
    void this.#ask();
  }

  stop() {
    this.#asking.stop();
  }

  async #ask() {
    const temperature = Number(this.#temperature.value);
    const asked = JSON.stringify([temperature, ...this.#inputs.map(({ value }) => value)]);
    if (asked === this.#asked) return;
    this.#asked = asked;
    let isWhole = false;
    await this.#asking.about(MODEL, async (task, model, fresh) => {
      /** @type {string[][]} */
      const songs = [];
      for (const { value } of this.#inputs) {
        const { text, tokens } = await this.#asking.write(task, model, fresh, value, { temperature, max_new_tokens: 40, stop: ['==='] });
        if (!tokens) return;
        songs.push(text.match(/\s*\S+/g) ?? []);
      }
      const shared = common(songs[0], songs[1]);
      this.#verses.forEach((verse, i) => {
        verse.clear(model.language);
        verse.append(this.#inputs[i].value, (part) => h('span', { class: 'given' }, part));
        songs[i].forEach((word, at) => verse.append(word, shared[i].has(at) ? undefined : (part) => h('mark', {}, part)));
      });
      say(this.#told, 'sensitiveTold', { shared: shared[0].size, all: Math.max(songs[0].length, songs[1].length) });
      isWhole = true;
    });
    if (!isWhole) this.#asked = '';
  }
}

/**
 * Returns the indices of the longest common subsequence of words in both texts.
 *
 * @param {string[]} one
 * @param {string[]} other
 * @returns {[Set<number>, Set<number>]}
 */
function common(one, other) {
  const lengths = Array.from({ length: one.length + 1 }, () => new Uint16Array(other.length + 1));
  const same = (/** @type {number} */ i, /** @type {number} */ j) => one[i].trim() === other[j].trim();
  for (let i = one.length - 1; i >= 0; i -= 1) {
    for (let j = other.length - 1; j >= 0; j -= 1) {
      lengths[i][j] = same(i, j) ? 1 + lengths[i + 1][j + 1] : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  /** @type {[Set<number>, Set<number>]} */
  const places = [new Set(), new Set()];
  for (let [i, j] = [0, 0]; i < one.length && j < other.length; ) {
    if (same(i, j)) {
      places[0].add(i);
      places[1].add(j);
      i += 1;
      j += 1;
    } else if (lengths[i + 1][j] >= lengths[i][j + 1]) i += 1;
    else j += 1;
  }
  return places;
}

/** Bias: compares the next words after "He was a" and "She was a". */
export class Bias {
  #asking;
  #inputs;
  #table = h('table', { class: 'next' });
  /** @type {Row[][]} */
  #rows = [];
  #asked = '';
  element;

  /** @param {Context} context */
  constructor(context) {
    this.#asking = new Asking(context, 'lecture-bias-download');
    const ask = () => void this.#ask();
    const [one, oneLine] = typed('lecture-he', 'sensitiveOne', 'He was a', ask);
    const [other, otherLine] = typed('lecture-she', 'sensitiveOther', 'She was a', ask);
    this.#inputs = [one, other];
    this.element = h(
      'div',
      {},
      oneLine,
      otherLine,
      scrollable(h('div', { class: 'next' }, this.#table), 'nextTokens'),
      h('p', { class: 'small', t: 'biasHint' }),
      this.#asking.element,
    );
    onLanguage(() => this.#draw());
  }

  open() {
    void this.#ask();
  }

  stop() {
    this.#asking.stop();
  }

  async #ask() {
    const asked = JSON.stringify(this.#inputs.map(({ value }) => value));
    if (asked === this.#asked) return;
    this.#asked = asked;
    let isWhole = false;
    await this.#asking.about(MODEL, async (task, model, fresh) => {
      /** @type {Row[][]} */
      const found = [];
      for (const { value } of this.#inputs) found.push(await this.#asking.next(task, model, fresh, value, { candidates: 100 }));
      isWhole = found.every((rows) => rows.length > 0);
      if (isWhole) this.#rows = found;
      this.#draw();
    });
    if (!isWhole) this.#asked = '';
  }

  #draw() {
    if (!this.#rows.length) return;
    const share = (/** @type {Row[]} */ rows, /** @type {number} */ id) => rows.find((row) => row.id === id)?.before ?? 0;
    const [he, she] = this.#rows;
    const shown = new Map([he, she].flatMap((rows) => rows.filter(({ rank }) => rank <= TOP).map((row) => [row.id, row.text])));
    // Sort by log ratio, from words typical of the first prompt to those of the second.
    const lean = (/** @type {number} */ id) => Math.log((share(he, id) + 1e-5) / (share(she, id) + 1e-5));
    const all = [...shown].sort(([a], [b]) => lean(b) - lean(a));
    const cell = (/** @type {number} */ value) => h('td', {}, value ? percent(value) : '–', shareBar(value));
    const head = h(
      'tr',
      {},
      h('th', { scope: 'col', t: 'nextToken' }),
      ...this.#inputs.map(({ value }) => h('th', { scope: 'col', lang: 'en' }, `${value} …`)),
    );
    this.#table.replaceChildren(
      h('thead', {}, head),
      h(
        'tbody',
        {},
        ...all.map(([id, token]) => h('tr', {}, h('th', { scope: 'row', lang: 'en' }, visibleToken(token)), cell(share(he, id)), cell(share(she, id)))),
      ),
    );
  }
}

/** Explainability: the influence of each word of the prompt on the prediction, measured by leaving it out. */
export class Explaining {
  #asking;
  #input;
  #text = h('p', { class: 'moved', lang: 'en', translate: 'no' });
  #told = h('p', { class: 'figure', 'aria-live': 'polite' });
  /** @type {{ words: string[], influences: number[], row: Row } | null} */
  #found = null;
  #asked = '';
  element;

  /** @param {Context} context */
  constructor(context) {
    this.#asking = new Asking(context, 'lecture-explain-download');
    const [input, line] = typed('lecture-explain', 'prompt', 'The sailor sailed across the', () => void this.#ask());
    this.#input = input;
    this.element = h('div', {}, line, this.#told, this.#text, h('p', { class: 'small', t: 'explainHint' }), this.#asking.element);
    onLanguage(() => this.#draw());
  }

  open() {
    void this.#ask();
  }

  stop() {
    this.#asking.stop();
  }

  async #ask() {
    const prompt = this.#input.value.trim();
    if (prompt === this.#asked || prompt === '') return;
    this.#asked = prompt;
    this.#found = null;
    const all = prompt.split(/\s+/);
    await this.#asking.about(MODEL, async (task, model, fresh) => {
      const next = (/** @type {string} */ text) => this.#asking.next(task, model, fresh, text, { candidates: 100 });
      const row = (await next(prompt)).find(({ rank }) => rank === 1);
      if (!row) return;
      const influences = [];
      for (const left of all.keys()) {
        const rows = await next(all.filter((_, at) => at !== left).join(' '));
        if (!rows.length) return;
        influences.push(row.before - (rows.find(({ id }) => id === row.id)?.before ?? 0));
      }
      this.#found = { words: all, influences, row };
      this.#draw();
    });
    if (!this.#found) this.#asked = '';
  }

  #draw() {
    if (!this.#found) return;
    const { words: all, influences, row } = this.#found;
    const most = Math.max(...influences.map(Math.abs), 1e-6);
    const shaded = all.flatMap((word, i) => {
      const side = influences[i] < 0 ? 'against' : 'for';
      const value = percent(influences[i]);
      return [sized(h('span', { class: side, title: words('explainWithout', { word, value }) }, word), Math.abs(influences[i]) / most), ' '];
    });
    this.#text.replaceChildren(...shaded);
    say(this.#told, 'explainTold', { token: visibleToken(row.text), share: percent(row.before) });
  }
}
