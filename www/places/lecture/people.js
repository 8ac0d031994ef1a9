// The three steps of InstructGPT, demonstrated on a real model's next-token probabilities and on two of its stanzas.

import { formatNumber, onLanguage, say } from '../../i18n/index.js';
import { button, h } from '../../ui/dom.js';
import { Asking } from '../common/asking.js';
import { bars, percent, slider, typed } from './parts.js';
import { Verse } from '../../ui/verse.js';

/** @typedef {import('../../engine/protocol.js').Row} Row */

const MODEL = 'gpt-songs';
/** Learning rate of a demonstration, on the logits. */
const RATE = 0.3;
/** Learning rate of a choice, on the rewards. */
const CHOICE_RATE = 0.8;

/** The probabilities of the next token, and a slider that changes them. */
class Expecting {
  #asking;
  #input;
  #bars = h('div', {});
  #told = h('p', { class: 'figure', 'aria-live': 'polite' });
  /** @type {Row[]} */
  #rows = [];
  #picked = new Set();
  #several;
  #change;
  #asked = '';
  #lever;
  element;

  /**
   * @param {import('../common/view.js').Context} context
   * @param {string} id
   * @param {object} how
   * @param {string} how.text the prompt
   * @param {boolean} how.several whether more than one token can be picked
   * @param {[HTMLInputElement, HTMLElement]} how.lever
   * @param {import('../../i18n/index.js').Key} how.hint
   * @param {(shares: number[], picked: boolean[], told: HTMLElement) => number[]} how.change returns the changed
   *   shares; the last one is that of all other tokens
   */
  constructor(context, id, { text, several, lever: [lever, leverLine], hint, change }) {
    this.#asking = new Asking(context, `${id}-download`);
    this.#several = several;
    this.#change = change;
    this.#lever = lever;
    const [input, line] = typed(`${id}-text`, 'prompt', text, () => void this.#ask());
    this.#input = input;
    lever.addEventListener('input', () => this.#draw());
    this.element = h('div', {}, line, this.#bars, leverLine, this.#told, h('p', { class: 'small', t: hint }), this.#asking.element);
    onLanguage(() => this.#draw());
  }

  open() {
    void this.#ask();
  }

  stop() {
    this.#asking.stop();
  }

  async #ask() {
    const text = this.#input.value;
    if (text === this.#asked) return;
    this.#asked = text;
    let isThere = false;
    await this.#asking.about(MODEL, async (task, model, fresh) => {
      const rows = await this.#asking.next(task, model, fresh, text, { candidates: 7 });
      isThere = rows.length > 0;
      if (!isThere) return;
      this.#rows = rows.slice(0, 7);
      this.#picked = new Set([this.#rows[2]?.id]);
      this.#draw();
    });
    if (!isThere) this.#asked = '';
  }

  /** @param {number} id */
  #pick(id) {
    if (!this.#several) this.#picked.clear();
    if (!this.#picked.delete(id)) this.#picked.add(id);
    this.#draw();
  }

  #draw() {
    if (!this.#rows.length) return;
    const before = this.#rows.map((row) => row.before);
    before.push(Math.max(0, 1 - before.reduce((sum, share) => sum + share, 0)));
    const picked = [...this.#rows.map(({ id }) => this.#picked.has(id)), false];
    const after = this.#change(before, picked, this.#told);
    const focused = [...this.#bars.querySelectorAll('button')].findIndex((element) => element === document.activeElement);
    this.#bars.replaceChildren(
      bars(
        this.#rows.map(({ id, text }, i) => ({
          token: text,
          share: after[i],
          isPicked: picked[i],
          onPick: () => this.#pick(id),
          mark: ` (${percent(before[i])})`,
        })),
      ),
    );
    if (focused >= 0) this.#bars.querySelectorAll('button')[focused]?.focus();
    this.#lever.setAttribute('aria-valuetext', formatNumber(Number(this.#lever.value)));
  }
}

/**
 * Supervised fine-tuning: demonstrations become more likely.
 *
 * @param {import('../common/view.js').Context} context
 */
export function demonstrate(context) {
  const lever = slider('lecture-shown', 'shownTimes', { min: '0', max: '20', step: '1', value: '3' });
  return new Expecting(context, 'lecture-demonstrate', {
    text: 'Come, sing me a',
    several: false,
    lever,
    hint: 'shownHint',
    change: (shares, picked, told) => {
      const logits = shares.map(Math.log);
      let now = shares;
      if (picked.some(Boolean)) {
        for (let time = Number(lever[0].value); time > 0; time -= 1) {
          logits.forEach((logit, i) => {
            logits[i] = logit + RATE * (Number(picked[i]) - now[i]);
          });
          now = softmax(logits);
        }
      }
      const share = now[picked.indexOf(true)] ?? 1;
      say(told, 'shownLoss', { nats: formatNumber(Math.abs(Math.log(share)), { maximumFractionDigits: 2 }) });
      return now;
    },
  });
}

/**
 * Reinforcement learning with a KL penalty: the optimal policy in closed form.
 *
 * @param {import('../common/view.js').Context} context
 */
export function tune(context) {
  const lever = slider('lecture-beta', 'tunedBeta', { min: '0.05', max: '2', step: '0.05', value: '0.5' });
  return new Expecting(context, 'lecture-tune', {
    text: 'The night is cold, the wind is',
    several: true,
    lever,
    hint: 'tunedHint',
    change: (shares, picked, told) => {
      const beta = Number(lever[0].value);
      const now = softmax(shares.map((share, i) => Math.log(share) + Number(picked[i]) / beta));
      const nats = now.reduce((sum, share, i) => sum + (share > 0 ? share * Math.log(share / shares[i]) : 0), 0);
      const reward = now.reduce((sum, share, i) => sum + share * Number(picked[i]), 0);
      const two = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
      say(told, 'tunedTold', { reward: formatNumber(reward, two), nats: formatNumber(Math.max(0, nats), two) });
      return now;
    },
  });
}

/** @param {number[]} logits */
function softmax(logits) {
  const most = Math.max(...logits);
  const all = logits.map((logit) => Math.exp(logit - most));
  const sum = all.reduce((total, each) => total + each, 0);
  return all.map((each) => each / sum);
}

/** Two stanzas, and the effect of a choice between them on a reward model. */
export class Comparing {
  #asking;
  #verses = [new Verse(), new Verse()];
  #rewards = [0, 0];
  #seed = 1;
  #bars = h('div', {});
  #told = h('p', { class: 'figure', 'aria-live': 'polite' });
  #buttons = [button('comparedFirst', () => this.#choose(0)), button('comparedSecond', () => this.#choose(1))];
  #written = false;
  element;

