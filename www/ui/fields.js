// Form fields, each bound to one setting.

import { NUMBER_FIELDS } from '../state.js';
import { h } from './dom.js';

/** @typedef {import('../state.js').State} State */

/**
 * @param {State} state
 * @param {'prompt' | 'german' | 'text' | 'tagged' | 'judged' | 'masked'} name
 * @param {Record<string, string | boolean>} attributes
 */
export function textField(state, name, attributes) {
  const field = h('textarea', { autocomplete: 'off', 'data-setting': name, ...attributes });
  const show = () => {
    if (field.value !== state.settings[name]) field.value = state.settings[name];
  };
  field.addEventListener('input', () => state.set({ [name]: field.value }));
  state.onChange(show);
  show();
  return field;
}

/**
 * A select box for a setting with a few allowed numbers.
 *
 * @param {State} state
 * @param {'beam_width'} name
 * @param {string} id
 */
export function numberChoice(state, name, id) {
  const among = NUMBER_FIELDS.find((field) => field.name === name)?.among ?? [];
  const options = among.map((value) => h('option', { value: String(value) }, String(value)));
  const element = h('select', { id, 'data-setting': 'beam', 'aria-describedby': `${id}-hint` }, ...options);
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
 * @param {'compare' | 'keep_seed'} name
 * @param {string} id
 * @param {Record<string, string>} [attributes]
 */
export function toggle(state, name, id, attributes = {}) {
  const element = h('input', { id, type: 'checkbox', ...attributes });
  const show = () => {
    element.checked = state.settings[name] === '1';
  };
  element.addEventListener('change', () => state.set({ [name]: element.checked ? '1' : '' }));
  state.onChange(show);
  show();
  return element;
}

/**
 * A select box for the language of the text to preprocess.
 *
 * @param {State} state
 * @param {string} id
 */
export function languageChoice(state, id) {
  const element = h('select', { id }, h('option', { value: 'de', t: 'german' }), h('option', { value: 'en', t: 'english' }));
  const show = () => {
    element.value = state.settings.text_language;
  };
  element.addEventListener('change', () => state.set({ text_language: element.value === 'de' ? 'de' : 'en' }));
  state.onChange(show);
  show();
  return element;
}

/**
 * A slider for the number of byte-pair merges.
 *
 * @param {State} state
 * @param {string} id
 */
export function mergesField(state, id) {
  const { min, max, step } = NUMBER_FIELDS.find(({ name }) => name === 'merges') ?? { min: 0, max: 0, step: 1 };
  const input = h('input', { id, type: 'range', min: String(min), max: String(max), step: String(step), 'aria-describedby': `${id}-hint` });
  const value = h('span', { class: 'value', 'aria-hidden': 'true' });
  const show = () => {
    input.value = String(state.settings.merges);
    value.textContent = input.value;
  };
  input.addEventListener('input', () => state.set({ merges: Number(input.value) }));
  state.onChange(show);
  show();
  return h(
    'div',
    { class: 'field' },
    h('div', { class: 'line-up' }, h('label', { for: id, t: 'merges' }), value, input),
    h('p', { class: 'small', id: `${id}-hint`, t: 'mergesHint' }),
  );
}

/**
 * A select box for a setting with a few allowed values, each with a text of its own.
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
