import { onLanguage, text } from '../i18n/index.js';
import { h } from './dom.js';
import { HeatMap } from './heat-map.js';
import { around, NumberTable } from './number-table.js';

/** The position embeddings: the vector added at each position, so that word order matters. */
export class Positions {
  #map = new HeatMap('positions', ({ column, row }) => {
    this.#at = { position: row, channel: column };
    this.#draw();
  });
  #table = new NumberTable();
  element = h(
    'section',
    { class: 'picture', 'aria-labelledby': 'look-positions', hidden: true },
    h('h2', { id: 'look-positions', t: 'positions' }),
    h('p', { class: 'small', t: 'positionsHint' }),
    this.#map.element,
    this.#table.element,
  );
  /** @type {Float32Array} */
  #values = new Float32Array();
  #channels = 1;
  #limit = 1;
  #at = { position: 0, channel: 0 };

  constructor() {
    onLanguage(() => this.#draw());
  }

  /**
   * @param {Float32Array} values a row of `channels` per position; empty hides the picture
   * @param {number} channels
   */
  show(values, channels) {
    this.element.hidden = values.length === 0;
    this.#values = values;
    this.#channels = channels;
    // Scale by the root mean square, since outliers of learned embeddings would make all other values pale.
    const squares = values.reduce((sum, value) => sum + value * value, 0);
    this.#limit = 2 * Math.sqrt(squares / Math.max(1, values.length));
    this.#at = { position: 0, channel: 0 };
    this.#draw();
  }

  #draw() {
    const channels = this.#channels;
    const rows = Math.floor(this.#values.length / channels);
    if (rows === 0) return;
    const { position, channel } = this.#at;
    const value = (/** @type {number} */ row, /** @type {number} */ column) => this.#values[row * channels + column];
    this.#map.draw(
      {
        rows,
        columns: channels,
        column: (column) => Array.from({ length: rows }, (_, row) => value(row, column)),
        scale: 'signed',
        limit: this.#limit,
      },
      { column: channel, row: position },
      { width: 3, height: 4 },
    );
    this.#table.show(() => {
      const shown = around(position, 12, rows);
      const columns = around(channel, 10, channels);
      return {
        caption: text('positions'),
        columns: columns.map((index) => `${text('channel')} ${index + 1}`),
        rows: shown.map((index) => `${text('position')} ${index + 1}`),
        value: (row, column) => value(shown[row], columns[column]),
        marked: { row: shown.indexOf(position), column: columns.indexOf(channel) },
      };
    });
  }
}
