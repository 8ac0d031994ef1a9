// A line chart in SVG that adapts to its width, with the same data as a table.

import { formatNumber, onLanguage, say, text } from '../i18n/index.js';
import { h, scrollable } from './dom.js';

/** @typedef {import('../i18n/index.js').Key} Key */
/** @typedef {readonly [x: number, y: number]} Point */

/**
 * @typedef {object} Series
 * @property {string} name for the legend and the table
 * @property {string} look class that sets colour and stroke
 * @property {Point[]} points sorted by x
 * @property {boolean} [faint] drawn behind the others and omitted from the legend
 *
 * @typedef {{ name: string, look: string, y: number }} Level a reference value, drawn as a horizontal line
 */

const SVG = 'http://www.w3.org/2000/svg';
/** Margins, in units of the labels' font size. */
const EDGE = { top: 1, right: 1, bottom: 1.9, left: 3.6 };
/** Maximum number of rows of the table. */
const ROWS = 24;

export class Chart {
  #plot = document.createElementNS(SVG, 'svg');
  #legend = h('ul', { class: 'legend small' });
  #table = h('table', { class: 'numbers' });
  #details;
  #title;
  #format;
  /** @type {Series[]} */
  #series = [];
  /** @type {Level[]} */
  #levels = [];
  /** The marked x, if any. @type {number | null} */
  #at = null;
  #frame = 0;
  element;

