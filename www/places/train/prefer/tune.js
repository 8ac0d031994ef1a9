// The fourth step of "Learn from people": tuning, its curves, and a comparison of the original and the tuned model.

import { EngineError } from '../../../errors.js';
import { say, saysNothing, text } from '../../../i18n/index.js';
import { forgetTuning, keepTuning, keptTuning } from './tunings.js';
import { Chart } from '../../../ui/chart.js';
import { button, h } from '../../../ui/dom.js';
import { Verse, titleOf } from './verse.js';

/** @typedef {import('../../../engine/preferring-protocol.js').Plan} Plan */
/** @typedef {import('../../../engine/preferring-protocol.js').Ended} Ended */
/** @typedef {import('../../../engine/preferring-protocol.js').Measurement} Measurement */
/** @typedef {import('./tunings.js').Kept} Kept */
/** @typedef {import('../../../ui/chart.js').Point} Point */

const PERCENT = { style: /** @type {const} */ ('percent'), maximumFractionDigits: 0 };
const DIGITS = { maximumFractionDigits: 2 };
const ENDINGS = /** @type {const} */ ({ finished: 'preferTuned', stopped: 'preferTuningStopped', diverged: 'preferDiverged' });
/** Minimum penalty for DPO, whose gradient vanishes at zero. */
const LEAST = 0.01;

export class TuneStep {
  #desk;
  #reward;
  #method = h('select', { id: 'prefer-method' }, h('option', { value: 'dpo', t: 'methodDpo' }), h('option', { value: 'reinforce', t: 'methodReinforce' }));
  #penalty = h('input', { id: 'prefer-penalty', type: 'range', min: '0', max: '0.5', step: '0.01', 'aria-describedby': 'prefer-penalty-hint' });
  #value = h('span');
  #start = button('preferTuneStart', () => void this.#desk.perform(() => this.#begin()), { class: 'primary' });
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
  /** Key of the tuning that the curves belong to. */
  #curvesOf = '';
  /** The stored tuning, which can be resumed after a reload. @type {Kept | null} */
  #kept = null;
  /** Pending writes to storage, in order. */
  #storing = Promise.resolve();
  #pair = 0;
  /** Id of the tuned model on the shelf. */
  #id = '';
  #note = h('p', { class: 'small', 'aria-live': 'polite' });
  element;

  /**
   * @param {import('./desk.js').Desk} desk
   * @param {import('./reward.js').RewardStep} reward
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
      this.#note,
      this.#both,
    );
  }

  /** Offers to resume a tuning interrupted by a reload. */
  async remember() {
    this.#kept = (await keptTuning())?.what ?? null;
    this.draw();
  }

  draw() {
    const { isBusy: busy, held } = this.#desk;
    this.#start.disabled = busy;
    this.#resume.hidden = this.#kept === null || this.#kept.step >= this.#kept.plan.steps;
    this.#resume.disabled = busy;
    this.#compare.disabled = busy || !held.tuned;
    this.#keep.disabled = busy || !held.tuned;
    if (!held.tuned) this.#both.hidden = true;
    this.#write.hidden = !this.#id;
  }

