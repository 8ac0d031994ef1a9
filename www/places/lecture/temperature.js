// Temperature: the probabilities of the next token as bars, and each as a curve over all temperatures.

import { onLanguage, say } from '../../i18n/index.js';
import { Chart } from '../../ui/chart.js';
import { h } from '../../ui/dom.js';
import { visibleToken } from '../../ui/next-tokens.js';
import { Asking, bars, percent, slider, typed } from './parts.js';

/** @typedef {import('../../engine/protocol.js').Row} Row */

const MODEL = 'gpt-songs';
const BEGINNING = 'The sailor sailed across the';
/** Temperatures of the curves; each takes a run of the model. */
const TEMPERATURES = Array.from({ length: 20 }, (_, i) => (i + 1) / 10);
const SHOWN = 5;
const LOOKS = ['train', 'held-out', 'shipped', 'train other', 'held-out other'];

export class Temperature {
  #asking;
  #prompt;
  #temperature;
  #bars = h('div', {});
  #told = h('p', { class: 'small' });
  #chart = new Chart({ title: 'temperatureCurves', x: 'temperature', format: { style: 'percent', maximumFractionDigits: 1 } });
  /** The candidates at each temperature. @type {Row[][]} */
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
    this.element = h('div', {}, promptLine, line, this.#bars, this.#told, this.#chart.element, this.#asking.element);
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
    /** @type {Row[][]} */
    const rows = [];
    await this.#asking.about(MODEL, async (task, model, fresh) => {
      for (const temperature of TEMPERATURES) {
        const found = await this.#asking.next(task, model, fresh, prompt, { temperature });
        if (!found.length) return;
        rows.push(found);
      }
      this.#rows = rows;
      this.#draw();
    });
    // If stopped or failed, the next call tries again.
    if (rows.length < TEMPERATURES.length) this.#asked = '';
  }

  #draw() {
    if (!this.#rows.length) return;
    const at = Math.round(Number(this.#temperature.value) * 10) - 1;
    const rows = this.#rows[at];
    // Show the model's top tokens, which are the same at every temperature.
    const tokens = [...rows].sort((a, b) => a.rank - b.rank).slice(0, SHOWN);
    const share = (/** @type {Row[]} */ of, /** @type {number} */ id) => of.find((row) => row.id === id)?.after ?? 0;
    this.#bars.replaceChildren(bars(tokens.map(({ id, text: token }) => ({ token, share: share(rows, id) }))));
    const rest = 1 - tokens.reduce((sum, { id }) => sum + share(rows, id), 0);
    say(this.#told, 'temperatureRest', { share: percent(Math.max(0, rest)) });
    this.#chart.show(
      tokens.map(({ id, text: token }, i) => ({
        name: visibleToken(token),
        look: LOOKS[i],
        points: TEMPERATURES.map((temperature, step) => /** @type {const} */ ([temperature, share(this.#rows[step], id)])),
      })),
      [],
      Number(this.#temperature.value),
    );
  }
}
