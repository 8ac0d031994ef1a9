// Preprocesses a text as it is typed, for every view that shows the steps.

import { toFailure } from '../../errors.js';
import { prepare } from '../../engine/preparer.js';
import { GERMAN_LENGTH, keepStart } from '../../state.js';

/** @typedef {import('../../engine/preparer.js').Prepared} Prepared */

/** Pause in typing after which the steps are updated. */
const PAUSE_MS = 150;

export class Preparing {
  #state;
  #alert;
  #draw;
  #timer = 0;
  /** Key of the latest request. */
  #asked = '';

  /**
   * @param {import('../common/view.js').Context} context
   * @param {import('../../ui/alert-box.js').AlertBox} alert
   * @param {(prepared: Prepared, language: 'de' | 'en') => void} draw
   */
  constructor({ state }, alert, draw) {
    this.#state = state;
    this.#alert = alert;
    this.#draw = draw;
  }

  /** Preprocesses the text of the settings, unless that has been done. */
  follow() {
    const { text, text_language, merges } = this.#state.settings;
    const asked = JSON.stringify([text, text_language, merges]);
    if (asked === this.#asked) return;
    this.#asked = asked;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#prepare(asked), PAUSE_MS);
  }

  /** @param {string} asked */
  async #prepare(asked) {
    const { text, text_language: language, merges } = this.#state.settings;
    this.#alert.clear();
    try {
      const prepared = await prepare(keepStart(text, GERMAN_LENGTH), language, merges);
      if (asked === this.#asked) this.#draw(prepared, language);
    } catch (error) {
      this.#alert.show(toFailure(error), () => {
        this.#asked = '';
        this.follow();
      });
    }
  }
}
