import { EXAMPLE } from '../examples.js';
import { currentLanguage, onLanguage } from '../i18n/index.js';
import { h } from './dom.js';

/**
 * The page of the songbook: text that arrives in pieces is set as stanzas and lines, once per
 * drawn frame, so that a fast model does not make the browser lay out every character.
 */
export class SongSheet {
  #song = h('div', { class: 'song' });
  element = h('section', { class: 'sheet', tLabel: 'sheet' }, this.#song);

  /** @type {{ text: string, given: boolean }[]} */
  #waiting = [];
  #frame = 0;
  #lineBreaks = 0;
  #text = '';
  /** @type {HTMLElement | null} */
  #stanza = null;
  /** @type {HTMLElement | null} */
  #line = null;

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

  /** @param {string} language of the text to come */
  clear(language) {
    this.element.querySelector('.example')?.remove();
    this.#song.replaceChildren();
    this.#song.lang = language;
    this.#waiting = [];
    this.#lineBreaks = 0;
    this.#text = '';
    this.#stanza = null;
    this.#line = null;
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
      for (const piece of text.split(/(\n)/)) this.#set(piece, given);
    }
    this.#waiting = [];
  }

  /**
   * @param {string} piece a line break or text without any
   * @param {boolean} given
   */
  #set(piece, given) {
    if (piece === '\n') {
      this.#lineBreaks += 1;
      return;
    }
    if (piece === '') return;
    if (!this.#stanza || this.#lineBreaks > 1) {
      this.#stanza = h('p', { class: 'stanza' });
      this.#song.append(this.#stanza);
      this.#line = null;
    }
    if (!this.#line || this.#lineBreaks > 0) {
      this.#line = h('span', { class: 'line' });
      this.#stanza.append(this.#line);
    }
    this.#lineBreaks = 0;
    this.#write(this.#line, piece, given);
  }

  /**
   * @param {HTMLElement} line
   * @param {string} piece
   * @param {boolean} given
   */
  #write(line, piece, given) {
    const last = line.lastChild;
    if (given) {
      line.append(h('span', { class: 'given' }, piece));
    } else if (last instanceof Text) {
      last.appendData(piece);
    } else {
      line.append(piece);
    }
  }
}
