// The third step of "Learn from people": a reward model, and the stanzas that it ranks highest and lowest.

import { formatNumber, say } from '../../../i18n/index.js';
import { button, h } from '../../../ui/dom.js';
import { judgedVerse } from './verse.js';

/** @typedef {import('../../../engine/preferring-protocol.js').Ranked} Ranked */

/** Number of stanzas to rank, and of best and worst ones to show. */
const RANKED = 50;
const SHOWN = 3;

export class RewardStep {
  #desk;
  #fit = button('preferFit', () => void this.#desk.perform(() => this.#learnAndFit()), { class: 'primary' });
  #rank = button('preferRank', () => void this.#desk.perform(() => this.#showRanked()));
  #foretold = h('p', { 'aria-live': 'polite' });
  #ranked = h('div', { class: 'prefer-ranked' });
  element;

  /** @param {import('./desk.js').Desk} desk */
  constructor(desk) {
    this.#desk = desk;
    this.element = h(
      'section',
      { class: 'prefer-step' },
      h('h2', { t: 'preferReward' }),
      h('p', { t: 'preferRewardHint' }),
      h('div', { class: 'row' }, this.#fit, this.#rank),
      this.#foretold,
      this.#ranked,
    );
  }

  draw() {
    const { isBusy, held } = this.#desk;
    this.#fit.disabled = isBusy;
    this.#rank.disabled = isBusy || held.fitted === null;
    this.#foretold.hidden = held.fitted === null;
    if (held.fitted === null) this.#ranked.replaceChildren();
  }

  /**
   * Fits a reward model to the choices and shows its accuracy.
   *
   * @param {number} seed
   * @returns {Promise<boolean>} false if stopped
   */
  async fit(seed) {
    const foretold = await this.#desk.fit(seed);
    if (!foretold) {
      this.#desk.tell('preferFitStopped');
      return false;
    }
    const { part, all, beats_chance } = foretold;
    const share = formatNumber(part / Math.max(1, all), { style: 'percent', maximumFractionDigits: 0 });
    say(this.#foretold, beats_chance ? 'preferForetold' : 'preferForetoldNothing', { part, all, share });
    this.#desk.tell('preferFitted');
    return true;
  }

  async #learnAndFit() {
    await this.#desk.learn();
    await this.fit(this.#desk.context.state.settings.seed);
  }

  async #showRanked() {
    const { context, model } = this.#desk;
    this.#desk.tell('preferRanking', { count: RANKED });
    /** @type {Ranked[]} */
    const ranked = await this.#desk.ask({ type: 'rank', count: RANKED, seed: context.state.settings.seed });
    const cards = (/** @type {Ranked[]} */ some) => h('div', { class: 'prefer-cards' }, ...some.map((one) => judgedVerse(one, model?.language)));
    this.#ranked.replaceChildren(
      h('h3', { t: 'preferBest' }),
      cards(ranked.slice(0, SHOWN)),
      h('h3', { t: 'preferWorst' }),
      cards(ranked.slice(-SHOWN).reverse()),
      h('p', { class: 'small', t: 'preferAlongHint' }),
    );
    this.#desk.tell('preferRanked');
  }
}
