// A drawing of an LSTM cell: its gates show their values at a character, and can be changed.

import { formatNumber, onLanguage, say, text } from '../../i18n/index.js';
import { Choice } from '../../ui/choice.js';
import { colour, onColours } from '../../ui/colours.js';
import { h } from '../../ui/dom.js';
import { Frames } from '../../ui/frames.js';
import { limitOf, scaleOf } from '../../ui/gates.js';
import { knownUnits } from '../../ui/known-units.js';
import { visibleToken } from '../../ui/visible-token.js';
import { drawing, part } from '../../ui/drawing.js';
import { Asking, PLAIN } from '../common/asking.js';
import { slider, typed } from './parts.js';

/** @typedef {import('../../ui/frames.js').LstmPart} LstmPart */
/** @typedef {'f' | 'i' | 'g' | 'o'} Gate */

const MODEL = 'char-lstm-songs';
const TEXT = 'He said, “I will come,” and went.';
/** Position and names of each gate in the drawing. */
const GATES = /** @type {const} */ ([
  { id: 'f', x: 60, name: 'gateForget', does: 'cellForget' },
  { id: 'i', x: 140, name: 'gateInput', does: 'cellInput' },
  { id: 'g', x: 220, name: 'gateCandidate', does: 'cellCandidate' },
  { id: 'o', x: 300, name: 'gateOutput', does: 'cellOutput' },
]);
const [LINE, GATE_Y, OUT_Y] = [40, 130, 210];

export class Cell {
  #context;
  #asking;
  #input;
  #unit = new Choice('unitTracks', () => this.#pickUnit());
  #characters = h('p', { class: 'cell-text', lang: 'en', translate: 'no', role: 'group', tLabel: 'cellText' });
  #stage = h('div', {});
  #told = h('p', { class: 'small', 'aria-live': 'polite' });
  #lever;
  #leverLine;
  #frames = new Frames();
  /** @type {import('../../engine/protocol.js').ModelEntry | null} */
  #model = null;
  #at = 0;
  /** @type {Gate} */
  #gate = 'f';
  /** Gate values set by the visitor. @type {Partial<Record<Gate, number>>} */
  #set = {};
  #asked = '';
  element;

  /** @param {import('../common/view.js').Context} context */
  constructor(context) {
    this.#context = context;
    this.#asking = new Asking(context, 'lecture-cell-download');
    const [input, line] = typed('lecture-cell-text', 'cellReads', TEXT, () => void this.#read());
    this.#input = input;
    const [lever, leverLine] = slider('lecture-cell-lever', 'cellLever', { min: '0', max: '1', step: '0.01', value: '0' });
    this.#lever = lever;
    this.#leverLine = leverLine;
    lever.addEventListener('input', () => {
      this.#set[this.#gate] = Number(lever.value);
      this.#draw();
    });
    this.element = h('div', {}, line, this.#unit.element, this.#characters, this.#stage, this.#told, leverLine, this.#asking.element);
    onLanguage(() => this.#draw());
    onColours(() => this.#draw());
  }

  open() {
    void this.#read();
  }

  stop() {
    this.#asking.stop();
  }

  async #read() {
    const prompt = this.#input.value;
    if (prompt === this.#asked || prompt === '') return;
    this.#asked = prompt;
    await this.#asking.about(MODEL, async (task, model, fresh) => {
      const frames = new Frames();
      const { request, listeners } = this.#asking.request(task, model, fresh);
      const options = { ...PLAIN, max_new_tokens: 2, temperature: 0, beam_width: 1 };
      await task.run(() =>
        this.#context.engine.look(
          { ...request, text: prompt, options },
          {
            ...listeners,
            onFrames: task.own((/** @type {import('../../engine/protocol.js').Recorded} */ recorded) => frames.add(recorded)),
          },
        ),
      );
      this.#show(model, frames);
    });
    if (!this.#frames.length) this.#asked = '';
  }

  /**
   * @param {import('../../engine/protocol.js').ModelEntry} model
   * @param {Frames} frames
   */
  #show(model, frames) {
    this.#model = model;
    this.#frames = frames;
    this.#at = Math.min(this.#input.value.length, frames.length - 1);
    this.#unit.offer(knownUnits(model).map(({ name }, i) => ({ value: String(i), name })));
    this.#pickUnit();
  }

  #pickUnit() {
    this.#set = {};
    this.#draw();
  }

  /** Zero-based indices of layer and unit. */
  get #place() {
    const known = knownUnits(this.#model)[Number(this.#unit.value || -1)];
    return known ? { layer: known.layer - 1, unit: known.unit - 1 } : { layer: 0, unit: 0 };
  }

