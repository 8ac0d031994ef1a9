import { onLanguage, say, text } from '../i18n/index.js';
import { Choice, numbered } from './choice.js';
import { onColours } from './colours.js';
import { h } from './dom.js';
import { LSTM_PARTS } from './frames.js';
import { HeatMap } from './heat-map.js';
import { knownUnits } from './known-units.js';
import { visibleToken } from './visible-token.js';
import { around, number, NumberTable } from './number-table.js';

/** @typedef {import('./frames.js').Frames} Frames */
/** @typedef {import('./frames.js').LstmPart} LstmPart */

/** @type {Record<LstmPart, import('../i18n/index.js').Key>} */
const NAMES = { i: 'gateInput', f: 'gateForget', g: 'gateCandidate', o: 'gateOutput', c: 'cellState', h: 'hiddenState' };
const ZOOMS = [1, 2, 4, 8];
const TABLE_ROWS = 12;
const TABLE_COLUMNS = 10;

/**
 * Gates, cell state and output of an LSTM layer: a column per character, a row per unit. One unit can be picked to
 * colour the text.
 */
export class Gates {
  #known = new Choice('unitTracks', () => this.#take());
  #layer = new Choice('layer', () => this.#byHand());
  #part = new Choice('lstmPart', () => this.#byHand());
  #zoom = new Choice('zoom', () => this.#draw());
  #unit = h('input', { type: 'number', id: 'look-unit', min: '1', step: '1', value: '1' });
  #colouring = h('input', { type: 'checkbox', id: 'look-colouring', checked: true });
  #map = new HeatMap('gates', ({ column, row }) => this.#pick(column, row));
  #readout = h('p', { class: 'readout small' });
  #table = new NumberTable();
  element = h(
    'section',
    { class: 'picture', 'aria-labelledby': 'look-gates' },
    h('h2', { id: 'look-gates', t: 'gates' }),
    h('p', { class: 'small', t: 'gatesHint' }),
    h(
      'div',
      { class: 'controls' },
      this.#known.element,
      this.#layer.element,
      this.#part.element,
      h('div', { class: 'choice' }, h('label', { for: 'look-unit', t: 'lstmUnit' }), this.#unit),
      this.#zoom.element,
      h('div', { class: 'choice check' }, this.#colouring, h('label', { for: 'look-colouring', t: 'colourText' })),
    ),
    this.#map.element,
    this.#readout,
    this.#table.element,
  );
  #onScrub;
  #onTint;
  /** @type {import('../engine/protocol.js').ModelEntry | null} */
  #model = null;
  /** @type {Frames | null} */
  #frames = null;
  #at = 0;

  /**
   * @param {(place: number) => void} onScrub
   * @param {() => void} onTint called when the text's colours change
   */
  constructor(onScrub, onTint) {
    this.#onScrub = onScrub;
    this.#onTint = onTint;
    this.#part.offer(LSTM_PARTS.map((part) => ({ value: part, name: NAMES[part] })));
    this.#part.value = 'h';
    this.#zoom.offer(ZOOMS.map((zoom) => ({ value: String(zoom - 1), name: null })));
    this.#zoom.value = '1';
    this.#unit.addEventListener('input', () => this.#byHand());
    this.#colouring.addEventListener('change', () => this.#onTint());
    onLanguage(() => this.#draw());
    onColours(() => this.#changed());
  }

  /**
   * @param {Frames | null} frames
   * @param {number} at the current position
   * @param {import('../engine/protocol.js').ModelEntry | null} model the model of the frames
   */
  show(frames, at, model) {
    this.element.hidden = !frames?.length;
    this.#frames = frames;
    if (!frames?.length) return;
    this.#at = Math.min(at, frames.length - 1);
    this.#layer.offer(numbered(frames.layers));
    this.#offer(model);
    this.#unit.max = String(frames.channels);
    this.#draw();
  }

  /**
   * Returns the activation that colours the text at a position, or null for no colour.
   *
   * @param {number} place
   * @returns {number | null}
   */
  tint(place) {
    const frames = this.#frames;
    if (!frames || !this.#colouring.checked || place >= frames.length) return null;
    return frames.lstm(place, Number(this.#layer.value), this.part)[this.#unitIndex()];
  }

  /**
   * Selects a unit with a known function when the model changes, if there is one.
   *
   * @param {import('../engine/protocol.js').ModelEntry | null} model
   */
  #offer(model) {
    if (model === this.#model) return;
    this.#model = model;
    const known = knownUnits(model);
    const options = known.map(({ name }, i) => ({ value: String(i), name }));
    this.#known.offer(known.length ? [...options, { value: '', name: 'unitOther' }] : []);
    this.#known.value = known.length ? '0' : '';
    this.#set();
  }

  /** Sets layer, part and unit to the chosen known unit. */
  #set() {
    const unit = knownUnits(this.#model)[Number(this.#known.value || -1)];
    if (!unit) return;
    this.#layer.value = String(unit.layer - 1);
    this.#part.value = unit.part;
    this.#unit.value = String(unit.unit);
  }

  #take() {
    this.#set();
    this.#changed();
  }

  #byHand() {
    this.#known.value = '';
    this.#changed();
  }

  /** @returns {LstmPart} */
  get part() {
    return /** @type {LstmPart} */ (this.#part.value);
  }

  #unitIndex() {
    const most = this.#frames?.channels ?? 1;
    return Math.max(0, Math.min(most - 1, Math.trunc(Number(this.#unit.value) || 1) - 1));
  }

  #changed() {
    this.#draw();
    this.#onTint();
  }

  /**
   * @param {number} column
   * @param {number} row
   */
  #pick(column, row) {
    const changed = row !== this.#unitIndex();
    this.#unit.value = String(row + 1);
    this.#onScrub(column);
    if (changed) this.#byHand();
  }

  #draw() {
    const frames = this.#frames;
    if (!frames?.length) return;
    const layer = Number(this.#layer.value);
    const { part } = this;
    const zoom = Number(this.#zoom.value) + 1;
    const unit = this.#unitIndex();
    this.#map.draw(
      {
        rows: frames.channels,
        columns: frames.length,
        column: (place) => frames.lstm(place, layer, part),
        scale: scaleOf(part),
        limit: limitOf(part),
      },
      { column: this.#at, row: unit },
      { width: 3 * zoom, height: zoom },
    );
    if (zoom > 1 || frames.length > 100) this.#map.scrollTo(this.#at / frames.length);
    say(this.#readout, 'unitValue', {
      unit: unit + 1,
      token: visibleToken(frames.tokens[this.#at].text),
      value: number(frames.lstm(this.#at, layer, part)[unit]),
    });
    this.#table.show(() => {
      const places = around(this.#at, TABLE_COLUMNS, frames.length);
      const units = around(unit, TABLE_ROWS, frames.channels);
      return {
        caption: `${text(NAMES[part])}, ${text('layer')} ${layer + 1}`,
        columns: places.map((place) => visibleToken(frames.tokens[place].text)),
        rows: units.map((index) => `${text('lstmUnit')} ${index + 1}`),
        value: (row, column) => frames.lstm(places[column], layer, part)[units[row]],
        marked: { row: units.indexOf(unit), column: places.indexOf(this.#at) },
      };
    });
  }
}

/**
 * @param {LstmPart} part
 * @returns {import('./colours.js').Scale}
 */
export function scaleOf(part) {
  return part === 'i' || part === 'f' || part === 'o' ? 'amount' : 'signed';
}

/** Returns the value with the strongest colour; a cell state seldom exceeds 3. @param {LstmPart} part */
export function limitOf(part) {
  return part === 'c' ? 3 : 1;
}
