// Runs the view "Token by token": forward, back, alternatives. The page keeps the tokens, the engine follows.

import { say } from '../../i18n/index.js';
import { prove } from '../../proof.js';
import { PROMPT_LENGTH } from '../../state.js';
import { parseForced, spellForced } from './forced.js';
import { beginning, generateOptions } from '../common/lyrics.js';
import { Work } from '../common/work.js';

/** @typedef {import('../../engine/protocol.js').ModelEntry} ModelEntry */
/** @typedef {import('../../engine/protocol.js').Step} Step */
/** @typedef {import('../common/work.js').Task} Task */

/**
 * @typedef {object} OwnParts
 * @property {import('../../ui/model-card.js').ModelCard} card
 * @property {ReturnType<typeof import('../../ui/model-picker.js').modelPicker>} picker
 * @property {import('../../ui/token-text.js').TokenText} tokens
 * @property {import('../../ui/next-tokens.js').NextTokens} next
 * @property {HTMLButtonElement} play
 * @property {HTMLButtonElement} back
 * @property {HTMLButtonElement} stop
 * @property {HTMLElement} shown
 * @property {HTMLElement} afterwards buttons to share the text
 * @property {import('../../ui/verdict.js').Verdict} verdict
 *
 * @typedef {import('../common/work.js').Parts & OwnParts} Parts
 */

/** Rows of the table; the drawn token is added if it is not among them. */
const ROWS = 10;
/** Time per token, slow enough to follow: a word piece or a character. */
const PACE_MS = { gpt2: 500, char_lstm: 150 };
/** Pause after the last movement of a slider before the table is updated. */
const SETTLE_MS = 150;

export class TokenSteps {
  #context;
  #parts;
  #work;
  /** @type {Step[]} */
  #steps = [];
  /** The prompt as the model read it. */
  #read = '';
  /** Ids of the tokens that the visitor chose, by position. @type {Map<number, number>} */
  #given = new Map();
  /** The step whose table is shown. */
  #at = -1;
  #ended = false;
  /** Key of model and prompt; if it changes, the text starts over. */
  #subject = '';
  /** Key of the settings of the last step. */
  #settings = '';
  #working = false;
  #timer = 0;
  /** @type {ModelEntry | null} */
  #opened = null;
  /** Whether the GPU was used for the text. */
  byGpu = false;

