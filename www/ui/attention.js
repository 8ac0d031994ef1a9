import { onLanguage, say, text } from '../i18n/index.js';
import { Arcs } from './arcs.js';
import { Choice, numbered } from './choice.js';
import { clearest } from './clearest.js';
import { colourIndex, colourTable, onColours } from './colours.js';
import { h, scrollable } from './dom.js';
import { visibleToken } from './visible-token.js';
import { around } from './number-table.js';
import { weightTable } from './weight-table.js';

/** @typedef {import('./frames.js').Frames} Frames */

/**
 * @typedef {object} Attended
 * @property {Frames} text the text written, or the only text
 * @property {Frames | null} source the text translated
 * @property {string} language of the text
 *
 * @typedef {'tiles' | 'arcs' | 'table'} Part a picture that takes an animation frame to draw
 */

/** Maximum number of words in a row or column of a table, or of a tile of the overview. */
const MOST = 16;
/** Gap between two tiles, in canvas pixels (one per weight). */
const GAP = 2;
/** Approximate width of a tile on the page, in CSS pixels. */
const TILE = 54;

/**
 * A model's attention: all layers and heads as small tiles, and one head as a table of words.
 */
export class Attention {
  #kind = new Choice('attentionKind', () => {
    this.#found = false;
    this.#draw();
  });
  #layer = new Choice('layer', () => this.#pick());
  #head = new Choice('head', () => this.#pick());
  #arcs = new Arcs();
  #tiles = h('canvas', { class: 'tiles', 'aria-hidden': 'true' });
  #caption = h('p', { class: 'small' });
  #table = h('div', { class: 'tables' });
  element = h(
    'section',
    { class: 'picture alignment', 'aria-labelledby': 'look-attention' },
    h('h2', { id: 'look-attention', t: 'attention' }),
    h('p', { class: 'small', t: 'attentionHint' }),
    h('div', { class: 'controls' }, this.#kind.element, this.#layer.element, this.#head.element),
    this.#arcs.element,
    this.#caption,
    scrollable(h('div', {}, this.#tiles), 'attention'),
    this.#table,
  );
  /** @type {Attended | null} */
  #shown = null;
  #at = 0;
  /** Whether layer and head have been set, to the clearest head or by the reader. */
  #found = false;

  constructor() {
    this.#tiles.addEventListener('click', (event) => {
      const { frames } = this.#seen() ?? {};
      if (!frames) return;
      const { left, top, width, height } = this.#tiles.getBoundingClientRect();
      this.#head.value = String(Math.floor(((event.clientX - left) / width) * frames.heads));
      this.#layer.value = String(Math.floor(((event.clientY - top) / height) * frames.layers));
      this.#pick();
    });
    onLanguage(() => this.#draw());
    onColours(() => this.#draw());
  }

  /**
   * @param {Attended | null} shown
   * @param {number} at the current position
   * @param {Part} part the part to draw now
   */
  show(shown, at, part) {
    this.#shown = shown?.text.length && shown.text.heads ? shown : null;
    this.#at = at;
    this.element.hidden = !this.#shown;
    if (!this.#shown) {
      this.#found = false;
      return;
    }
    const own = { value: 'own', name: /** @type {const} */ ('attentionOwn') };
    const cross = { value: 'cross', name: /** @type {const} */ ('attentionCross') };
    const source = { value: 'source', name: /** @type {const} */ ('attentionSource') };
    this.#kind.offer(this.#shown.source ? [cross, own, source] : [own]);
    this.#draw(part);
  }

  /** Called when the reader picks a head; that choice is kept. */
  #pick() {
    this.#found = true;
    this.#draw();
  }

  /** Returns the frames of the chosen kind, the positions of rows and columns, and a function for the weights. */
  #seen() {
    if (!this.#shown) return null;
    const { text: written, source, language } = this.#shown;
    const kind = this.#kind.value;
    const frames = kind === 'source' && source ? source : written;
    const columns = kind === 'cross' && source ? source : frames;
    const at = Math.min(this.#at, frames.length - 1);
    const whole = kind !== 'own' || source !== null;
    const rows = whole ? around(at, MOST, frames.length) : last(at, MOST);
    const read = whole ? around(Math.round((at * columns.length) / frames.length), MOST, columns.length) : rows;
    const weights = (/** @type {number} */ layer, /** @type {number} */ head) =>
      rows.map((row) => {
        const all = kind === 'cross' ? frames.cross(row, layer, head) : frames.attention(row, layer, head);
        const first = kind === 'cross' ? 0 : frames.firstRead(row);
        return read.map((column) => (column < first ? undefined : all[column - first]));
      });
    const languages = { rows: kind === 'source' ? 'de' : language, columns: columns === source ? 'de' : language };
    return { frames, columns, rows, read, weights, languages };
  }

  /** @param {Part | 'all'} [part] */
  #draw(part = 'all') {
    const seen = this.#seen();
    if (!seen) return;
    const { frames, columns, rows, read, weights, languages } = seen;
    this.#layer.offer(numbered(frames.layers));
    this.#head.offer([...numbered(frames.heads), { value: '-1', name: 'headMean' }]);
    if (!this.#found) {
      const clear = clearest(frames, weights, columns === frames && languages.rows !== 'de');
      if (clear) {
        this.#layer.value = String(clear.layer);
        this.#head.value = String(clear.head);
        this.#found = true;
      }
    }
    say(this.#caption, 'attentionTiles', { layers: frames.layers, heads: frames.heads });
    const draws = (/** @type {Part} */ picture) => part === picture || part === 'all';
    if (draws('tiles')) this.#drawTiles(frames, rows.length, read.length, weights);
    const layer = Number(this.#layer.value);
    const head = Number(this.#head.value);
    const words = (/** @type {Frames} */ of, /** @type {number[]} */ places) => places.map((place) => visibleToken(of.tokens[place].text).replace('␣', ''));
    if (draws('arcs')) {
      // Draw arcs for self-attention; between two texts the table is clearer.
      const isOwn = columns === frames && read.join() === rows.join();
      this.#arcs.show(isOwn ? words(frames, rows) : [], weights(layer, head), rows.indexOf(Math.min(this.#at, frames.length - 1)), languages.rows);
    }
    // Do not redraw a table that has the keyboard focus.
    if (!draws('table') || this.#table.contains(document.activeElement)) return;
    const name = head < 0 ? text('headMean') : `${text('head')} ${head + 1}`;
    this.#table.replaceChildren(
      weightTable({
        caption: `${text('layer')} ${layer + 1}, ${name}`,
        rows: { words: words(frames, rows), lang: languages.rows },
        columns: { words: words(columns, read), lang: languages.columns },
        weights: weights(layer, head),
      }),
    );
  }

  /**
   * @param {Frames} frames
   * @param {number} height of a tile
   * @param {number} width
   * @param {(layer: number, head: number) => (number | undefined)[][]} weights
   */
  #drawTiles({ layers, heads }, height, width, weights) {
    const canvas = this.#tiles;
    Object.assign(canvas, { width: heads * (width + GAP), height: layers * (height + GAP) });
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    const image = new ImageData(canvas.width, canvas.height);
    const pixels = new Uint32Array(image.data.buffer);
    const table = colourTable('amount');
    for (let layer = 0; layer < layers; layer += 1) {
      for (let head = 0; head < heads; head += 1) {
        const rows = weights(layer, head);
        // Scale each head by its own maximum, so that diffuse heads show their pattern, too.
        const strongest = Math.max(0.05, ...rows.flat().map((weight) => weight ?? 0));
        rows.forEach((row, y) => {
          const start = (layer * (height + GAP) + y) * canvas.width + head * (width + GAP);
          row.forEach((weight, x) => {
            pixels[start + x] = table[colourIndex('amount', weight ?? 0, strongest)];
          });
        });
      }
    }
    context.putImageData(image, 0, 0);
    const square = Math.max(1, Math.floor((heads > 4 ? TILE : 1.4 * TILE) / (width + GAP)));
    // Use rem, so that the tiles grow with the page on a projector.
    canvas.style.setProperty('width', `${(canvas.width * square) / 17}rem`);
  }
}

/**
 * @param {number} at
 * @param {number} most
 */
function last(at, most) {
  const first = Math.max(0, at + 1 - most);
  return Array.from({ length: at + 1 - first }, (_, i) => first + i);
}
