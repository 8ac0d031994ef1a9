import { colourIndex, colourTable } from './colours.js';
import { h, scrollable } from './dom.js';

/**
 * @typedef {object} Matrix
 * @property {number} rows
 * @property {number} columns
 * @property {(column: number) => ArrayLike<number>} column returns a column's numbers, from the top
 * @property {import('./colours.js').Scale} scale
 * @property {number} limit the number with the strongest colour
 */

/**
 * A picture of a matrix, one canvas pixel per number. It is hidden from screen readers, since a table beside it has the
 * same numbers.
 */
export class HeatMap {
  #canvas = h('canvas', { 'aria-hidden': 'true' });
  #column = h('div', { class: 'at-column' });
  #row = h('div', { class: 'at-row' });
  #frame = h('div', { class: 'pixels' }, this.#canvas, this.#column, this.#row);
  element;

  /**
   * @param {import('../i18n/index.js').Key} label
   * @param {(at: { column: number, row: number }) => void} onPick
   */
  constructor(label, onPick) {
    this.element = scrollable(h('div', { class: 'heat' }, this.#frame), label);
    const pick = (/** @type {PointerEvent} */ event) => {
      if (!event.buttons) return;
      const { left, top, width, height } = this.#canvas.getBoundingClientRect();
      const place = (/** @type {number} */ share, /** @type {number} */ count) => Math.max(0, Math.min(count - 1, Math.floor(share * count)));
      onPick({
        column: place((event.clientX - left) / width, this.#canvas.width),
        row: place((event.clientY - top) / height, this.#canvas.height),
      });
    };
    this.#canvas.addEventListener('pointerdown', pick);
    this.#canvas.addEventListener('pointermove', pick);
  }

  /**
   * @param {Matrix} matrix
   * @param {{ column: number, row: number }} marked
   * @param {{ width: number, height: number }} cell in CSS pixels
   */
  draw({ rows, columns, column, scale, limit }, marked, cell) {
    const canvas = this.#canvas;
    if (rows === 0 || columns === 0) return;
    if (canvas.width !== columns || canvas.height !== rows) Object.assign(canvas, { width: columns, height: rows });
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    const image = new ImageData(columns, rows);
    const pixels = new Uint32Array(image.data.buffer);
    const table = colourTable(scale);
    for (let x = 0; x < columns; x += 1) {
      const numbers = column(x);
      for (let y = 0; y < rows; y += 1) pixels[y * columns + x] = table[colourIndex(scale, numbers[y], limit)];
    }
    context.putImageData(image, 0, 0);
    const { style } = this.#frame;
    style.setProperty('width', `${columns * cell.width}px`);
    style.setProperty('height', `${rows * cell.height}px`);
    this.#mark(this.#column, 'left', marked.column * cell.width, 'width', cell.width);
    this.#mark(this.#row, 'top', marked.row * cell.height, 'height', cell.height);
  }

  /**
   * @param {HTMLElement} mark
   * @param {string} edge
   * @param {number} at
   * @param {string} size
   * @param {number} extent
   */
  #mark({ style }, edge, at, size, extent) {
    style.setProperty(edge, `${at}px`);
    style.setProperty(size, `${extent}px`);
  }

  /**
   * Scrolls horizontally, without scrolling the page.
   *
   * @param {number} share position as a share of the full width
   */
  scrollTo(share) {
    const { scrollWidth, clientWidth } = this.element;
    this.element.scrollLeft = share * scrollWidth - clientWidth / 2;
  }
}
