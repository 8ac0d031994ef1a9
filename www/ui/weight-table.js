// A table of words by words for alignment and attention, with each cell coloured by its weight.

import { formatNumber, say, text } from '../i18n/index.js';
import { isMark } from '../words.js';
import { h } from './dom.js';

/**
 * @typedef {object} Weights
 * @property {Node | string} caption
 * @property {{ words: string[], lang: string }} rows the attending words
 * @property {{ words: string[], lang: string }} columns the words attended to
 * @property {(number | undefined)[][]} weights weights by row and column; undefined where masked
 */

/** @param {Weights} all */
export function weightTable({ caption, rows, columns, weights }) {
  const readout = h('p', { class: 'readout small' });
  const corner = h('td', { class: 'corner' });
  const head = h('tr', {}, corner, ...columns.words.map((word) => heading(word, 'col', columns.lang)));
  const body = rows.words.map((word, i) => h('tr', {}, heading(word, 'row', rows.lang), ...columns.words.map((_, j) => weightCell(weights[i][j]))));
  const table = h('table', {}, h('caption', {}, caption), h('thead', {}, head), h('tbody', {}, ...body));
  new Pointer(table, { source: columns.words, target: rows.words, weights }, readout);
  // The keyboard scrolls it via its focusable cells.
  return h('div', { class: 'aligned' }, h('div', { class: 'scroll' }, table), readout);
}

/**
 * @param {string} word
 * @param {'col' | 'row'} scope
 * @param {string} lang
 */
function heading(word, scope, lang) {
  const label = h('span', {}, named(word));
  return isMark(word) ? h('th', { scope, class: 'mark', translate: 'no' }, label) : h('th', { scope, lang }, label);
}

/**
 * Returns the page's name for a special token, or the word itself.
 *
 * @param {string} word
 */
function named(word) {
  if (word === '<start>') return text('markStart');
  return word === '<end>' ? text('markEnd') : word;
}

/** @param {number | undefined} weight */
function weightCell(weight) {
  if (weight === undefined) return h('td', { class: 'weight nothing', tabindex: '-1' });
  // A table has hundreds of them, so each is one element without a text to be laid out.
  const cell = h('td', { class: 'weight', tabindex: '-1', 'aria-label': percent(weight) });
  cell.style.setProperty('--weight', String(Math.min(1, Math.max(0, weight))));
  return cell;
}

/** @param {number} weight */
function percent(weight) {
  return formatNumber(weight, { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

/** Highlights one cell at a time, by mouse, touch or arrow keys. The table is a single tab stop. */
class Pointer {
  #rows;
  #words;
  #readout;
  #stop = { row: 0, column: 0 };

  /**
   * @param {HTMLTableElement} table
   * @param {{ source: string[], target: string[], weights: (number | undefined)[][] }} words
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

  /** @param {{ row: number, column: number }} at indices that do not count the headings */
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
    const weight = weights[at.row][at.column];
    if (weight === undefined) {
      say(this.#readout, 'weightHint');
      return;
    }
    say(this.#readout, 'weight', {
      target: named(target[at.row]),
      source: named(source[at.column]),
      weight: percent(weight),
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
