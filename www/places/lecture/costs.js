// Two more challenges of large language models: memorization and cost.

import { formatNumber, onLanguage, say, text as words } from '../../i18n/index.js';
import { button, h } from '../../ui/dom.js';
import { Verse } from '../../ui/verse.js';
import { Asking } from '../common/asking.js';
import { bars, slider } from './parts.js';
import { readable } from '../common/work.js';

/** @typedef {import('../common/view.js').Context} Context */
/** @typedef {import('../../engine/protocol.js').Stretch} Stretch */

const MODEL = 'gpt-songs';
/** A stanza by Christopher Marlowe whose last line has been changed. */
const BEGINNING =
  'Come live with me and be my love,\nAnd we will all the pleasures prove\nThat hills and valleys, dale and field,\nAnd all my telephones can yield.\n';
/** Parameters of GPT-3 (Brown et al. 2020). */
const GPT3 = 175e9;

/** Finds the parts of any text that occur word for word in the training songs. */
export class Copies {
  #context;
  #asking;
  #text;
  #temperature;
  #verse = new Verse();
  #told = h('p', { class: 'figure', 'aria-live': 'polite' });
  #meter = h('div', {});
  element;

  /** @param {Context} context */
  constructor(context) {
    this.#context = context;
    this.#asking = new Asking(context, 'lecture-copies-download');
    const [temperature, line] = slider('lecture-copies', 'temperature', { min: '0', max: '1.5', step: '0.1', value: '0.7' });
    this.#temperature = temperature;
    this.#text = h('textarea', { id: 'lecture-copies-text', rows: '6', maxlength: '2000', spellcheck: 'false', translate: 'no' });
    this.#text.value = BEGINNING;
    this.element = h(
      'div',
      {},
      h('label', { for: this.#text.id, t: 'copiesText' }),
      this.#text,
      line,
      h(
        'div',
        { class: 'row' },
        button('copiesGo', () => this.run(), { class: 'primary' }),
        button('copiesContinue', () => void this.#continue()),
      ),
      this.#told,
      this.#meter,
      h('div', { class: 'sample' }, this.#verse.element),
      h('p', { class: 'small', t: 'copiesHint' }),
      this.#asking.element,
    );
  }

  /** Shows only the text; the index of all songs is large and loaded on demand. */
  open() {
    this.#show(this.#text.value, []);
  }

  run() {
    const text = this.#text.value;
    void this.#asking.about(MODEL, async (task, model, fresh) => {
      if (!model.files.songs) return;
      const { request, listeners } = this.#asking.request(task, model, fresh);
      await task.run(() =>
        this.#context.engine.recall(
          { ...request, text },
          {
            ...listeners,
            onRecalled: task.own((/** @type {Stretch[]} */ stretches) => {
              this.#show(text, stretches);
              const longest = Math.max(0, ...stretches.map(({ characters }) => characters));
              say(this.#told, longest ? 'copiesLongest' : 'copiesNone', { longest });
              const copied = stretches.reduce((sum, { start, end }) => sum + end - start, 0);
              this.#meter.replaceChildren(bars([{ token: words('copiesShare'), share: copied / Math.max(1, text.length) }]));
            }),
          },
        ),
      );
    });
  }

  stop() {
    this.#asking.stop();
  }

  /** Lets the GPT continue the text, so that its words are checked, too. */
  async #continue() {
    const before = `${this.#text.value.trimEnd()}\n`;
    await this.#asking.about(MODEL, async (task, model, fresh) => {
      const options = { temperature: Number(this.#temperature.value), top_p: 0.9, max_new_tokens: 60, seed: this.#context.state.settings.seed, stop: ['==='] };
      await this.#asking.write(task, model, fresh, before, options, (written) => {
        this.#text.value = before + written;
      });
      this.#show(this.#text.value, []);
    });
  }

  /**
   * @param {string} text
   * @param {Stretch[]} stretches parts of the text that occur in the songs
   */
  #show(text, stretches) {
    this.#verse.clear('en');
    let at = 0;
    for (const { start, end } of stretches) {
      this.#verse.append(text.slice(at, start));
      this.#verse.append(text.slice(start, end), (part) => h('mark', {}, part));
      at = end;
    }
    this.#verse.append(text.slice(at));
  }
}

/** The cost of a song: multiplications, seconds, and energy for an assumed power. */
export class Costs {
  #asking;
  #watts;
  #tokens;
  #list = h('dl', {});
  /** @type {{ tokens: number, seconds: number, parameters: number } | null} */
  #measured = null;
  #asked = '';
  element;

  /** @param {Context} context */
  constructor(context) {
    this.#asking = new Asking(context, 'lecture-costs-download');
    const [tokens, tokensLine] = slider('lecture-costs-tokens', 'costsTokens', { min: '20', max: '200', step: '20', value: '60' });
    const [watts, wattsLine] = slider('lecture-costs-watts', 'costsWatts', { min: '1', max: '60', step: '1', value: '15' });
    tokens.addEventListener('change', () => void this.#ask());
    watts.addEventListener('input', () => this.#draw());
    this.#tokens = tokens;
    this.#watts = watts;
    this.element = h('div', {}, tokensLine, wattsLine, this.#list, h('p', { class: 'small', t: 'costsHint' }), this.#asking.element);
    onLanguage(() => this.#draw());
  }

  open() {
    void this.#ask();
  }

  stop() {
    this.#asking.stop();
  }

  async #ask() {
    const asked = this.#tokens.value;
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.#measured = null;
    await this.#asking.about(MODEL, async (task, model, fresh) => {
      const { tokens, seconds } = await this.#asking.write(task, model, fresh, 'O the wind and the rain,\n', { max_new_tokens: Number(asked) });
      if (tokens) this.#measured = { tokens, seconds, parameters: model.figures.parameters ?? 0 };
      this.#draw();
    });
    if (!this.#measured) this.#asked = '';
  }

  #draw() {
    if (!this.#measured) return;
    const { tokens, seconds, parameters } = this.#measured;
    const short = (/** @type {number} */ value) => formatNumber(value, { notation: 'compact', maximumSignificantDigits: 3 });
    const line = (/** @type {import('../../i18n/index.js').Key} */ t, /** @type {string} */ value) =>
      h('div', {}, h('dt', { t }), h('dd', { class: 'figure' }, value));
    this.#list.replaceChildren(
      line('costsWork', short(parameters * tokens)),
      line('costsTime', `${formatNumber(readable(seconds))} s`),
      line('costsEnergy', `${formatNumber(readable(Number(this.#watts.value) * seconds))} Ws`),
      line('costsLarge', `${short(GPT3 * tokens)} (× ${formatNumber(Math.round(GPT3 / parameters))})`),
    );
  }
}
