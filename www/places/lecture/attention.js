// A drawing of encoder and decoder: clicking an English word shows its attention over the German words.

import { onLanguage, say, text } from '../../i18n/index.js';
import { WITHOUT_ATTENTION } from './lessons/recorded.js';
import { drawing, part } from '../../ui/drawing.js';
import { h, scrollable } from '../../ui/dom.js';
import { wordAttention } from '../../words.js';
import { Asking } from '../common/asking.js';
import { percent, slider, typed } from './parts.js';

const MODEL = 'seq2seq-de-en';
const SENTENCE = 'Der kleine Hund schläft heute Nacht im Garten.';
/** Width of a column, and y coordinates of the rows. */
const COLUMN = 66;
const [ENGLISH, DECODER, ENCODER, GERMAN] = [24, 60, 190, 230];
/** Size of an encoder state: a bidirectional encoder has two vectors of 384 numbers per token. */
const STATE = 768;

/** @typedef {ReturnType<typeof wordAttention>} Words */

export class EncoderDecoder {
  #context;
  #asking;
  #input;
  #stage = scrollable(h('div', {}), 'codecDrawing');
  #told = h('p', { class: 'small', 'aria-live': 'polite' });
  #attending = h('input', { id: 'lecture-attending', type: 'checkbox', checked: true });
  #without = withoutAttention();
  /** @type {Words | null} */
  #words = null;
  #at = 0;
  #asked = '';
  element;

  /** @param {import('../common/view.js').Context} context */
  constructor(context) {
    this.#context = context;
    this.#asking = new Asking(context, 'lecture-codec-download');
    const [input, line] = typed('lecture-codec-text', 'german', SENTENCE, () => void this.#read());
    this.#input = input;
    input.lang = 'de';
    this.#attending.addEventListener('change', () => this.#draw());
    const check = h('p', { class: 'check' }, this.#attending, ' ', h('label', { for: 'lecture-attending', t: 'codecAttending' }));
    this.element = h('div', {}, line, check, this.#stage, this.#told, this.#asking.element, this.#without);
    onLanguage(() => this.#draw());
  }

  open() {
    void this.#read();
  }

  stop() {
    this.#asking.stop();
  }

  async #read() {
    const german = this.#input.value.trim();
    if (german === this.#asked || german === '') return;
    this.#asked = german;
    this.#words = null;
    /** @type {Parameters<Asking['about']>[1]} */
    const translate = async (task, model, fresh) => {
      const { request, listeners } = this.#asking.request(task, model, fresh);
      await task.run(() =>
        this.#context.engine.translate(
          { ...request, text: german, options: { beam_width: 4 } },
          {
            ...listeners,
            onPiece: task.own((/** @type {import('../../engine/protocol.js').Piece} */ piece) => {
              if (this.#words || !piece.attention.length) return;
              this.#words = wordAttention(piece);
              // Start with the word whose attention is most peaked.
              const sharpest = this.#words.weights.map((row) => Math.max(...row));
              this.#at = sharpest.indexOf(Math.max(...sharpest));
              this.#draw();
            }),
          },
        ),
      );
    };
    await this.#asking.about(MODEL, translate, { kind: 'translator' });
    if (!this.#words) this.#asked = '';
  }

  #draw() {
    const words = this.#words;
    if (!words) return;
    const { source, target, weights } = words;
    const isAttending = this.#attending.checked;
    const focused = document.activeElement?.getAttribute('data-word');
    const width = Math.max(source.length, target.length) * COLUMN;
    const x = (/** @type {number} */ column) => column * COLUMN + COLUMN / 2;
    const chain = (/** @type {number} */ y, /** @type {number} */ count) => part('path', { class: 'wire', d: `M${x(0)} ${y}H${x(count - 1)}` });
    const last = source.length - 1;
    const looks = isAttending
      ? source.map((_, s) => beam(x(s), x(this.#at), weights[this.#at][s]))
      : [part('path', { class: 'wire look', d: `M${x(last)} ${ENCODER}L${x(0)} ${DECODER}`, 'stroke-width': '6' })];
    const picture = drawing(
      { width, height: 250, label: text('codecDrawing') },
      chain(ENCODER, source.length),
      chain(DECODER, target.length),
      ...looks,
      ...source.flatMap((word, s) => [dot(x(s), ENCODER), written(x(s), GERMAN, word)]),
      ...target.map((word, t) => this.#word(x(t), word, t)),
    );
    picture.style.minWidth = `${width * 0.75}px`;
    this.#stage.replaceChildren(picture);
    if (focused) /** @type {HTMLElement | null} */ (picture.querySelector(`[data-word="${focused}"]`))?.focus();
    if (isAttending) {
      const row = weights[this.#at];
      const most = row.indexOf(Math.max(...row));
      say(this.#told, 'codecLooks', { english: target[this.#at], german: source[most], share: percent(row[most]) });
    } else {
      say(this.#told, 'codecBottleneck', { words: source.length, numbers: STATE });
    }
  }

  /**
   * @param {number} x
   * @param {string} word
   * @param {number} at
   */
  #word(x, word, at) {
    const isShown = at === this.#at;
    const element = part(
      'g',
      { class: 'word', role: 'button', tabindex: '0', 'data-word': String(at), 'aria-pressed': String(isShown), 'aria-label': text('codecWord', { word }) },
      part('rect', { x: String(x - 32), y: '4', width: '64', height: '68', rx: '5', class: 'area' }),
      dot(x, DECODER),
      written(x, ENGLISH, word),
    );
    const pick = () => {
      this.#at = at;
      this.#draw();
    };
    element.addEventListener('click', pick);
    element.addEventListener('focus', () => at !== this.#at && pick());
    return element;
  }
}

/**
 * @param {number} from
 * @param {number} to
 * @param {number} weight
 */
function beam(from, to, weight) {
  return part('path', { class: 'wire look', d: `M${from} ${ENCODER}L${to} ${DECODER}`, 'stroke-width': (weight * 12).toFixed(2) });
}

/**
 * @param {number} x
 * @param {number} y
 */
function dot(x, y) {
  return part('circle', { cx: String(x), cy: String(y), r: '9' });
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} word
 */
function written(x, y, word) {
  return part('text', { x: String(x), y: String(y), 'text-anchor': 'middle', translate: 'no' }, word);
}

/** Compares the network with and without attention, on sentences of increasing length. */
function withoutAttention() {
  const most = WITHOUT_ATTENTION.length;
  const [input, line] = slider('lecture-without', 'withoutLength', { min: '1', max: String(most), step: '1', value: '4' });
  const [german, attending, evenly] = ['de', 'en', 'en'].map((lang) => h('dd', { lang, translate: 'no' }));
  const show = () => {
    const example = WITHOUT_ATTENTION[Number(input.value) - 1];
    german.textContent = example.german;
    attending.textContent = example.attending;
    evenly.textContent = example.evenly;
  };
  input.addEventListener('input', show);
  show();
  const pair = (/** @type {import('../../i18n/index.js').Key} */ t, /** @type {HTMLElement} */ told) => h('div', {}, h('dt', { t }), told);
  return h(
    'div',
    { class: 'without' },
    h('h3', { t: 'withoutTitle' }),
    line,
    h('dl', {}, pair('german', german), pair('withoutAttending', attending), pair('withoutEvenly', evenly)),
    h('p', { class: 'small', t: 'withoutHint' }),
  );
}
