// The fourth step of "Learn from people": the tuning, its curves, and the old model beside the new one.

import { text } from '../i18n/index.js';
import { forgetTuning, keepTuning, keptTuning } from '../train/tunings.js';
import { Chart } from '../ui/chart.js';
import { button, h } from '../ui/dom.js';
import { Verse } from './prefer-verse.js';

/** @typedef {import('../engine/preferring-protocol.js').Plan} Plan */
/** @typedef {import('../engine/preferring-protocol.js').Ended} Ended */
/** @typedef {import('../engine/preferring-protocol.js').Measurement} Measurement */
/** @typedef {import('../train/tunings.js').Kept} Kept */
/** @typedef {import('../ui/chart.js').Point} Point */

const PERCENT = { style: /** @type {const} */ ('percent'), maximumFractionDigits: 0 };
const DIGITS = { maximumFractionDigits: 2 };
const ENDINGS = /** @type {const} */ ({ finished: 'preferTuned', stopped: 'preferTuningStopped', diverged: 'preferDiverged' });
/** With DPO a penalty of zero would learn nothing at all. */
const LEAST = 0.01;

export class TuneStep {
  #desk;
  #reward;
  #method = h('select', { id: 'prefer-method' }, h('option', { value: 'dpo', t: 'methodDpo' }), h('option', { value: 'reinforce', t: 'methodReinforce' }));
  #penalty = h('input', { id: 'prefer-penalty', type: 'range', min: '0', max: '0.5', step: '0.01', 'aria-describedby': 'prefer-penalty-hint' });
  #value = h('span');
  #start = button('preferTuneStart', () => void this.#desk.perform(() => this.#tune(null)), { class: 'primary' });
  #resume = button('preferTuneResume', () => void this.#desk.perform(() => this.#resumeKept()), { hidden: true });
  #worth = new Chart({ title: 'chartWorth', x: 'chartStep', format: DIGITS });
  #distance = new Chart({ title: 'chartDistance', x: 'chartStep', format: DIGITS, small: true });
  #wins = new Chart({ title: 'chartWins', x: 'chartStep', format: PERCENT, small: true });
  #distinct = new Chart({ title: 'chartDistinct', x: 'chartStep', format: PERCENT, small: true });
  #curves = h('div', { class: 'prefer-curves', hidden: true }, this.#worth.element, this.#distance.element, this.#wins.element, this.#distinct.element);
  #compare = button('preferSideBySide', () => void this.#desk.perform(() => this.#sideBySide()));
  #keep = button('preferKeep', () => void this.#desk.perform(() => this.#putOnShelf()));
  #write = button('preferWrite', () => this.#writeWith(), { hidden: true });
  #verses = [new Verse(), new Verse()];
  #beginning = h('p', { class: 'small', translate: 'no' });
  #both = h('div', { hidden: true }, this.#beginning);
  /** @type {{ step: number, worth: number }[]} */
  #steps = [];
  /** @type {{ step: number, measured: Measurement }[]} */
  #measured = [];
  /** What is tuned now, and can be looked at. @type {{ plan: Plan, seconds: number } | null} */
  #tuned = null;
  /** @type {Kept | null} */
  #kept = null;
  #pair = 0;
  #id = '';
  element;

