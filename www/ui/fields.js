// Fields that show one setting and change it.

import { NUMBER_FIELDS } from '../state.js';
import { h } from './dom.js';

/** @typedef {import('../state.js').State} State */

/**
 * @param {State} state
 * @param {'prompt' | 'german'} name
 * @param {Record<string, string | boolean>} attributes
 */
export function textField(state, name, attributes) {
  const field = h('textarea', { autocomplete: 'off', ...attributes });
  const show = () => {
    if (field.value !== state.settings[name]) field.value = state.settings[name];
  };
  field.addEventListener('input', () => state.set({ [name]: field.value }));
  state.onChange(show);
  show();
  return field;
}

/**
 * One of the few numbers that a setting may have.
 *
 * @param {State} state
 * @param {'beam_width'} name
 * @param {string} id
 */
export function numberChoice(state, name, id) {
  const among = NUMBER_FIELDS.find((field) => field.name === name)?.among ?? [];
  const options = among.map((value) => h('option', { value: String(value) }, String(value)));
  const element = h('select', { id, 'aria-describedby': `${id}-hint` }, ...options);
  const show = () => {
    element.value = String(state.settings[name]);
  };
  element.addEventListener('change', () => state.set({ [name]: Number(element.value) }));
  state.onChange(show);
  show();
  return element;
}

/**
 * @param {State} state
 * @param {'compare'} name
 * @param {string} id
 */
export function toggle(state, name, id) {
  const element = h('input', { id, type: 'checkbox' });
  const show = () => {
    element.checked = state.settings[name] === '1';
  };
  element.addEventListener('change', () => state.set({ [name]: element.checked ? '1' : '' }));
  state.onChange(show);
  show();
  return element;
}

/**
 * One of the few words or numbers that a setting may have, each with its own text.
 *
 * @template {import('../state.js').TextName | import('../state.js').NumberName} N
 * @param {State} state
 * @param {N} name
 * @param {string} id
 * @param {readonly (readonly [value: import('../state.js').Settings[N], key: import('../i18n/index.js').Key])[]} options
 */
export function choice(state, name, id, options) {
  const element = h('select', { id }, ...options.map(([value, t]) => h('option', { value: String(value), t })));
  const show = () => {
    element.value = String(state.settings[name]);
  };
  element.addEventListener('change', () => {
    const chosen = options.find(([value]) => String(value) === element.value);
    if (chosen) state.set({ [name]: chosen[0] });
  });
  state.onChange(show);
  show();
  return element;
}
