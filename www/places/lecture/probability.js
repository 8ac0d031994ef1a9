// The probability that a language model gives a text, character by character.

import { formatNumber, onLanguage, say } from '../../i18n/index.js';
import { h } from '../../ui/dom.js';
import { visibleToken } from '../../ui/visible-token.js';
import { sized } from '../../ui/share-bar.js';
import { Asking } from '../common/asking.js';
import { percent, typed } from './parts.js';

const MODEL = 'char-lstm-songs';
const TEXT = 'I love you, xylophone';
const MOST = 60;
/** Number of candidates to request; more than the model's vocabulary of characters. */
const CANDIDATES = 100;

/** @typedef {{ character: string, probability: number }} Read */

export class Probability {
  #asking;
  #input;
  #text = h('p', { class: 'likely', lang: 'en', translate: 'no' });
  #told = h('p', { class: 'figure', 'aria-live': 'polite' });
  /** @type {Read[]} */
  #read = [];
  #asked = '';
  element;

  /** @param {import('../common/view.js').Context} context */
  constructor(context) {
    this.#asking = new Asking(context, 'lecture-probability-download');
    const [input, line] = typed('lecture-likely', 'likelyText', TEXT, () => void this.#ask());
    input.maxLength = MOST;
    this.#input = input;
    this.element = h('div', {}, line, this.#text, this.#told, h('p', { class: 'small', t: 'likelyHint' }), this.#asking.element);
    onLanguage(() => this.#draw());
  }

  open() {
    void this.#ask();
  }

  stop() {
    this.#asking.stop();
  }

  async #ask() {
    const text = this.#input.value;
    if (text === this.#asked || text === '') return;
    this.#asked = text;
    let isWhole = false;
    await this.#asking.about(MODEL, async (task, model, fresh) => {
      this.#read = [];
      /** @type {number[]} */
      const path = [];
      for (const character of text) {
        const rows = await this.#asking.next(task, model, fresh, '', { candidates: CANDIDATES, path });
        const row = rows.find((candidate) => candidate.text === character);
        if (!rows.length) return;
        // Skip characters that the model does not know, as in any text it reads.
        if (!row) continue;
        path.push(row.id);
        this.#read.push({ character, probability: row.before });
        this.#draw();
      }
      isWhole = true;
    });
    if (!isWhole) this.#asked = '';
  }

  #draw() {
    if (!this.#read.length) return;
    this.#text.replaceChildren(
      ...this.#read.map(({ character, probability }) => sized(h('span', { title: percent(probability) }, visibleToken(character)), probability)),
    );
    const nats = this.#read.reduce((sum, { probability }) => sum - Math.log(probability), 0);
    const two = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
    say(this.#told, 'likelyTold', { log: formatNumber(-nats, two), bits: formatNumber(nats / Math.LN2 / this.#read.length, two) });
  }
}