  /**
   * @param {object} what
   * @param {Key} what.title
   * @param {Key} what.x label of the x axis
   * @param {Intl.NumberFormatOptions} what.format of the values
   * @param {boolean} [what.small]
   */
  constructor({ title, x, format, small = false }) {
    this.#title = title;
    this.#format = format;
    this.#plot.setAttribute('role', 'img');
    const numbers = scrollable(h('div', {}, this.#table), title);
    this.#details = h('details', { class: 'as-table' }, h('summary', { t: 'asTable' }), numbers);
    this.#details.addEventListener('toggle', () => this.#draw());
    this.element = h(
      'figure',
      { class: small ? 'chart small-chart' : 'chart' },
      h('figcaption', {}, h('span', { t: title }), h('span', { class: 'small', t: x })),
      this.#plot,
      this.#legend,
      this.#details,
    );
    this.x = x;
    new ResizeObserver(() => this.#soon()).observe(this.element);
    onLanguage(() => this.#soon());
  }

  /**
   * @param {Series[]} series
   * @param {Level[]} [levels]
   * @param {number | null} [at] an x to mark
   */
  show(series, levels = [], at = null) {
    this.#series = series;
    this.#levels = levels;
    this.#at = at;
    this.#soon();
  }

  #soon() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw() {
    // The observer calls again once there is a layout.
    if (!this.element.isConnected) return;
    const width = Math.max(200, this.element.clientWidth);
    // In pixels; presentation mode has larger labels.
    const em = parseFloat(getComputedStyle(this.#plot).fontSize);
    const height = this.element.classList.contains('small-chart') ? 8.6 * em : Math.min(25 * em, Math.max(15 * em, width * 0.42));
    const frame = frameOf(this.#series, this.#levels, { width, height, em });
    this.#plot.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.#plot.setAttribute('height', String(height));
    this.#plot.setAttribute('aria-label', this.#summary());
    const faintFirst = [...this.#series].sort((a, b) => Number(b.faint ?? false) - Number(a.faint ?? false));
    this.#plot.replaceChildren(
      ...this.#grid(frame),
      ...(this.#at === null ? [] : [line(`M${frame.x(this.#at)} ${frame.top}V${frame.bottom}`, 'marker')]),
      ...this.#levels.map(({ y, look }) => line(`M${frame.left} ${frame.y(y)}H${frame.right}`, `level ${look}`)),
      ...faintFirst.map((series) => line(path(series.points, frame), `curve ${series.look}${series.faint ? ' faint' : ''}`)),
    );
    this.#explain();
    this.#fillTable();
  }

  /** Returns a text for screen readers: the last value of each line. */
  #summary() {
    const last = this.#named().map(({ name, points }) => {
      const point = points.at(-1);
      return point ? `${name} ${this.#written(point[1])}` : '';
    });
    return [text(this.#title), ...last.filter(Boolean)].join('; ');
  }

  #named() {
    return this.#series.filter(({ faint, points }) => !faint && points.length);
  }

  /** @param {number} value */
  #written(value) {
    return formatNumber(value, this.#format);
  }

  /** @param {Frame} frame */
  #grid(frame) {
    const { left, right, bottom, em } = frame;
    return [
      ...frame.yTicks.flatMap((value) => {
        const y = frame.y(value);
        return [line(`M${left} ${y}H${right}`, 'grid'), label(left - em / 2, y + em / 3, 'end', this.#tick(value))];
      }),
      // A centred label would be cut off at the right edge.
      ...frame.xTicks.map((value) => label(frame.x(value), bottom + 1.35 * em, right - frame.x(value) < em ? 'end' : 'middle', formatNumber(value))),
    ];
  }

  /** @param {number} value */
  #tick(value) {
    return formatNumber(value, { maximumSignificantDigits: 3 });
  }

  #explain() {
    const items = [...this.#named(), ...this.#levels].map(({ name, look }) => {
      const key = document.createElementNS(SVG, 'svg');
      key.setAttribute('class', 'key');
      key.setAttribute('viewBox', '0 0 24 8');
      key.setAttribute('aria-hidden', 'true');
      key.append(line('M0 4H24', `curve ${look}`));
      return h('li', {}, key, ' ', name);
    });
    this.#legend.replaceChildren(...(items.length > 1 ? items : []));
  }

  #fillTable() {
    if (!this.#details.open) return;
    const names = new Set();
    // If single steps and their mean have the same name, the table has the steps.
    const named = this.#series.filter(({ name, points }) => points.length && !names.has(name) && names.add(name));
    const xs = [...new Set(named.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b);
    const every = Math.max(1, Math.ceil(xs.length / ROWS));
    const shown = xs.filter((_, i) => (xs.length - 1 - i) % every === 0);
    const head = h('tr', {}, h('th', { scope: 'col', t: this.x }), ...named.map(({ name }) => h('th', { scope: 'col' }, name)));
    const rows = shown.map((x) => {
      const cells = named.map(({ points }) => {
        const at = latest(points, x);
        return h('td', {}, at === undefined ? '' : this.#written(at));
      });
      return h('tr', {}, h('th', { scope: 'row' }, formatNumber(x)), ...cells);
    });
    this.#table.replaceChildren(say(h('caption', { class: 'unseen' }), this.#title), h('thead', {}, head), h('tbody', {}, ...rows));
  }
}

/**
 * Returns the value at x, or the latest one before it.
 *
 * @param {Point[]} points
 * @param {number} x
 */
function latest(points, x) {
  return points.findLast(([at]) => at <= x)?.[1];
}

/**
 * @typedef {object} Frame maps values to pixels
 * @property {(value: number) => number} x
 * @property {(value: number) => number} y
 * @property {number[]} xTicks
 * @property {number[]} yTicks
 * @property {number} left
 * @property {number} right
 * @property {number} top
 * @property {number} bottom
 * @property {number} em font size of the labels
 */

/**
 * @param {Series[]} series
 * @param {Level[]} levels
 * @param {{ width: number, height: number, em: number }} size in pixels
 * @returns {Frame}
 */
function frameOf(series, levels, { width, height, em }) {
  const [left, top] = [EDGE.left * em, EDGE.top * em];
  const [right, bottom] = [width - EDGE.right * em, height - EDGE.bottom * em];
  let [xMax, low, high] = [1, Infinity, -Infinity];
  // Single steps are noisy, so only prominent lines determine the range of y.
  const read = series.some(({ faint, points }) => !faint && points.length) ? series.filter(({ faint }) => !faint) : series;
  for (const { points } of series) xMax = Math.max(xMax, points.at(-1)?.[0] ?? 0);
  for (const [, y] of [...read.flatMap(({ points }) => points), ...levels.map(({ y }) => /** @type {Point} */ ([0, y]))]) {
    if (!Number.isFinite(y)) continue;
    low = Math.min(low, y);
    high = Math.max(high, y);
  }
  if (low > high) [low, high] = [0, 1];
  const room = (high - low || Math.abs(high) || 1) * 0.06;
  [low, high] = [low < room ? Math.min(0, low) : low - room, high + room];
  const clamp = (/** @type {number} */ value) => Math.min(high, Math.max(low, value));
  return {
    x: (value) => left + (value / xMax) * (right - left),
    y: (value) => bottom - ((clamp(value) - low) / (high - low)) * (bottom - top),
    xTicks: ticks(0, xMax, width / (8.6 * em)).filter(Number.isInteger),
    yTicks: ticks(low, high, height / (3.8 * em)),
    left,
    right,
    top,
    bottom,
    em,
  };
}

/**
 * Returns round values between two bounds, about `most` at most.
 *
 * @param {number} low
 * @param {number} high
 * @param {number} most
 */
function ticks(low, high, most) {
  const raw = (high - low) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10);
  const found = [];
  for (let i = Math.ceil(low / step); i * step <= high * (1 + 1e-9); i += 1) found.push(Number((i * step).toPrecision(12)));
  return found;
}

/**
 * Makes a path with at most one point per pixel column, the mean of the points there.
 *
 * @param {Point[]} points
 * @param {Frame} frame
 */
function path(points, frame) {
  let d = '';
  for (let i = 0; i < points.length; ) {
    const pixel = Math.round(frame.x(points[i][0]));
    let [sum, count] = [0, 0];
    for (; i < points.length && Math.round(frame.x(points[i][0])) === pixel; i += 1) {
      sum += points[i][1];
      count += 1;
    }
    d += `${d ? 'L' : 'M'}${pixel} ${frame.y(sum / count).toFixed(1)}`;
  }
  // A path of a single point would be invisible.
  return points.length === 1 ? `${d}h0.01` : d;
}

/**
 * @param {string} d
 * @param {string} look
 */
function line(d, look) {
  const element = document.createElementNS(SVG, 'path');
  element.setAttribute('d', d);
  element.setAttribute('class', look);
  return element;
}

/**
 * @param {number} x
 * @param {number} y
 * @param {'end' | 'middle'} anchor
 * @param {string} written
 */
function label(x, y, anchor, written) {
  const element = document.createElementNS(SVG, 'text');
  element.setAttribute('x', String(x));
  element.setAttribute('y', String(y));
  element.setAttribute('text-anchor', anchor);
  element.textContent = written;
  return element;
}