  /**
   * @param {import('./prefer.js').Desk} desk
   * @param {import('./prefer-reward.js').RewardStep} reward
   */
  constructor(desk, reward) {
    this.#desk = desk;
    this.#reward = reward;
    const { state } = desk.context;
    this.#method.addEventListener('change', () => state.set({ method: this.#method.value }));
    this.#penalty.addEventListener('input', () => state.set({ penalty: Number(this.#penalty.value) }));
    const show = () => {
      this.#method.value = state.settings.method;
      this.#penalty.min = state.settings.method === 'dpo' ? String(LEAST) : '0';
      this.#penalty.value = String(state.settings.penalty);
      this.#value.textContent = this.#penalty.value;
    };
    state.onChange(show);
    show();
    const cards = /** @type {const} */ (['preferOld', 'preferNew']).map((t, at) =>
      h('figure', { class: 'prefer-card' }, h('figcaption', { t }), this.#verses[at].element),
    );
    this.#both.append(h('div', { class: 'prefer-cards' }, ...cards));
    this.element = h(
      'section',
      { class: 'prefer-step' },
      h('h2', { t: 'preferTune' }),
      h('p', { t: 'preferTuneHint' }),
      h('div', { class: 'row' }, h('label', { for: 'prefer-method', t: 'preferMethod' }), this.#method),
      h('div', { class: 'row' }, h('label', { for: 'prefer-penalty', t: 'penalty' }), this.#penalty, this.#value),
      h('p', { id: 'prefer-penalty-hint', class: 'small', t: 'penaltyHint' }),
      h('div', { class: 'row' }, this.#start, this.#resume),
      this.#curves,
      h('div', { class: 'row' }, this.#compare, this.#keep, this.#write),
      this.#both,
    );
  }

  /** Offers to go on with what a reload has cut off. */
  async remember() {
    this.#kept = (await keptTuning())?.what ?? null;
    this.draw();
  }

  forget() {
    this.#tuned = null;
    this.#both.hidden = true;
    this.draw();
  }

  draw() {
    const busy = this.#desk.isBusy();
    this.#start.disabled = busy;
    this.#resume.hidden = this.#kept === null || this.#kept.step >= this.#kept.plan.steps;
    this.#resume.disabled = busy;
    this.#compare.disabled = busy || !this.#tuned;
    this.#keep.disabled = busy || !this.#tuned;
    this.#write.hidden = !this.#id;
  }

  /** @param {Uint8Array | null} checkpoint to go on from, of the tuning that is kept */
  async #tune(checkpoint) {
    const { ask, learn, tell, choices, context, model } = this.#desk;
    const { method, penalty, seed, judge } = context.state.settings;
    await learn();
    this.#id = '';
    this.#tuned = null;
    const usual = /** @type {Plan} */ (await ask({ type: 'plan', method: /** @type {Plan['method']} */ (method) }));
    const wanted = { ...usual, seed, beta: method === 'dpo' ? Math.max(LEAST, penalty) : penalty };
    const plan = checkpoint && this.#kept ? this.#kept.plan : wanted;
    if (plan.method === 'reinforce' && !this.#reward.isFitted) await this.#reward.fit();
    if (!checkpoint) [this.#steps, this.#measured] = [[], []];
    this.#curves.hidden = false;
    const what = { plan, judge: /** @type {Kept['judge']} */ (judge), model: model()?.id ?? '', choices: choices.lines(), step: 0 };
    let seconds = 0;
    /** @type {Ended} */
    const ended = await ask({ type: 'tune', plan, judge: what.judge, checkpoint }, (news) => {
      if (news.type === 'tuned') {
        seconds = news.seconds;
        this.#steps.push({ step: news.progress.step, worth: news.progress.reward ?? news.progress.loss });
        tell('preferTuning', { step: news.progress.step, steps: plan.steps });
      }
      if (news.type === 'measured') this.#measured.push(news);
      if (news.type === 'checkpoint') void this.#store({ ...what, step: news.step }, news.bytes);
      this.#drawCurves(plan);
    });
    this.#tuned = { plan, seconds };
    tell(ENDINGS[ended.reason], { step: ended.step, seconds: Math.round(ended.seconds) });
    await this.#sideBySide();
  }

  /**
   * Where the browser keeps nothing, a tuning ends with the page.
   *
   * @param {Kept} what
   * @param {Uint8Array} checkpoint
   */
  async #store(what, checkpoint) {
    try {
      if (what.step >= what.plan.steps) await forgetTuning();
      else await keepTuning(what, checkpoint);
      this.#kept = what.step >= what.plan.steps ? null : what;
    } catch {
      this.#kept = null;
    }
    this.draw();
  }

  async #resumeKept() {
    const kept = await keptTuning();
    if (!kept) return;
    const { choices, context } = this.#desk;
    this.#kept = kept.what;
    choices.replace(kept.what.choices);
    context.state.set({ method: kept.what.plan.method, penalty: kept.what.plan.beta, judge: kept.what.judge, preferred: kept.what.model });
    await this.#tune(kept.checkpoint);
  }

  /** @param {Plan} plan */
  #drawCurves(plan) {
    const points = (/** @type {(measured: Measurement) => number} */ of) =>
      this.#measured.map(({ step, measured }) => /** @type {Point} */ ([step, of(measured)]));
    const worth = this.#steps.map(({ step, worth }) => /** @type {Point} */ ([step, worth]));
    this.#worth.show([{ name: text(plan.method === 'dpo' ? 'curveLoss' : 'curveReward'), look: 'train', points: worth }]);
    this.#distance.show([{ name: text('chartDistance'), look: 'train', points: points(({ kl }) => kl) }]);
    this.#wins.show([
      { name: text('curveWins'), look: 'train', points: points(({ win_rate }) => win_rate) },
      { name: text('curveRhymed'), look: 'held-out', points: points(({ rhymed }) => rhymed[1]) },
    ]);
    this.#distinct.show([{ name: text('chartDistinct'), look: 'train', points: points(({ distinct }) => distinct[1]) }]);
  }

  /** The same beginning and random numbers, old and new. */
  async #sideBySide() {
    const { ask, context, model } = this.#desk;
    /** @type {import('../engine/preferring-protocol.js').Comparison} */
    const { beginning, stanzas } = await ask({ type: 'compare', k: this.#pair, seed: context.state.settings.seed });
    this.#pair += 1;
    this.#beginning.textContent = beginning
      .replace(/^=== ?/, '')
      .split(' | ')[0]
      .trim();
    this.#verses.forEach((verse, at) => verse.show(stanzas[at], model()?.language));
    this.#both.hidden = false;
  }

  async #putOnShelf() {
    const { ask, context, model, tell } = this.#desk;
    const name = text('preferName', { model: model()?.id ?? '' });
    /** @type {{ bytes: Uint8Array, card: import('../engine/training-protocol.js').Card, model_type: string, parameters: number }} */
    const { bytes, ...what } = await ask({ type: 'model', name, seconds: this.#tuned?.seconds ?? 0 });
    const { id } = await context.catalog.shelf.add(bytes, { name, ...what });
    this.#id = id;
    tell('preferOnShelf', { name });
  }

  #writeWith() {
    const { state, visit } = this.#desk.context;
    state.set({ model: this.#id });
    visit('write', true);
  }
}