  /** Starts a new tuning with the choices stored in this browser. */
  async #begin() {
    const desk = this.#desk;
    const { method, penalty, seed, judge } = desk.context.state.settings;
    const choices = desk.choices.lines();
    await desk.learn(choices);
    const usual = /** @type {Plan} */ (await desk.ask({ type: 'plan', method: /** @type {Plan['method']} */ (method) }));
    const plan = { ...usual, seed, beta: method === 'dpo' ? Math.max(LEAST, penalty) : penalty };
    const what = { plan, judge: /** @type {Kept['judge']} */ (judge), model: desk.model?.id ?? '', choices, step: 0 };
    await this.#tune(what, null);
  }

  /** Resumes the stored tuning with its own choices, which may differ from those stored in this browser. */
  async #resumeKept() {
    const desk = this.#desk;
    const kept = await keptTuning();
    if (!kept) return;
    const { plan, judge, model, choices } = kept.what;
    desk.context.state.set({ method: plan.method, penalty: plan.beta, judge, preferred: model });
    if (desk.model?.id !== model) throw new EngineError('bad-option', `the model of the kept tuning, ${model}, is no more`);
    await desk.learn(choices);
    await this.#tune(kept.what, kept.checkpoint);
  }

  /**
   * @param {Kept} what
   * @param {Uint8Array | null} checkpoint to resume from
   */
  async #tune(what, checkpoint) {
    const desk = this.#desk;
    const { plan } = what;
    if (plan.method === 'reinforce' && desk.held.fitted !== plan.seed && !(await this.#reward.fit(plan.seed))) return;
    this.#id = '';
    saysNothing(this.#note);
    this.#goBack(what, checkpoint ? what.step : 0);
    this.#curves.hidden = false;
    const ended = await desk.tune({ type: 'tune', plan, judge: what.judge, checkpoint }, (news) => {
      if (news.type === 'tuned') {
        this.#steps.push({ step: news.progress.step, worth: news.progress.reward ?? news.progress.loss });
        desk.tell('preferTuning', { step: news.progress.step, steps: plan.steps });
      }
      if (news.type === 'measured') this.#measured.push(news);
      if (news.type === 'checkpoint') this.#storing = this.#storing.then(() => this.#store({ ...what, step: news.step }, news.bytes));
      this.#drawCurves(plan);
    });
    desk.tell(ENDINGS[ended.reason], { step: ended.step, seconds: Math.round(ended.seconds) });
    await this.#sideBySide();
    await this.#storing;
  }

  /**
   * Drops the points of the curves that do not belong to a tuning up to this step.
   *
   * @param {Kept} what
   * @param {number} step
   */
  #goBack({ plan, model, choices }, step) {
    const key = JSON.stringify([plan, model, choices]);
    const before = (/** @type {{ step: number }} */ one) => key === this.#curvesOf && step > 0 && one.step <= step;
    this.#steps = this.#steps.filter(before);
    this.#measured = this.#measured.filter(before);
    this.#curvesOf = key;
  }

  /**
   * Stores a tuning. If the browser refuses, it cannot be resumed after a reload.
   *
   * @param {Kept} what
   * @param {Uint8Array} checkpoint
   */
  async #store(what, checkpoint) {
    const isDone = what.step >= what.plan.steps;
    try {
      await (isDone ? forgetTuning() : keepTuning(what, checkpoint));
      this.#kept = isDone ? null : what;
    } catch {
      this.#kept = null;
    }
    this.draw();
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

  /** Compares the original and the tuned model with the same prompt and random numbers. */
  async #sideBySide() {
    const { context, model } = this.#desk;
    /** @type {import('../../../engine/preferring-protocol.js').Comparison} */
    const { beginning, stanzas } = await this.#desk.ask({ type: 'compare', k: this.#pair, seed: context.state.settings.seed });
    this.#pair += 1;
    this.#beginning.textContent = titleOf(beginning);
    this.#verses.forEach((verse, at) => verse.show(stanzas[at], model?.language));
    this.#both.hidden = false;
  }

  async #putOnShelf() {
    const desk = this.#desk;
    const { tuned } = desk.held;
    if (!tuned) return;
    const name = text('preferName', { model: tuned.name });
    /** @type {import('../../../engine/preferring-protocol.js').Packed} */
    const { bytes, ...what } = await desk.ask({ type: 'model', name, seconds: tuned.seconds });
    const { id, refused } = await desk.context.catalog.shelf.add(bytes, { name, ...what });
    this.#id = id;
    if (refused) say(this.#note, 'preferNotKept');
    else saysNothing(this.#note);
    desk.tell(refused ? 'preferInPage' : 'preferOnShelf', { name });
  }

  #writeWith() {
    const { state, visit } = this.#desk.context;
    state.set({ model: this.#id });
    visit('write', true);
  }
}
