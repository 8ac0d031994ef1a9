import { currentLanguage, onLanguage, say, text } from '../i18n/index.js';
import { isMark, wordAttention } from '../words.js';
import { h } from './dom.js';

/** @typedef {import('../words.js').WordAttention} WordAttention */

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
  const readout = h('p', { class: 'readout small' });
  const caption = h('caption', {}, h('span', { lang: 'de' }, piece.source));
  if (oneOfMany) caption.prepend(h('span', { class: 'model-name' }, title[currentLanguage()]));
  const corner = h('td', { class: 'corner' });
  const head = h('tr', {}, corner, ...words.source.map((word) => heading(word, 'col', 'de')));
  const rows = words.target.map((word, i) =>
    h('tr', {}, heading(word, 'row', 'en'), ...words.weights[i].map(weightCell)),
  );
  const table = h('table', {}, caption, h('thead', {}, head), h('tbody', {}, ...rows));
  new Pointer(table, words, readout);
  return h('div', { class: 'aligned' }, h('div', { class: 'scroll' }, table), readout);
}

/**
 * @param {string} word
 * @param {'col' | 'row'} scope
 * @param {'de' | 'en'} lang
 */
function heading(word, scope, lang) {
  const label = h('span', {}, named(word));
  return isMark(word) ? h('th', { scope, class: 'mark' }, label) : h('th', { scope, lang }, label);
}

/**
 * The names of marks are the page's words, not the sentence's.
 *
 * @param {string} word
 */
function named(word) {
  if (word === '<start>') return text('markStart');
  return word === '<end>' ? text('markEnd') : word;
}

/** @param {number} weight */
function weightCell(weight) {
  const cell = h('td', { class: 'weight', tabindex: '-1' }, h('span', { class: 'unseen' }, percent(weight)));
  cell.style.setProperty('--weight', String(Math.min(1, Math.max(0, weight))));
  return cell;
}

/** @param {number} weight */
function percent(weight) {
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return weight.toLocaleString(currentLanguage(), { style: 'percent', ...digits });
}

/** One cell at a time is pointed at, by mouse, finger or arrow keys; one of them takes the focus. */
class Pointer {
  #rows;
  #words;
  #readout;
  #stop = { row: 0, column: 0 };

  /**
   * @param {HTMLTableElement} table
   * @param {WordAttention} words
   * @param {HTMLElement} readout
   */
  constructor(table, words, readout) {
    this.#rows = [...table.rows];
    this.#words = words;
    this.#readout = readout;
    this.#cell(this.#stop)?.setAttribute('tabindex', '0');
    this.#point(null);
    for (const kind of ['pointerover', 'click', 'focusin']) {
      table.addEventListener(kind, ({ target }) => this.#point(this.#find(target)));
    }
    table.addEventListener('pointerleave', () => this.#point(this.#find(document.activeElement)));
    table.addEventListener('focusout', () => this.#point(null));
    table.addEventListener('keydown', (event) => this.#move(event));
  }

  /** @param {{ row: number, column: number }} at without the headings */
  #cell({ row, column }) {
    return this.#rows[row + 1]?.cells[column + 1];
  }

  /** @param {EventTarget | null} target */
  #find(target) {
    const cell = target instanceof Element ? target.closest('td.weight') : null;
    const row = this.#rows.findIndex((candidate) => candidate === cell?.parentElement);
    if (!(cell instanceof HTMLTableCellElement) || row < 0) return null;
    return { row: row - 1, column: cell.cellIndex - 1 };
  }

  /** @param {{ row: number, column: number } | null} at */
  #point(at) {
    this.#rows.forEach((row, i) => row.classList.toggle('pointed', i - 1 === at?.row));
    [...this.#rows[0].cells].forEach((cell, i) => cell.classList.toggle('pointed', i - 1 === at?.column));
    if (!at) {
      say(this.#readout, 'weightHint');
      return;
    }
    const { source, target, weights } = this.#words;
    say(this.#readout, 'weight', {
      target: named(target[at.row]),
      source: named(source[at.column]),
      weight: percent(weights[at.row][at.column]),
    });
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const at = this.#find(event.target);
    if (!at || event.ctrlKey || event.metaKey || event.altKey) return;
    const { row, column } = at;
    const last = this.#words.source.length - 1;
    /** @type {Record<string, { row: number, column: number }>} */
    const steps = {
      ArrowUp: { row: row - 1, column },
      ArrowDown: { row: row + 1, column },
      ArrowLeft: { row, column: column - 1 },
      ArrowRight: { row, column: column + 1 },
      Home: { row, column: 0 },
      End: { row, column: last },
    };
    const next = steps[event.key];
    const cell = next && next.row >= 0 && next.column >= 0 ? this.#cell(next) : undefined;
    if (next) event.preventDefault();
    if (!cell) return;
    this.#cell(this.#stop)?.setAttribute('tabindex', '-1');
    this.#stop = next;
    cell.setAttribute('tabindex', '0');
    cell.focus();
  }
}
