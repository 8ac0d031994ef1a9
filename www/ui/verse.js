import { h } from './dom.js';

/** Renders text that arrives in pieces as stanzas and lines. */
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
   * @param {(part: string) => HTMLElement} [wrap] wraps each part of a line in an element; otherwise
   *   the text is appended as such
   */
  append(text, wrap) {
    for (const part of text.split(/(\n)/)) this.#set(part, wrap);
  }

  /** Appends an element to the current line. @param {HTMLElement} element */
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

  /** Returns the current line, starting a new line or stanza if there were line breaks. */
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
