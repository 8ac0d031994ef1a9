import { currentLanguage, formatNumber, onLanguage, say } from '../i18n/index.js';
import { h } from './dom.js';
import { SUITED } from './suited.js';

/** @typedef {import('../engine/protocol.js').ModelEntry} ModelEntry */
/** @typedef {import('../i18n/index.js').Key} Key */

/** Describes the chosen model: its training data and evaluation, with the command that measured each figure. */
export class ModelCard {
  #body = h('div');
  #name = h('span', { translate: 'no' });
  element = h('details', { class: 'card', hidden: true }, h('summary', {}, h('span', { t: 'aboutModel' }), this.#name), this.#body);
  /** Says what kind of text the model is made for, to be placed under its text. */
  suited = h('p', { class: 'small suited', hidden: true });
  /** @type {ModelEntry | null} */
  #model = null;
  #named = false;

  constructor() {
    onLanguage(() => this.#draw());
  }

  /**
   * @param {ModelEntry} model
   * @param {boolean} named whether to show the model's name
   */
  show(model, named = false) {
    this.#model = model;
    this.#named = named;
    this.element.hidden = false;
    this.#draw();
  }

  hide() {
    this.element.hidden = true;
    this.suited.hidden = true;
  }

  #draw() {
    if (!this.#model) return;
    const { card, trained_on, licence, figures, files } = this.#model;
    const language = currentLanguage();
    this.#name.textContent = this.#named ? `: ${this.#model.title[language]}` : '';
    const suited = SUITED[this.#model.id]?.[language] ?? '';
    this.suited.hidden = suited === '';
    const name = h('span', { translate: 'no' }, this.#model.title[language]);
    this.suited.replaceChildren(...(this.#named ? [name, ': '] : []), suited);
    const list = h('dl');
    row(list, 'trainedOn', trained_on[language]);
    row(list, 'licence', licence);
    const measured = [
      figureRow(list, 'bitsPerChar', 'bitsPerCharValue', figures.dev_bits_per_char),
      figureRow(list, 'bleu', 'ofUnseenSentences', figures.dev_bleu),
      figureRow(list, 'chrf', 'ofUnseenSentences', figures.dev_chrf),
      figures.dev_accuracy === undefined ? null : row(list, 'accuracy', formatNumber(figures.dev_accuracy, { style: 'percent', maximumFractionDigits: 1 })),
    ].findLast((cell) => cell !== null);
    if (measured && figures.measured_with) {
      const command = h('code', {}, figures.measured_with);
      measured.append(h('br'), h('small', {}, h('span', { t: 'measuredWith' }), ' ', command));
    }
    if (figures.parameters !== undefined) {
      row(list, 'parameters', formatNumber(figures.parameters));
    }
    row(list, 'size', say(h('span'), 'sizeValue', { value: megabytes(files.weights.bytes) }));
    this.#body.replaceChildren(h('p', {}, card[language]), list);
  }
}

/** @param {number} bytes */
export function megabytes(bytes) {
  return Math.round(bytes / 1e5) / 10;
}

/**
 * @param {HTMLElement} list
 * @param {Key} term
 * @param {Key} sentence
 * @param {number | undefined} value
 */
function figureRow(list, term, sentence, value) {
  return value === undefined ? null : row(list, term, say(h('span'), sentence, { value }));
}

/**
 * @param {HTMLElement} list
 * @param {Key} term
 * @param {string | HTMLElement} value
 */
function row(list, term, value) {
  const cell = h('dd', {}, value);
  if (value !== '') list.append(h('div', {}, h('dt', { t: term }), cell));
  return cell;
}
