// What a GPT would write in place of the first mask: it sees only the text to the left.

import { currentLanguage, onLanguage } from '../../../i18n/index.js';
import { h } from '../../../ui/dom.js';
import { Asking } from '../../common/asking.js';

/** @typedef {import('../../../engine/protocol.js').ModelEntry} ModelEntry */
/** @typedef {import('./masked.js').Candidate} Candidate */
/** @typedef {{ model: ModelEntry, candidates: Candidate[] }} Guess */

/** Rows of the table. */
const TOP = 8;

export class LeftOnly {
  #context;
  #asking;
  #choice;
  #onGuess;
  /** The text to the left of the first mask; null if there is none. @type {string | null} */
  #left = null;
  element;

  /**
   * @param {import('../../common/view.js').Context} context
   * @param {string} place prefix of ids
   * @param {(guess: Guess | null) => void} onGuess null once the text has changed
   */
  constructor(context, place, onGuess) {
    this.#context = context;
    this.#onGuess = onGuess;
    this.#asking = new Asking(context, `${place}-left-download`);
    const id = `${place}-left-only`;
    this.#choice = h('div', { class: 'row examples', role: 'group', 'aria-labelledby': id });
    this.element = h('div', { hidden: true }, h('p', { id, class: 'small', t: 'readLeftOnly' }), this.#choice, this.#asking.element);
    onLanguage(() => this.#offer());
  }

  /** @param {string | null} left */
  follow(left) {
    if (left === this.#left) return;
    this.#left = left;
    this.stop();
    this.#onGuess(null);
    this.#offer();
  }

  stop() {
    this.#asking.stop();
  }

  #offer() {
    const models = this.#context.catalog.of('generator').filter(({ model_type }) => model_type === 'gpt2');
    this.element.hidden = this.#left === null || models.length === 0;
    const languages = new Intl.DisplayNames(currentLanguage(), { type: 'language' });
    this.#choice.replaceChildren(
      ...models.map((model) => {
        const title = h('span', { translate: 'no' }, model.title[currentLanguage()]);
        const element = h('button', { type: 'button', class: 'quiet' }, title, `, ${languages.of(model.language)}`);
        element.addEventListener('click', () => void this.#ask(model.id));
        return element;
      }),
    );
  }

  /** @param {string} id of the model */
  async #ask(id) {
    const left = this.#left;
    if (left === null) return;
    await this.#asking.about(id, async (task, model, fresh) => {
      // The space before a word belongs to its token.
      const rows = await this.#asking.next(task, model, fresh, left.trimEnd(), { candidates: TOP });
      if (left !== this.#left || !rows.length) return;
      const candidates = rows
        .slice(0, TOP)
        .map(({ text, before }) => ({ text: text.replace(/^ /, ''), begins_word: text.startsWith(' ') || left === '', probability: before }));
      this.#onGuess({ model, candidates });
    });
  }
}
