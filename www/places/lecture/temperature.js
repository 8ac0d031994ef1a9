// Temperature: the probabilities of the next token as bars, and each as a curve over all temperatures.

import { onLanguage, say } from '../../i18n/index.js';
import { h } from '../../ui/dom.js';
import { TemperatureCurves, likeliest } from '../../ui/temperature-curves.js';
import { Asking } from '../common/asking.js';
import { bars, percent, slider, typed } from './parts.js';

/** @typedef {import('../../engine/protocol.js').Row} Row */

const MODEL = 'gpt-songs';
const BEGINNING = 'The sailor sailed across the';

export class Temperature {
  #asking;
  #prompt;
  #temperature;
  #bars = h('div', {});
  #told = h('p', { class: 'small' });
  #curves = new TemperatureCurves();
  /** @type {Row[]} */
  #rows = [];
  #asked = '';
  element;

  /** @param {import('../common/view.js').Context} context */
  constructor(context) {
    this.#asking = new Asking(context, 'lecture-temperature-download');
    const [prompt, promptLine] = typed('lecture-temperature-text', 'prompt', BEGINNING, () => void this.#read());
    const [temperature, line] = slider('lecture-temperature', 'temperature', { min: '0.1', max: '2', step: '0.1', value: '0.8' });
    this.#prompt = prompt;
    this.#temperature = temperature;
    temperature.addEventListener('input', () => this.#draw());
    this.element = h('div', {}, promptLine, line, this.#bars, this.#told, this.#curves.element, this.#asking.element);
    onLanguage(() => this.#draw());
  }

  open() {
    void this.#read();
  }

  stop() {
    this.#asking.stop();
  }

  async #read() {
    const prompt = this.#prompt.value;
    if (prompt === this.#asked) return;
    this.#asked = prompt;
    /** @type {Row[]} */
    let rows = [];
    await this.#asking.about(MODEL, async (task, model, fresh) => {
      rows = await this.#asking.next(task, model, fresh, prompt);
      if (!rows.length) return;
      this.#rows = rows;
      this.#draw();
    });
    // If stopped or failed, the next call tries again.
    if (!rows.length) this.#asked = '';
  }

  #draw() {
    if (!this.#rows.length) return;
    const temperature = Number(this.#temperature.value);
    const shares = likeliest(this.#rows).map(({ text, curve }) => ({ token: text, share: curve[Math.round(temperature * 10) - 1] }));
    this.#bars.replaceChildren(bars(shares));
    const rest = 1 - shares.reduce((sum, { share }) => sum + share, 0);
    say(this.#told, 'temperatureRest', { share: percent(Math.max(0, rest)) });
    this.#curves.show(this.#rows, temperature);
  }
}
