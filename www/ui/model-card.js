import { currentLanguage, onLanguage, say } from '../i18n/index.js';
import { h } from './dom.js';

/** @typedef {import('../engine/protocol.js').ModelEntry} ModelEntry */
/** @typedef {import('../i18n/index.js').Key} Key */

/** What the chosen model is, what it learned from and how well: every figure with its origin. */
export class ModelCard {
  #body = h('div');
  element = h('details', { class: 'card', hidden: true }, h('summary', { t: 'aboutModel' }), this.#body);
  /** @type {ModelEntry | null} */
  #model = null;

  constructor() {
    onLanguage(() => this.#draw());
  }

  /** @param {ModelEntry} model */
  show(model) {
    this.#model = model;
    this.element.hidden = false;
    this.#draw();
  }

  #draw() {
    if (!this.#model) return;
    const { card, trained_on, licence, figures, files } = this.#model;
    const language = currentLanguage();
    const list = h('dl');
    row(list, 'trainedOn', trained_on[language]);
    row(list, 'licence', licence);
    if (figures.dev_bits_per_char !== undefined) {
      const value = figures.dev_bits_per_char;
      const cell = row(list, 'bitsPerChar', say(h('span'), 'bitsPerCharValue', { value }));
      if (figures.measured_with) {
        const command = h('code', {}, figures.measured_with);
        cell.append(h('br'), h('small', {}, h('span', { t: 'measuredWith' }), ' ', command));
      }
    }
    if (figures.parameters !== undefined) {
      row(list, 'parameters', figures.parameters.toLocaleString(language));
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
 * @param {string | HTMLElement} value
 */
function row(list, term, value) {
  const cell = h('dd', {}, value);
  if (value !== '') list.append(h('div', {}, h('dt', { t: term }), cell));
  return cell;
}