  /** @param {import('../common/view.js').Context} context */
  constructor(context) {
    this.#asking = new Asking(context, 'lecture-compare-download');
    const cards = this.#verses.map(({ element }, i) => h('figure', { class: 'prefer-card' }, h('figcaption', {}, String(i + 1)), element));
    const others = button('comparedOthers', () => void this.#write(), { class: 'quiet' });
    this.element = h(
      'div',
      {},
      h('div', { class: 'prefer-cards' }, ...cards),
      h('div', { class: 'row' }, ...this.#buttons, others),
      this.#bars,
      this.#told,
      h('p', { class: 'small', t: 'comparedHint' }),
      this.#asking.element,
    );
    onLanguage(() => this.#draw());
    this.#draw();
  }

  open() {
    if (!this.#written) void this.#write();
  }

  stop() {
    this.#asking.stop();
  }

  async #write() {
    this.#rewards = [0, 0];
    this.#draw();
    await this.#asking.about(MODEL, async (task, model, fresh) => {
      for (const verse of this.#verses) {
        const options = { temperature: 0.8, top_p: 0.9, seed: this.#seed, max_new_tokens: 44, stop: ['==='] };
        this.#seed += 1;
        await this.#asking.write(task, model, fresh, 'O the wind and the rain,\n', options, (written) => {
          verse.clear(model.language);
          verse.append(written);
        });
      }
      this.#written = true;
    });
  }

  /** @param {0 | 1} better */
  #choose(better) {
    const step = CHOICE_RATE * (1 - chosen(this.#rewards, better));
    this.#rewards[better] += step;
    this.#rewards[1 - better] -= step;
    this.#draw(better);
  }

  /** @param {0 | 1} [better] */
  #draw(better = 0) {
    const one = { minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: /** @type {const} */ ('always') };
    const shares = /** @type {const} */ ([0, 1]).map((each) => chosen(this.#rewards, each));
    this.#bars.replaceChildren(bars(shares.map((share, i) => ({ token: String(i + 1), share, mark: ` (r = ${formatNumber(this.#rewards[i], one)})` }))));
    say(this.#told, 'comparedLoss', { better: better + 1, nats: formatNumber(-Math.log(shares[better]), { maximumFractionDigits: 3 }) });
  }
}

/**
 * Returns the probability that the reward model gives a choice (Bradley-Terry).
 *
 * @param {number[]} rewards
 * @param {0 | 1} better
 */
function chosen(rewards, better) {
  return 1 / (1 + Math.exp(rewards[1 - better] - rewards[better]));
}