  /**
   * @param {LstmPart} name
   * @param {number} [at]
   */
  #value(name, at = this.#at) {
    const { layer, unit } = this.#place;
    return at < 0 ? 0 : this.#frames.lstm(at, layer, name)[unit];
  }

  /** Computes the cell's values from its gates, as recorded or as set by the visitor. */
  #now() {
    const gate = (/** @type {Gate} */ name) => this.#set[name] ?? this.#value(name);
    const [f, i, g, o, before] = [gate('f'), gate('i'), gate('g'), gate('o'), this.#value('c', this.#at - 1)];
    const c = f * before + i * g;
    return { f, i, g, o, before, c, h: o * Math.tanh(c) };
  }

  #draw() {
    if (!this.#frames.length) return;
    const now = this.#now();
    const focused = document.activeElement?.getAttribute('data-gate');
    this.#stage.replaceChildren(this.#picture(now));
    if (focused) /** @type {HTMLElement | null} */ (this.#stage.querySelector(`[data-gate="${focused}"]`))?.focus();
    const { name, does } = GATES.find(({ id }) => id === this.#gate) ?? GATES[0];
    const was = { c: this.#value('c'), h: this.#value('h') };
    const changed = Object.keys(this.#set).length > 0;
    this.#told.textContent = `${text(name)}: ${text(does)} ${changed ? text('cellChanged', { c: short(was.c), h: short(was.h), newC: short(now.c), newH: short(now.h) }) : ''}`;
    const label = this.#leverLine.querySelector('label');
    if (label) say(label, 'cellLever', { gate: text(name) });
    this.#lever.min = this.#gate === 'g' ? '-1' : '0';
    this.#lever.value = String(now[this.#gate]);
    const shown = this.#leverLine.querySelector('.value');
    if (shown) shown.textContent = short(now[this.#gate]);
    this.#drawText();
  }

  /** Colours each character by the value of the gate. */
  #drawText() {
    const focused = this.#characters.contains(document.activeElement);
    const all = this.#frames.tokens.slice(0, this.#frames.length).map((token, at) => {
      const element = h('button', { type: 'button', 'aria-pressed': String(at === this.#at) }, visibleToken(token.text));
      const name = this.#gate;
      element.style.setProperty('--gate', colour(scaleOf(name), this.#value(name, at), limitOf(name)));
      element.addEventListener('click', () => {
        this.#at = at;
        this.#set = {};
        this.#draw();
      });
      return element;
    });
    this.#characters.replaceChildren(...all);
    if (focused) all[this.#at]?.focus();
  }

  /** @param {Record<Gate | 'before' | 'c' | 'h', number>} now */
  #picture(now) {
    const arrow = (/** @type {string} */ d) => part('path', { d, class: 'wire' });
    const label = (/** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ words, anchor = 'middle') =>
      part('text', { x: String(x), y: String(y), 'text-anchor': anchor }, words);
    const node = (/** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ sign) =>
      part('g', {}, part('circle', { cx: String(x), cy: String(y), r: '13' }), label(x, y + 5, sign));
    return drawing(
      { width: 440, height: 250, label: text('cellDrawing') },
      // The cell state runs along the top; the hidden state leaves on the right.
      arrow(`M0 ${LINE}H440`),
      arrow(`M60 ${GATE_Y - 18}V${LINE + 13}`),
      arrow(`M140 ${GATE_Y - 18}V92H167`),
      arrow(`M220 ${GATE_Y - 18}V92H193`),
      arrow(`M180 79V${LINE + 13}`),
      arrow(`M370 ${LINE}V79`),
      arrow(`M300 ${GATE_Y - 18}V92H357`),
      arrow(`M370 105V${OUT_Y}H440`),
      arrow(`M0 ${OUT_Y}H300`),
      ...GATES.map(({ x }) => arrow(`M${x} ${OUT_Y}V${GATE_Y + 18}`)),
      node(60, LINE, '×'),
      node(180, LINE, '+'),
      node(180, 92, '×'),
      node(370, 92, '×'),
      label(378, 66, 'tanh', 'start'),
      label(4, LINE - 14, `c = ${short(now.before)}`, 'start'),
      label(436, LINE - 14, `c′ = ${short(now.c)}`, 'end'),
      label(380, OUT_Y - 12, `h = ${short(now.h)}`, 'start'),
      label(4, OUT_Y + 24, `x = ${visibleToken(this.#frames.tokens[this.#at].text)},  h`, 'start'),
      ...GATES.map((gate) => this.#gateNode(gate, now[gate.id])),
    );
  }

  /**
   * @param {typeof GATES[number]} gate
   * @param {number} value
   */
  #gateNode({ id, x, name }, value) {
    const written = short(value);
    const element = part(
      'g',
      { class: 'gate', role: 'button', tabindex: '0', 'data-gate': id, 'aria-pressed': String(id === this.#gate), 'aria-label': `${text(name)} ${written}` },
      part('rect', { x: String(x - 36), y: String(GATE_Y - 18), width: '72', height: '36', rx: '5' }),
      part('rect', { class: 'level', x: String(x - 36), y: String(GATE_Y + 14), width: String(Math.abs(value) * 72), height: '4' }),
      part('text', { x: String(x), y: String(GATE_Y + 5), 'text-anchor': 'middle' }, `${id} ${written}`),
    );
    const pick = () => {
      this.#gate = id;
      this.#draw();
    };
    element.addEventListener('click', pick);
    element.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      pick();
    });
    return element;
  }
}

/** @param {number} value */
function short(value) {
  return formatNumber(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}
