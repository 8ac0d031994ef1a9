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
  #title = h('h3', { class: 'title', hidden: true });
  element = h('section', { class: 'sheet', tLabel: 'sheet' }, this.#title, this.#verse.element);

  /** @type {{ text: string, given: boolean, marked: boolean }[]} */
  #waiting = [];
  #frame = 0;
  #text = '';
  /** Length of the given beginning. */
  #given = 0;
  #language = '';

  /** All that was written, the given beginning included, to the character. */
  get text() {
    return this.#text;
  }

  /** What a reader takes with him: the title, too. */
  get whole() {
    return this.#title.hidden ? this.#text : `${this.#title.textContent}\n\n${this.#text}`;
  }

  /** @param {string} title that the visitor has given the song; it is no part of the text */
  entitle(title) {
    this.#title.textContent = title;
    this.#title.hidden = title.trim() === '';
  }

  /** The model's own words. */
  get written() {
    return this.#text.slice(this.#given);
  }

  /** @param {import('../engine/protocol.js').Stretch[]} stretches of the model's own words, to be marked */
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
   * @param {boolean} given typed by the visitor rather than written by the model
   * @param {boolean} [marked] found elsewhere
   */
  append(text, given, marked = false) {
    this.#text += text;
    if (given) this.#given += text.length;
    this.#waiting.push({ text, given, marked });
    this.#frame ||= requestAnimationFrame(() => this.flush());
  }

  /** Sets what still waits; also called at the end, since hidden pages draw no frames. */
  flush() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    for (const { text, given, marked } of this.#waiting) {
      if (given) this.#verse.append(text, (part) => h('span', { class: 'given' }, part));
      else this.#verse.append(text, marked ? (part) => h('mark', {}, part) : undefined);
    }
    this.#waiting = [];
  }
}
