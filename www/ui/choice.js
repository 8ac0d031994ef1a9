import { h } from './dom.js';

/** @typedef {import('../i18n/index.js').Key} Key */

let choices = 0;

/** A select box for one picture, whose value is not part of links. */
export class Choice {
  #select;
  element;
  /** @type {string[]} */
  #values = [];

  /**
   * @param {Key} label
   * @param {() => void} onChange
   */
  constructor(label, onChange) {
    choices += 1;
    const id = `choice-${choices}`;
    this.#select = h('select', { id });
    this.#select.addEventListener('change', onChange);
    this.element = h('div', { class: 'choice' }, h('label', { for: id, t: label }), this.#select);
  }

  get value() {
    return this.#select.value;
  }

  set value(value) {
    this.#select.value = value;
  }

  /**
   * Sets the options. Does nothing if they are unchanged.
   *
   * @param {{ value: string, name: Key | null }[]} options without a name, the value plus 1 is shown
   */
  offer(options) {
    const values = options.map(({ value }) => value);
    if (values.join() === this.#values.join()) return;
    this.#values = values;
    const before = this.value;
    this.#select.replaceChildren(
      ...options.map(({ value, name }) => (name ? h('option', { value, t: name }) : h('option', { value }, String(Number(value) + 1)))),
    );
    this.value = values.includes(before) ? before : (values[0] ?? '');
    this.element.hidden = options.length < 2;
  }
}

/** @param {number} count */
export function numbered(count) {
  return Array.from({ length: count }, (_, i) => ({ value: String(i), name: null }));
}
