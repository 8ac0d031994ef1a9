// Owns the state of "Learn from people": the choices and, in its worker, the model, its training data, its reward
// model and its tuning. The steps request what they need and show the state.

import { BROKEN } from '../../../engine/channel.js';
import { PreferringClient } from '../../../engine/preferring-client.js';
import { EngineError, toFailure } from '../../../errors.js';
import { currentLanguage } from '../../../i18n/index.js';
import { ChoiceList } from './choices.js';

/** @typedef {import('../../../engine/preferring-protocol.js').PreferringJob} Job */
/** @typedef {import('../../../engine/preferring-protocol.js').PreferringNews} News */
/** @typedef {import('../../../engine/preferring-protocol.js').Plan} Plan */
/** @typedef {import('../../../engine/preferring-protocol.js').Ended} Ended */
/** @typedef {import('../../../engine/protocol.js').ModelEntry} ModelEntry */
/** @typedef {import('../../../i18n/index.js').Key} Key */

/**
 * @typedef {object} Held the state of the worker
 * @property {string} model id of the open model
 * @property {boolean} moods whether the mood classifier is loaded
 * @property {string} lines the choices it learns from, in the format of a file
 * @property {import('../../../engine/preferring-protocol.js').Learned | null} learned which of them it can learn from
 * @property {number | null} fitted seed of the reward model fitted to them, if there is one
 * @property {{ plan: Plan, seconds: number, name: string } | null} tuned the tuned model, to view and keep
 */

/** @returns {Held} */
const nothing = () => ({ model: '', moods: false, lines: '', learned: null, fitted: null, tuned: null });
/** Error codes after which the worker is gone. */
const LOST = new Set([...BROKEN, 'cancelled']);

export class Desk {
  #client = new PreferringClient();
  #picker;
  #page;
  #held = nothing();
  #busy = false;
  /** @type {import('../../../engine/preferring-client.js').Running<any> | null} */
  #running = null;
  /** Whether the current work should stop, including its further requests. */
  #stopped = false;
  context;
  choices;

  /**
   * @param {import('../../common/view.js').Context} context
   * @param {ReturnType<typeof import('../../../ui/model-picker.js').modelPicker>} picker
   * @param {object} page
   * @param {() => void} page.changed draws all steps
   * @param {(key: Key, params?: import('../../../i18n/index.js').Params) => void} page.tell
   * @param {(failure: import('../../../engine/protocol.js').Failure, retry: () => void) => void} page.fail
   * @param {() => void} page.begin clears earlier errors
   */
  constructor(context, picker, page) {
    this.context = context;
    this.#picker = picker;
    this.#page = page;
    this.choices = new ChoiceList(() => {
      this.#held.learned = null; // Out of date.
      page.changed();
    });
  }

  get isBusy() {
    return this.#busy;
  }

  get held() {
    return this.#held;
  }

  /** The chosen model; undefined until the list of models has loaded. */
  get model() {
    return this.#picker.chosen();
  }

  /**
   * @param {Key} key
   * @param {import('../../../i18n/index.js').Params} [params]
   */
  tell(key, params) {
    this.#page.tell(key, params);
  }

  /**
   * Performs one piece of work at a time and shows errors.
   *
   * @param {() => Promise<void>} work
   */
  async perform(work) {
    if (this.#busy) return;
    this.#busy = true;
    this.#stopped = false;
    this.#page.begin();
    this.#draw();
    try {
      await work();
    } catch (error) {
      const failure = toFailure(error);
      if (LOST.has(failure.code)) this.#held = nothing();
      this.tell('statusFailed');
      this.#page.fail(failure, () => void this.perform(work));
    } finally {
      this.#busy = false;
      this.#running = null;
      this.#draw();
    }
  }

  /** Stops the current work, keeping its partial result. */
  stop() {
    this.#stopped = true;
    this.#running?.stop();
  }

  /**
   * Sends a job to the worker, after opening the chosen model.
   *
   * @template T
   * @param {import('../../../engine/channel.js').Unsent<Job>} job
   * @param {(news: News) => void} [onNews]
   * @returns {Promise<T>}
   */
  async ask(job, onNews) {
    await this.open();
    if ('judge' in job && job.judge === 'cheerful') await this.#openMoods();
    return this.#ask(job, onNews);
  }

  /** @returns {Promise<ModelEntry>} the chosen model, after opening it; discards the state of another model */
  async open() {
    const { catalog } = this.context;
    await catalog.open({ fresh: false });
    const { model } = this;
    // The language of a visitor's own model is unknown, so default to English; only judges need the lexicon.
    const lexicon = model && (catalog.lexiconFor(model) ?? catalog.lexiconFor({ ...model, language: 'en' }));
    if (!model || !lexicon) throw new EngineError('no-lexicon', `no rhymes are known for ${model?.id}`);
    if (this.#held.model === model.id) return model;
    this.tell('statusLoading');
    this.#held = nothing();
    this.#draw();
    await this.#ask({ type: 'open', model, lexicon, known: catalog.known() });
    this.#held.model = model.id;
    return model;
  }

  /**
   * Sends choices to the worker unless it has them already; discards what was learned from others.
   *
   * @param {string} [lines] default: those stored in this browser
   */
  async learn(lines = this.choices.lines()) {
    await this.open();
    if (this.#held.lines !== lines) {
      const learned = await this.#ask({ type: 'learn', lines });
      Object.assign(this.#held, { lines, learned, fitted: null, tuned: null });
      this.#draw();
    }
  }

  /**
   * Fits a reward model to the choices.
   *
   * @param {number} seed
   * @returns {Promise<import('../../../engine/preferring-protocol.js').Foretold | null>} null if stopped
   */
  async fit(seed) {
    this.#held.fitted = null;
    /** @type {import('../../../engine/preferring-protocol.js').Foretold | null} */
    const foretold = await this.ask({ type: 'fit', seed }, (news) => {
      if (news.type === 'fitted') this.tell('preferFitting', { step: news.fit.step, steps: news.fit.steps });
    });
    this.#held.fitted = foretold && seed;
    return foretold;
  }

  /**
   * Tunes the model by the choices.
   *
   * @param {import('../../../engine/channel.js').Unsent<import('../../../engine/preferring-protocol.js').TuneJob & { id: number }>} job
   * @param {(news: News) => void} onNews
   * @returns {Promise<Ended>}
   */
  async tune(job, onNews) {
    this.#held.tuned = null;
    /** @type {Ended} */
    const ended = await this.ask(job, onNews);
    const name = this.model?.title[currentLanguage()] ?? '';
    this.#held.tuned = { plan: job.plan, seconds: ended.seconds, name };
    return ended;
  }

  async #openMoods() {
    if (this.#held.moods) return;
    const { catalog } = this.context;
    const model = catalog.of('reader').find(({ model_type }) => model_type === 'text_classifier');
    if (!model) throw new EngineError('bad-manifest', 'no model tells moods');
    await this.#ask({ type: 'moods', model, known: catalog.known() });
    this.#held.moods = true;
  }

  /**
   * @template T
   * @param {import('../../../engine/channel.js').Unsent<Job>} job
   * @param {(news: News) => void} [onNews]
   * @returns {Promise<T>}
   */
  #ask(job, onNews) {
    this.#running = this.#client.ask(job, onNews);
    if (this.#stopped) this.#running.stop();
    return this.#running.done;
  }

  #draw() {
    this.#picker.element.disabled = this.#busy;
    this.#page.changed();
  }
}
