// The third step of "Learn from people": a model of what is liked, and what it likes.

import { formatNumber, say } from '../i18n/index.js';
import { button, h } from '../ui/dom.js';
import { judgedVerse } from './prefer-verse.js';

/** Stanzas of which the best and the worst are shown, and how many of each. */
const RANKED = 50;
const SHOWN = 3;

export class RewardStep {
  #desk;
  #fit = button('preferFit', () => void this.#desk.perform(() => this.fit()), { class: 'primary' });
  #rank = button('preferRank', () => void this.#desk.perform(() => this.#showRanked()));
  #foretold = h('p', { 'aria-live': 'polite' });
  #ranked = h('div', { class: 'prefer-ranked' });
  #fitted = false;
  element;

  /** @param {import('./prefer.js').Desk} desk */
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

  /** Whether there is one, fitted to the choices as they are. */
  get isFitted() {
    return this.#fitted;
  }

  forget() {
    this.#fitted = false;
    this.#foretold.hidden = true;
    this.#ranked.replaceChildren();
    this.draw();
  }

  draw() {
    const busy = this.#desk.isBusy();
    this.#fit.disabled = busy;
    this.#rank.disabled = busy || !this.#fitted;
  }

  /** Fits it. */
  async fit() {
    const { ask, learn, tell, context } = this.#desk;
    await learn();
    /** @type {import('../engine/preferring-protocol.js').Foretold} */
    const { part, all, beats_chance } = await ask({ type: 'fit', seed: context.state.settings.seed }, (news) => {
      if (news.type === 'fitted') tell('preferFitting', { step: news.fit.step, steps: news.fit.steps });
    });
    this.#fitted = true;
    this.#foretold.hidden = false;
    const share = formatNumber(part / Math.max(1, all), { style: 'percent', maximumFractionDigits: 0 });
    say(this.#foretold, beats_chance ? 'preferForetold' : 'preferForetoldNothing', { part, all, share });
    tell('preferFitted');
  }

  async #showRanked() {
    const { ask, tell, context } = this.#desk;
    tell('preferRanking', { count: RANKED });
    /** @type {import('../engine/preferring-protocol.js').Ranked[]} */
    const ranked = await ask({ type: 'rank', count: RANKED, seed: context.state.settings.seed });
    const cards = (/** @type {typeof ranked} */ some) =>
      h('div', { class: 'prefer-cards' }, ...some.map((one) => judgedVerse(one, this.#desk.model()?.language)));
    this.#ranked.replaceChildren(
      h('h3', { t: 'preferBest' }),
      cards(ranked.slice(0, SHOWN)),
      h('h3', { t: 'preferWorst' }),
      cards(ranked.slice(-SHOWN).reverse()),
      h('p', { class: 'small', t: 'preferAlongHint' }),
    );
    tell('preferRanked');
  }
}
