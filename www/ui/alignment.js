import { currentLanguage, onLanguage } from '../i18n/index.js';
import { wordAttention } from '../words.js';
import { h } from './dom.js';
import { weightTable } from './weight-table.js';

/**
 * @typedef {object} Aligned a sentence translated by one model
 * @property {import('../engine/protocol.js').Bilingual} title of the model
 * @property {import('../engine/protocol.js').Piece} piece
 */

/** A model's alignment: a table of English by German words, coloured by weight. */
export class Alignment {
  #tables = h('div', { class: 'tables' });
  element = h(
    'section',
    { class: 'alignment', tLabel: 'alignment', hidden: true },
    h('h2', { t: 'alignment' }),
    h('p', { class: 'small', t: 'alignmentHint' }),
    this.#tables,
  );
  /** @type {Aligned[]} */
  #shown = [];

  constructor() {
    onLanguage(() => this.show(this.#shown));
  }

  /** @param {Aligned[]} shown the same sentence by one or more models; empty hides the tables */
  show(shown) {
    this.#shown = shown;
    this.element.hidden = shown.length === 0;
    this.#tables.classList.toggle('two', shown.length > 1);
    this.#tables.replaceChildren(...shown.map((aligned) => drawn(aligned, shown.length > 1)));
  }
}

/**
 * @param {Aligned} aligned
 * @param {boolean} oneOfMany whether to name the model
 */
function drawn({ title, piece }, oneOfMany) {
  const words = wordAttention(piece);
  const caption = h('span', {}, h('span', { lang: 'de' }, piece.source));
  if (oneOfMany) caption.prepend(h('span', { class: 'model-name', translate: 'no' }, title[currentLanguage()]));
  return weightTable({
    caption,
    rows: { words: words.target, lang: 'en' },
    columns: { words: words.source, lang: 'de' },
    weights: words.weights,
  });
}
