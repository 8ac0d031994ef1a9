// Runs a reading model as a text is typed: only the latest request counts, and errors are shown.

import { toFailure } from '../../../errors.js';
import { say } from '../../../i18n/index.js';
import { AlertBox } from '../../../ui/alert-box.js';
import { h } from '../../../ui/dom.js';
import { DownloadBar } from '../../../ui/download-bar.js';
import { ModelCard } from '../../../ui/model-card.js';

/** @typedef {import('../../../engine/protocol.js').Note} Note */
/** @typedef {import('../../../i18n/index.js').Key} Key */

/** Pause in typing after which the answer is updated. */
const PAUSE_MS = 120;

/** Texts for the notes of the reading models. @type {Readonly<Record<string, Key>>} */
const NOTES = {
  'no-words': 'readNoWords',
  'few-letters': 'readFewLetters',
  'line-cut': 'readCut',
  'text-cut': 'readCut',
  'lines-cut': 'readLinesCut',
  'line-not-shaded': 'readNotShaded',
  'no-mask': 'readNoMask',
  'masks-cut': 'readMasksCut',
  'several-masks': 'readSeveralMasks',
  unsure: 'readUnsure',
};

/**
 * @template T
 * @typedef {(request: import('../../../engine/protocol.js').ModelRequest, text: string, onProgress: import('../../../engine/reader.js').OnProgress) => Promise<{ result: T, notes: Note[] }>} Ask
 */

/** @template T */
export class Following {
  #catalog;
  #type;
  #ask;
  #draw;
  #alert = new AlertBox();
  #download;
  #card = new ModelCard();
  #notes = h('ul', { class: 'notes small', 'aria-live': 'polite', tLabel: 'notes' });
  #timer = 0;
  /** The text requested last. @type {string | null} */
  #asked = null;
  element;
  /** Card with the model's description and evaluation. */
  card;

  /**
   * @param {import('../../common/view.js').Context} context
   * @param {string} type of the model
   * @param {Ask<T>} ask
   * @param {(result: T, text: string) => Note[]} draw returns notes about the text
   * @param {string} [place] prefix of ids, since the page may contain this twice
   */
  constructor({ catalog }, type, ask, draw, place = 'read') {
    this.#catalog = catalog;
    this.#type = type;
    this.#ask = ask;
    this.#draw = draw;
    this.#download = new DownloadBar(`${place}-${type}`);
    this.element = h('div', { class: 'news' }, this.#alert.element, this.#download.element, this.#notes);
    this.card = this.#card.element;
  }

  /** Reads a text, unless it was the latest one. @param {string} text */
  follow(text) {
    if (text === this.#asked) return;
    const isFirst = this.#asked === null;
    this.#asked = text;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#read(text), isFirst ? 0 : PAUSE_MS);
  }

  /** @param {string} text */
  async #read(text) {
    const model = this.#catalog.of('reader').find(({ model_type }) => model_type === this.#type);
    if (!model) return;
    this.#alert.clear();
    this.#card.show(model);
    try {
      const request = { model, fresh: false, known: this.#catalog.known() };
      const { result, notes } = await this.#ask(request, text, (received, total) => this.#download.show(received, total));
      if (text === this.#asked) this.#tell([...notes, ...this.#draw(result, text)]);
    } catch (error) {
      this.#alert.show(toFailure(error), () => {
        this.#asked = null;
        this.follow(text);
      });
    }
    this.#download.hide();
  }

  /** Shows notes, each code only once. @param {Note[]} notes */
  #tell(notes) {
    const told = new Map(notes.map((note) => [note.code, note]));
    const item = (/** @type {Note} */ { code, message }) => {
      const element = h('li', { 'data-code': code }, message ?? code);
      return code in NOTES ? say(element, NOTES[code]) : element;
    };
    this.#notes.replaceChildren(...[...told.values()].map(item));
  }
}
