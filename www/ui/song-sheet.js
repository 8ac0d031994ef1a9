import { EXAMPLE } from '../examples.js';
import { currentLanguage, onLanguage } from '../i18n/index.js';
import { h } from './dom.js';
import { Verse } from './verse.js';

/**
 * The page of the songbook: text that arrives in pieces is set as stanzas and lines, once per
 * drawn frame, so that a fast model does not make the browser lay out every character.
 */
export class SongSheet {
  #verse = new Verse();
  element = h('section', { class: 'sheet', tLabel: 'sheet' }, this.#verse.element);

  /** @type {{ text: string, given: boolean }[]} */
  #waiting = [];
  #frame = 0;
  #text = '';

  /** All that was written, the given beginning included, to the character. */
  get text() {
    return this.#text;
  }

  showExample() {
    this.clear('en');
    this.append(EXAMPLE.text, false);
    this.flush();
    const label = h('p', { class: 'example small' });
    const origin = h('span');
    const describe = () => {
      origin.textContent = `: ${EXAMPLE.origin[currentLanguage()]}`;
    };
    label.append(h('span', { t: 'example' }), origin);
    onLanguage(describe);
    describe();
    this.element.prepend(label);
  }

  /** @param {import('../i18n/index.js').Key} key what stands here until there is a song */
  showHint(key) {
    this.element.prepend(h('p', { class: 'example small', t: key }));
  }

  /** @param {string} language of the text to come */
  clear(language) {
    this.element.querySelector('.example')?.remove();
    this.#verse.clear(language);
    this.#waiting = [];
    this.#text = '';
  }

  /** @param {boolean} writing */
  setWriting(writing) {
    this.element.classList.toggle('writing', writing);
    this.element.setAttribute('aria-busy', String(writing));
  }

  /**
   * @param {string} text
   * @param {boolean} given typed by the visitor rather than written by the model
   */
  append(text, given) {
    this.#text += text;
    this.#waiting.push({ text, given });
    this.#frame ||= requestAnimationFrame(() => this.flush());
  }

  /** Sets what still waits; also called at the end, since hidden pages draw no frames. */
  flush() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    for (const { text, given } of this.#waiting) {
      this.#verse.append(text, given ? (part) => h('span', { class: 'given' }, part) : undefined);
    }
    this.#waiting = [];
  }
}
