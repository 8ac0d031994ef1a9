import { h } from './dom.js';

/** Text set as stanzas and lines, however it arrives in pieces. */
export class Verse {
  element = h('div', { class: 'song', translate: 'no' });
  #lineBreaks = 0;
  /** @type {HTMLElement | null} */
  #stanza = null;
  /** @type {HTMLElement | null} */
  #line = null;

  /** @param {string} language of the text to come */
  clear(language) {
    this.element.replaceChildren();
    this.element.lang = language;
    this.#lineBreaks = 0;
    this.#stanza = null;
    this.#line = null;
  }

  /**
   * @param {string} text
   * @param {(part: string) => HTMLElement} [wrap] what stands around each part of a line; without
   *   it the text itself goes on
   */
  append(text, wrap) {
    for (const part of text.split(/(\n)/)) this.#set(part, wrap);
  }

  /** @param {HTMLElement} element which the line goes on with */
  place(element) {
    this.#openLine().append(element);
  }

  /**
   * @param {string} part a line break or text without any
   * @param {((part: string) => HTMLElement) | undefined} wrap
   */
  #set(part, wrap) {
    if (part === '\n') {
      this.#lineBreaks += 1;
      return;
    }
    if (part === '') return;
    const line = this.#openLine();
    if (wrap) line.append(wrap(part));
    else if (line.lastChild instanceof Text) line.lastChild.appendData(part);
    else line.append(part);
  }

  /** The line that the text goes on in. */
  #openLine() {
    if (!this.#stanza || this.#lineBreaks > 1) {
      this.#stanza = h('p', { class: 'stanza' });
      this.element.append(this.#stanza);
      this.#line = null;
    }
    if (!this.#line || this.#lineBreaks > 0) {
      this.#line = h('span', { class: 'line' });
      this.#stanza.append(this.#line);
    }
    this.#lineBreaks = 0;
    return this.#line;
  }
}