  /**
   * @param {import('../common/view.js').Context} context
   * @param {Parts} parts
   */
  constructor(context, parts) {
    this.#context = context;
    this.#parts = parts;
    this.#work = new Work(context, parts, (working) => this.#setWorking(working));
    context.state.onChange(() => this.#follow());
  }

  /**
   * @param {import('../common/view.js').How} how for a link, its chosen tokens are applied
   * @param {boolean} fresh bypass the HTTP cache, after an error
   */
  async open(how, fresh = false) {
    if (!(await this.#work.openCatalog(fresh, () => void this.open(how, true)))) return;
    if (how.linked) {
      this.#forget();
      this.#given = parseForced(this.#context.state.settings.forced);
      this.#parts.verdict.expect(how.pledge);
    }
    this.#follow();
    if (how.go) this.play(how.linked);
  }

  /** Returns the proof of the current text. */
  async prove() {
    const model = this.#parts.picker.chosen();
    if (!model || !this.#steps.length || JSON.stringify(this.#options()) !== this.#settings) return [];
    const proof = await prove(this.#text(), this.#ended, model);
    return proof ? [proof] : [];
  }

  /** Generates one more token. */
  step() {
    this.#perform((task, fresh) => this.#advance(task, this.#ids(), 1, fresh));
  }

  /**
   * Generates token after token, slowly enough to read.
   *
   * @param {boolean} replay whether a link requests it
   */
  play(replay = false) {
    this.#perform(
      async (task, fresh) => {
        const pace = this.#parts.picker.chosen()?.model_type === 'char_lstm' ? PACE_MS.char_lstm : PACE_MS.gpt2;
        while (!this.#ended) {
          if (await this.#advance(task, this.#ids(), 1, fresh)) return;
          await new Promise((resolve) => setTimeout(resolve, pace));
        }
      },
      { replay },
    );
  }

  /** Generates the rest at full speed. */
  finish() {
    this.#perform((task, fresh) => {
      const { max_new_tokens } = this.#context.state.settings;
      return this.#advance(task, this.#ids(), max_new_tokens - this.#steps.length, fresh);
    });
  }

  /** Removes the last token. */
  back() {
    if (!this.#steps.length) return;
    this.#perform((task, fresh) => this.#advance(task, this.#ids().slice(0, -1), 0, fresh));
  }

  stop() {
    clearTimeout(this.#timer);
    this.#work.stop();
  }

  /** Shows the table of a step. @param {number} index */
  look(index) {
    this.#at = index;
    this.#show();
  }

  /**
   * Replaces the token at the current position and continues from there.
   *
   * @param {number} id
   */
  force(id) {
    const at = this.#at;
    this.#perform(async (task, fresh) => {
      this.#keepGiven(at);
      this.#given.set(at, id);
      await this.#advance(task, [...this.#ids().slice(0, at), id], 1, fresh);
    });
  }

  /**
   * @param {(task: Task, fresh: boolean) => Promise<unknown>} steps
   * @param {{ fresh?: boolean, replay?: boolean }} how
   */
  #perform(steps, { fresh = false, replay = false } = {}) {
    clearTimeout(this.#timer);
    if (!this.#parts.picker.chosen()) {
      void this.open({ go: false, linked: false, pledge: null }, true).then(() => {
        if (this.#parts.picker.chosen()) this.#perform(steps, { replay });
      });
      return;
    }
    this.#parts.shown.replaceChildren();
    void this.#work.perform(
      async (task) => {
        await steps(task, fresh);
        this.#tell();
      },
      () => this.#perform(steps, { fresh: true, replay }),
      replay,
    );
  }

  /**
   * Sets the text to `path` and generates `more` tokens after it, using the visitor's tokens at their positions.
   *
   * @param {Task} task
   * @param {number[]} path
   * @param {number} more
   * @param {boolean} fresh download files again, after an error
   * @returns {Promise<boolean>} whether it was stopped
   */
  async #advance(task, path, more, fresh) {
    const { state, engine, catalog } = this.#context;
    const model = /** @type {ModelEntry} */ (this.#parts.picker.chosen());
    const typed = state.settings.prompt;
    const prompt = beginning(typed, model);
    const options = this.#options();
    const settings = JSON.stringify(options);
    if (this.#steps.length && settings !== this.#settings) {
      // The existing tokens were drawn with other settings, so treat them as chosen.
      path.forEach((id, i) => this.#given.set(i, id));
    }
    this.#settings = settings;
    this.#keepGiven(path.length + more);
    const listeners = {
      ...this.#work.loading(task, (byGpu) => {
        this.byGpu ||= byGpu;
      }),
      onStarted: task.own((/** @type {string} */ read, /** @type {import('../../engine/protocol.js').Note[]} */ notes) => {
        if (!this.#steps.length) this.#parts.tokens.clear(model.language, read);
        this.#read = read;
        this.#parts.notes.add(typed.length > PROMPT_LENGTH ? [...notes, { code: 'prompt-cut' }] : notes);
        // Announce this once, although each token is a run of its own.
        if (this.#parts.status.dataset.t !== 'statusWriting') say(this.#parts.status, 'statusWriting');
      }),
      onSteps: task.own((/** @type {number} */ from, /** @type {Step[]} */ steps, /** @type {boolean} */ ended) => {
        this.#take(from, steps, ended);
        const text = this.#text();
        if (!this.byGpu && this.#parts.verdict.isDue(model, text, ended)) void this.#parts.verdict.check(model, text);
      }),
    };
    const request = { model, fresh, known: catalog.known(), prompt, options, replay: task.replay };
    const walk = (/** @type {number[]} */ ids, /** @type {number} */ count) => task.run(() => engine.walk({ ...request, path: ids, more: count }, listeners));
    const goal = path.length + more;
    let { cancelled } = await walk(path, this.#untilGiven(path.length, goal));
    while (!cancelled && !this.#ended && this.#steps.length < goal) {
      const ids = this.#ids();
      const id = /** @type {number} */ (this.#given.get(ids.length));
      ({ cancelled } = await walk([...ids, id], this.#untilGiven(ids.length + 1, goal)));
    }
    this.#noteGiven();
    return cancelled;
  }

  /**
   * Returns the number of tokens to draw before the next chosen one.
   *
   * @param {number} from
   * @param {number} goal
   */
  #untilGiven(from, goal) {
    const next = [...this.#given.keys()].filter((place) => place >= from);
    return Math.min(goal, ...next) - from;
  }

  /**
   * @param {number} from
   * @param {Step[]} steps
   * @param {boolean} ended
   */
  #take(from, steps, ended) {
    this.#steps.splice(from, Infinity, ...steps);
    this.#ended = ended;
    this.#at = this.#steps.length - 1;
    this.#parts.tokens.replace(from, steps, (i) => this.#given.has(i));
    this.#show();
  }

  #show() {
    this.#parts.tokens.mark(this.#at);
    this.#parts.next.show(this.#steps[this.#at] ?? null, this.#given.has(this.#at), this.#parts.picker.chosen()?.language ?? 'en');
    const isEmpty = this.#steps.length === 0;
    this.#parts.back.disabled = isEmpty;
    this.#parts.afterwards.hidden = isEmpty;
  }

  #options() {
    return { ...generateOptions(this.#context.state.settings), candidates: ROWS };
  }

  #text() {
    return this.#read + this.#steps.map(({ text }) => text).join('');
  }

  #ids() {
    return this.#steps.map(({ id }) => id);
  }

  /** Drops chosen tokens from position `end` on, if the text is cut there. @param {number} end */
  #keepGiven(end) {
    if (this.#steps.length <= end) return;
    for (const place of this.#given.keys()) if (place >= end) this.#given.delete(place);
  }

  #noteGiven() {
    const forced = spellForced(this.#given);
    if (forced !== this.#context.state.settings.forced) this.#context.state.set({ forced });
  }

  #tell() {
    const tokens = this.#steps.length;
    const where = this.byGpu ? 'Gpu' : '';
    if (tokens) say(this.#parts.status, `statusWalk${this.#ended ? 'Ended' : ''}${where}`, { tokens });
    else say(this.#parts.status, 'statusReady');
  }

  /** @param {boolean} working */
  #setWorking(working) {
    const { stop, play, tokens } = this.#parts;
    this.#working = working;
    // A disabled button loses the focus; move it to the one beside it.
    if (!working && document.activeElement === stop) play.focus();
    stop.disabled = !working;
    tokens.element.setAttribute('aria-busy', String(working));
    // Apply settings that changed meanwhile.
    if (!working) this.#follow();
  }

  #forget() {
    this.stop();
    this.#steps = [];
    this.byGpu = false;
    this.#given.clear();
    this.#ended = false;
    this.#at = -1;
    this.#parts.tokens.clear('en', '');
    this.#show();
  }

  /** Follows the settings: starts over for another model or prompt, and redraws the last token for other settings. */
  #follow() {
    const { settings } = this.#context.state;
    const model = this.#parts.picker.chosen();
    if (!model || settings.view !== 'lab') return;
    const subject = `${model.id} ${settings.prompt}`;
    if (subject !== this.#subject) {
      const first = this.#subject === '';
      this.#subject = subject;
      if (!first) {
        this.#forget();
        this.#noteGiven();
      }
    }
    if (model !== this.#opened) {
      this.#opened = model;
      this.#parts.card.show(model);
      void this.#work.fetchAhead([model]);
    }
    if (this.#working || !this.#steps.length || JSON.stringify(this.#options()) === this.#settings) return;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      this.#perform((task, fresh) => this.#advance(task, this.#ids().slice(0, -1), 1, fresh));
    }, SETTLE_MS);
  }
}
