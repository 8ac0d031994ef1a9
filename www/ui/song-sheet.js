import { EXAMPLE } from '../examples.js';
import { currentLanguage, onLanguage } from '../i18n/index.js';
import { h } from './dom.js';
import { Verse } from './verse.js';

/**
 * Shows a song as stanzas and lines. Text that arrives in pieces is rendered once per frame, so that a fast model
 * does not cause a layout for every character.
 */
export class SongSheet {
  #verse = new Verse();
  #title = h('h3', { class: 'title', translate: 'no', hidden: true });
  element = h('section', { class: 'sheet', tLabel: 'sheet' }, this.#title, this.#verse.element);

  /** @type {{ text: string, given: boolean, marked: boolean }[]} */
  #waiting = [];
  #frame = 0;
  #text = '';
  /** Length of the prompt. */
  #given = 0;
  #language = '';
  /** Called whenever lines were rendered. */
  onRendered = () => {};

  /** The exact text including the prompt. */
  get text() {
    return this.#text;
  }

  /** The text to copy or save, including the title. */
  get whole() {
    return this.#title.hidden ? this.#text : `${this.#title.textContent}\n\n${this.#text}`;
  }

  /** Shows the visitor's title for the song, which is not part of the text. @param {string} title */
  entitle(title) {
    this.#title.textContent = title;
    this.#title.hidden = title.trim() === '';
  }

  /** The model's part of the text. */
  get written() {
    return this.#text.slice(this.#given);
  }

  /** Highlights parts of `written`. @param {import('../engine/protocol.js').Stretch[]} stretches */
  mark(stretches) {
    const [given, written] = [this.#text.slice(0, this.#given), this.written];
    const title = this.#title.hidden ? '' : (this.#title.textContent ?? '');
    this.clear(this.#language);
    this.entitle(title);
    this.append(given, true);
    let at = 0;
    for (const { start, end } of stretches) {
      this.append(written.slice(at, start), false);
      this.append(written.slice(start, end), false, true);
      at = end;
    }
    this.append(written.slice(at), false);
    this.flush();
  }

  showExample() {
    this.clear('en');
    this.entitle(EXAMPLE.title);
    this.append(EXAMPLE.text, false);
    this.flush();
    this.element.classList.add('appearing');
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

  /**
   * Shows a song computed beforehand.
   *
   * @param {string} given
   * @param {string} text including what was given
   * @param {string} language
   */
  showBeforehand(given, text, language) {
    this.clear(language);
    this.append(given, true);
    this.append(text.slice(given.length), false);
    this.flush();
    this.showHint('beforehand');
  }

  /** Shows a hint until there is a song. @param {import('../i18n/index.js').Key} key */
  showHint(key) {
    this.element.prepend(h('p', { class: 'example small', t: key }));
  }

  /** @param {string} language of the text to come */
  clear(language) {
    this.element.querySelector('.example')?.remove();
    this.element.classList.remove('appearing');
    this.#verse.clear(language);
    this.#title.lang = language;
    this.entitle('');
    this.#waiting = [];
    this.#text = '';
    this.#given = 0;
    this.#language = language;
  }

  /** @param {boolean} writing */
  setWriting(writing) {
    this.element.classList.toggle('writing', writing);
    this.element.setAttribute('aria-busy', String(writing));
  }

  /**
   * @param {string} text
   * @param {boolean} given whether it is part of the prompt
   * @param {boolean} [marked] whether to highlight it
   */
  append(text, given, marked = false) {
    this.#text += text;
    if (given) this.#given += text.length;
    this.#waiting.push({ text, given, marked });
    this.#frame ||= requestAnimationFrame(() => this.flush());
  }

  /** Renders pending text; also called at the end, since hidden pages get no animation frames. */
  flush() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    for (const { text, given, marked } of this.#waiting) {
      if (given) this.#verse.append(text, (part) => h('span', { class: 'given' }, part));
      else this.#verse.append(text, marked ? (part) => h('mark', {}, part) : undefined);
    }
    this.#waiting = [];
    this.onRendered();
  }
}
