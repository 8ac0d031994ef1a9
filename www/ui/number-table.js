import { formatNumber } from '../i18n/index.js';
import { button, h, scrollable } from './dom.js';

/**
 * @typedef {object} Numbers the part of a matrix that the table shows
 * @property {Node | string} caption
 * @property {string[]} columns
 * @property {string[]} rows
 * @property {(row: number, column: number) => number} value
 * @property {{ row: number, column: number }} [marked]
 */

/** The numbers of a heat map around the marked cell, also for screen readers; shown on demand. */
export class NumberTable {
  #body = scrollable(h('div', { hidden: true }), 'asTable');
  #open = button('asTable', () => this.#toggle(), { class: 'quiet', 'aria-expanded': 'false' });
  element = h('div', { class: 'numbers' }, this.#open, this.#body);
  /** @type {(() => Numbers | null)} */
  #read = () => null;

  get isOpen() {
    return !this.#body.hidden;
  }

  /** @param {() => Numbers | null} read called only while the table is open */
  show(read) {
    this.#read = read;
    if (this.isOpen) this.#draw();
  }

  #toggle() {
    this.#body.hidden = !this.#body.hidden;
    this.#open.setAttribute('aria-expanded', String(this.isOpen));
    if (this.isOpen) this.#draw();
  }

  #draw() {
    const numbers = this.#read();
    if (!numbers) {
      this.#body.replaceChildren();
      return;
    }
    const { caption, columns, rows, value, marked } = numbers;
    const head = h('tr', {}, h('td'), ...columns.map((name) => h('th', { scope: 'col' }, name)));
    const line = (/** @type {string} */ name, /** @type {number} */ row) =>
      h(
        'tr',
        {},
        h('th', { scope: 'row' }, name),
        ...columns.map((_, column) => {
          const own = marked?.row === row && marked.column === column;
          return h('td', { class: own ? 'marked' : '' }, number(value(row, column)));
        }),
      );
    this.#body.replaceChildren(h('table', { class: 'plain' }, h('caption', {}, caption), h('thead', {}, head), h('tbody', {}, ...rows.map(line))));
  }
}

/** @param {number} value */
export function number(value) {
  return formatNumber(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

/**
 * Returns up to `most` consecutive integers around `at`, within 0 and `end`.
 *
 * @param {number} at
 * @param {number} most
 * @param {number} end
 */
export function around(at, most, end) {
  const first = Math.max(0, Math.min(at - (most >> 1), end - most));
  return Array.from({ length: Math.min(most, end) }, (_, i) => first + i);
}
