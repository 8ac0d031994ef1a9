import { currentLanguage, onLanguage, say, saysNothing } from '../i18n/index.js';
import { h } from './dom.js';
import { Verse } from './verse.js';

/** @typedef {import('../engine/protocol.js').ModelEntry} ModelEntry */
/** @typedef {import('../engine/protocol.js').Piece} Piece */

let sheets = 0;

/**
 * Shows a translation as it arrives. Pieces can be selected by mouse or keyboard: the sheet is a single tab stop, arrow
 * keys move between pieces.
 */
export class TranslationSheet {
  #verse = new Verse();
  #name = h('span', { t: 'english' });
  #bleu = h('span', { class: 'small' });
  #empty = h('p', { class: 'small empty', t: 'englishHint' });
  /** Progress and speed. Not a live region, so not announced. */
  speed = h('p', { class: 'speed small' });
  element;
  #onChoose;
  /** @type {ModelEntry | null} */
  #model = null;
  #text = '';
  /** @type {Map<number, { piece: Piece, element: HTMLElement }>} */
  #pieces = new Map();

  /** @param {(piece: Piece) => void} onChoose */
  constructor(onChoose) {
    this.#onChoose = onChoose;
    sheets += 1;
    const id = `translation-${sheets}`;
    const title = h('h2', { id, class: 'model-name' }, this.#name, ' ', this.#bleu);
    this.element = h(
      'section',
      { class: 'sheet english', 'aria-labelledby': id },
      h('div', { class: 'imprint' }, title, this.speed),
      this.#empty,
      this.#verse.element,
    );
    this.#verse.element.addEventListener('keydown', (event) => this.#walk(event));
    onLanguage(() => this.#imprint());
  }

  /** The exact translation. */
  get text() {
    return this.#text;
  }

  get model() {
    return this.#model;
  }

  /** @param {number} index */
  piece(index) {
    return this.#pieces.get(index)?.piece;
  }

  /**
   * Clears the sheet for the next translation, by the given model.
   *
   * @param {ModelEntry} model
   */
  clear(model) {
    this.#model = model;
    this.#text = '';
    this.#pieces.clear();
    this.#verse.clear('en');
    this.#empty.hidden = false;
    saysNothing(this.speed);
    this.#imprint();
  }

  /** @param {boolean} working */
  setWorking(working) {
    this.element.classList.toggle('writing', working);
    this.element.setAttribute('aria-busy', String(working));
  }

  /** @param {Piece} piece */
  append(piece) {
    const { before, text } = piece;
    this.#text += before + text;
    this.#empty.hidden = this.#text.trim() !== '';
    this.#verse.append(before);
    this.#verse.append(text, piece.attention.length ? (part) => this.#button(piece, part) : undefined);
  }

  /** @param {number} index of a piece, which this sheet need not have */
  mark(index) {
    for (const [own, { element }] of this.#pieces) {
      element.setAttribute('aria-pressed', String(own === index));
      element.tabIndex = own === index ? 0 : -1;
    }
    const first = this.#pieces.values().next().value;
    if (first && !this.#pieces.has(index)) first.element.tabIndex = 0;
  }

  /**
   * @param {Piece} piece
   * @param {string} part
   */
  #button(piece, part) {
    // A <button> is an atomic box; a span lets a piece wrap with the surrounding text.
    const element = h('span', { class: 'piece', role: 'button', 'aria-pressed': 'false' }, part);
    element.tabIndex = this.#pieces.size ? -1 : 0;
    element.addEventListener('click', () => this.#onChoose(piece));
    this.#pieces.set(piece.index, { piece, element });
    return element;
  }

  /** @param {KeyboardEvent} event */
  #walk(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const all = [...this.#pieces.values()];
    const at = all.findIndex(({ element }) => element === event.target);
    /** @type {Record<string, number>} */
    const steps = {
      Enter: at,
      ' ': at,
      ArrowDown: at + 1,
      ArrowRight: at + 1,
      ArrowUp: at - 1,
      ArrowLeft: at - 1,
      Home: 0,
      End: all.length - 1,
    };
    if (at < 0 || !(event.key in steps)) return;
    event.preventDefault();
    const next = all[steps[event.key]];
    if (!next) return;
    next.element.focus();
    this.#onChoose(next.piece);
  }

  #imprint() {
    if (!this.#model) return;
    const { title, figures } = this.#model;
    saysNothing(this.#name).textContent = title[currentLanguage()];
    this.#name.translate = false;
    if (figures.dev_bleu === undefined) saysNothing(this.#bleu);
    else say(this.#bleu, 'bleuShort', { value: figures.dev_bleu });
  }
}
