// The one owner of what "Learn from people" holds: the choices, and in its worker the model, what it has learned from, its
// reward model and its tuning. The steps ask for what they need and show what there is.

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
 * @typedef {object} Held what the worker holds
 * @property {string} model the id of the one that is open
 * @property {boolean} moods whether it can tell moods
 * @property {string} lines the choices that it learns from, as a file has them
 * @property {import('../../../engine/preferring-protocol.js').Learned | null} learned what of them it can learn from
 * @property {number | null} fitted the seed that a reward model was fitted to them with, if there is one
 * @property {{ plan: Plan, seconds: number, name: string } | null} tuned what is tuned, to be looked at and kept
 */

/** @returns {Held} */
const nothing = () => ({ model: '', moods: false, lines: '', learned: null, fitted: null, tuned: null });
/** After these the worker is gone. */
const LOST = new Set([...BROKEN, 'cancelled']);

export class Desk {
  #client = new PreferringClient();
  #picker;
  #page;
  #held = nothing();
  #busy = false;
  /** @type {import('../../../engine/preferring-client.js').Running<any> | null} */
  #running = null;
  /** Whether what is being done is to end: what it still asks for is then stopped, too. */
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
   * @param {() => void} page.begin clears what went wrong before
   */
  constructor(context, picker, page) {
    this.context = context;
    this.#picker = picker;
    this.#page = page;
    this.choices = new ChoiceList(() => {
      this.#held.learned = null; // It was about other choices.
      page.changed();
    });
  }

  get isBusy() {
    return this.#busy;
  }

  get held() {
    return this.#held;
  }

  /** The model that is chosen; undefined before the list of models has arrived. */
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
   * One thing at a time; an error is shown.
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

  /** Ends what is being done; what comes of it so far stays. */
  stop() {
    this.#stopped = true;
    this.#running?.stop();
  }

  /**
   * Something of the model that is chosen, which is opened first.
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

  /** @returns {Promise<ModelEntry>} the model that is chosen, open; what was made of another one is given up */
  async open() {
    const { catalog } = this.context;
    await catalog.open({ fresh: false });
    const { model } = this;
    // Of a model of the visitor's own no language is known; only judges need its words.
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
   * Hands choices to the model, once; what was learned from others is given up.
   *
   * @param {string} [lines] else those of this browser
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
   * Fits a reward model to what was learned from.
   *
   * @param {number} seed
   * @returns {Promise<import('../../../engine/preferring-protocol.js').Foretold | null>} null where it was stopped
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
   * Tunes by what was learned from.
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
