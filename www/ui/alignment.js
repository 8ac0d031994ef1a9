import { currentLanguage, onLanguage } from '../i18n/index.js';
import { wordAttention } from '../words.js';
import { h } from './dom.js';
import { weightTable } from './weight-table.js';

/**
 * @typedef {object} Aligned one sentence as one model translated it
 * @property {import('../engine/protocol.js').Bilingual} title of the model
 * @property {import('../engine/protocol.js').Piece} piece
 */

/** Where a model looked: a table of English words by German words, the weight as a colour. */
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

  /** @param {Aligned[]} shown the same sentence by one or more models; none hides the tables */
  show(shown) {
    this.#shown = shown;
    this.element.hidden = shown.length === 0;
    this.#tables.classList.toggle('two', shown.length > 1);
    this.#tables.replaceChildren(...shown.map((aligned) => drawn(aligned, shown.length > 1)));
  }
}

/**
 * @param {Aligned} aligned
 * @param {boolean} oneOfMany whether the model has to be told from others
 */
function drawn({ title, piece }, oneOfMany) {
  const words = wordAttention(piece);
  const caption = h('span', {}, h('span', { lang: 'de' }, piece.source));
  if (oneOfMany) caption.prepend(h('span', { class: 'model-name' }, title[currentLanguage()]));
  return weightTable({
    caption,
    rows: { words: words.target, lang: 'en' },
    columns: { words: words.source, lang: 'de' },
    weights: words.weights,
  });
}
