// Asks a model for its predictions or a few words, independently of the text a view writes.

import { say } from '../../i18n/index.js';
import { AlertBox } from '../../ui/alert-box.js';
import { h } from '../../ui/dom.js';
import { DownloadBar } from '../../ui/download-bar.js';
import { Notes } from '../../ui/notes.js';
import { beginning } from './lyrics.js';
import { Work } from './work.js';

/** @typedef {import('../../engine/protocol.js').ModelEntry} ModelEntry */
/** @typedef {import('../../engine/protocol.js').Row} Row */
/** @typedef {import('./work.js').Task} Task */

/** Plain sampling from the model's distribution, without any filters. @type {import('../../engine/protocol.js').GenerateOptions} */
export const PLAIN = {
  temperature: 1,
  top_k: 0,
  top_p: 1,
  min_p: 0,
  typical_p: 1,
  repetition_penalty: 1,
  no_repeat_ngram: 0,
  seed: 1,
  max_new_tokens: 1,
  stop: [],
};

/** Sends requests to a model and shows their progress. */
export class Asking {
  #context;
  #status = h('p', { class: 'status small', 'aria-live': 'polite' });
  #alert = new AlertBox();
  #notes = new Notes();
  #download;
  #work;
  element;

  /**
   * @param {import('./view.js').Context} context
   * @param {string} id of the download bar
   */
  constructor(context, id) {
    this.#context = context;
    this.#download = new DownloadBar(id);
    const parts = { alert: this.#alert, notes: this.#notes, download: this.#download, status: this.#status };
    this.#work = new Work(context, parts, () => {});
    this.element = h('div', {}, h('div', { class: 'news' }, this.#status), this.#alert.element, this.#download.element, this.#notes.element);
  }

  /**
   * Performs steps with a model, in place of the current ones.
   *
   * @param {string} id of the model; the first of its kind replaces one that does not exist
   * @param {(task: Task, model: ModelEntry, fresh: boolean) => Promise<void>} steps
   * @param {{ kind?: 'generator' | 'translator', fresh?: boolean }} [options] `fresh`: download files again, after an error
   */
  async about(id, steps, { kind = 'generator', fresh = false } = {}) {
    const again = () => void this.about(id, steps, { kind, fresh: true });
    if (!(await this.#work.openCatalog(fresh, again))) return;
    const all = this.#context.catalog.of(kind);
    const model = all.find((candidate) => candidate.id === id) ?? all[0];
    await this.#work.perform(async (task) => {
      await steps(task, model, fresh);
      say(this.#status, 'statusReady');
    }, again);
  }

  stop() {
    this.#work.stop();
  }

  /**
   * Returns the common part of a request to the engine, and the listeners for its progress.
   *
   * @param {Task} task
   * @param {ModelEntry} model
   * @param {boolean} fresh
   */
  request(task, model, fresh) {
    return { request: { model, fresh, known: this.#context.catalog.known(), replay: true }, listeners: this.#work.loading(task) };
  }

  /**
   * Returns the model's predictions for the next token, most likely first.
   *
   * @param {Task} task
   * @param {ModelEntry} model
   * @param {boolean} fresh
   * @param {string} text
   * @param {{ candidates?: number, path?: number[] }} [how]
   * @returns {Promise<Row[]>} one more row if another token was drawn; empty if the task was stopped
   */
  async next(task, model, fresh, text, { candidates = 8, path = [] } = {}) {
    /** @type {Row[]} */
    let rows = [];
    const { request, listeners } = this.request(task, model, fresh);
    const options = { ...PLAIN, max_new_tokens: 200, candidates };
    await task.run(() =>
      this.#context.engine.walk(
        { ...request, prompt: beginning(text, model), options, path, more: 1 },
        {
          ...listeners,
          onSteps: (/** @type {number} */ _, /** @type {import('../../engine/protocol.js').Step[]} */ steps) => {
            rows = steps.at(-1)?.rows ?? rows;
          },
        },
      ),
    );
    return rows;
  }

  /**
   * Generates a text.
   *
   * @param {Task} task
   * @param {ModelEntry} model
   * @param {boolean} fresh
   * @param {string} text the prompt
   * @param {Partial<import('../../engine/protocol.js').GenerateOptions>} options
   * @param {(written: string) => void} [onText] called with the text so far
   * @returns {Promise<{ text: string, tokens: number, seconds: number }>} `text` does not include the prompt
   */
  async write(task, model, fresh, text, options, onText = () => {}) {
    let written = '';
    const { request, listeners } = this.request(task, model, fresh);
    const { tokens, seconds } = await task.run(() =>
      this.#context.engine.generate(
        { ...request, prompt: beginning(text, model), options: { ...PLAIN, ...options } },
        {
          ...listeners,
          onToken: task.own((/** @type {string} */ piece) => {
            written += piece;
            onText(written);
          }),
        },
      ),
    );
    return { text: written, tokens, seconds };
  }
}
