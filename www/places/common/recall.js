// Finds what a model has copied: stretches of its text that occur in its training songs.

import { say } from '../../i18n/index.js';
import { button, h } from '../../ui/dom.js';

/** @typedef {import('../../engine/protocol.js').ModelEntry} ModelEntry */
/** @typedef {import('../../engine/protocol.js').Stretch} Stretch */
/** @typedef {import('./work.js').Task} Task */

export class Recall {
  #context;
  #work;
  #sheet;
  #status;
  #element;
  #answer = h('span');
  #ask = button('recall', () => this.#begin(), { class: 'quiet' });
  /** @type {ModelEntry | null} */
  #model = null;
  /** After the first request, every song is compared, since the index is loaded. */
  #wanted = false;

  /**
   * @param {import('./view.js').Context} context
   * @param {import('./work.js').Work} work
   * @param {import('./lyrics.js').Parts} parts
   */
  constructor(context, work, { sheet, status, recall }) {
    this.#context = context;
    this.#work = work;
    this.#sheet = sheet;
    this.#status = status;
    this.#element = recall;
    recall.classList.add('recall', 'small');
    recall.hidden = true;
    recall.append(this.#ask, this.#answer);
  }

  /** Hides the result when a new song begins. */
  clear() {
    this.#element.hidden = true;
  }

  /**
   * Offers to compare a finished song, or compares it at once.
   *
   * @param {Task} task
   * @param {ModelEntry} model
   */
  async offer(task, model) {
    this.#model = model;
    if (!model.files.songs || this.#sheet.written === '') return;
    this.#element.hidden = false;
    this.#ask.hidden = this.#wanted;
    this.#answer.hidden = !this.#wanted;
    if (this.#wanted) await this.#compare(task, model, false);
  }

  #begin(fresh = false) {
    const model = this.#model;
    if (!model) return;
    void this.#work.perform(
      async (task) => {
        await this.#compare(task, model, fresh);
        say(this.#status, 'statusCompared');
      },
      () => this.#begin(true),
    );
  }

  /**
   * @param {Task} task
   * @param {ModelEntry} model
   * @param {boolean} fresh download files again, after an error
   */
  async #compare(task, model, fresh) {
    const { engine, catalog } = this.#context;
    const text = this.#sheet.written;
    const listeners = {
      ...this.#work.loading(task),
      onRecalled: task.own((/** @type {Stretch[]} */ stretches) => {
        this.#wanted = true;
        this.#ask.hidden = true;
        this.#answer.hidden = false;
        this.#sheet.mark(stretches);
        const longest = Math.max(0, ...stretches.map(({ characters }) => characters));
        say(this.#answer, longest ? 'recalled' : 'recalledNothing', { longest, count: stretches.length });
      }),
    };
    await task.run(() => engine.recall({ model, fresh, known: catalog.known(), text }, listeners));
  }
}
