import { formatNumber, onLanguage } from '../i18n/index.js';
import { NUMBER_FIELDS, parseNumber, randomSeed } from '../state.js';
import { button, h } from './dom.js';
import { toggle } from './fields.js';

/** @typedef {import('../state.js').NumberField} NumberField */
/** @typedef {import('../state.js').State} State */

/** Views in which each song gets a new seed. @type {readonly import('../state.js').ViewId[]} */
const RENEWING = ['write', 'duel', 'chain'];

/**
 * The sampling settings behind one disclosure: a slider or number field for each.
 *
 * @param {State} state
 * @param {import('../state.js').ViewId} view
 */
export function settingsPanel(state, view) {
  // The settings of a song's form are shown elsewhere.
  const ofWriting = NUMBER_FIELDS.filter(({ views }) => views.includes('write') && views.includes('lab'));
  const fields = ofWriting.map((field) => numberField(field, state, view));
  return h('details', { class: 'settings' }, h('summary', { t: 'settings' }), ...fields);
}

/**
 * @param {NumberField} field
 * @param {State} state
 * @param {import('../state.js').ViewId} view
 */
function numberField(field, state, view) {
  const { min, max, step, type } = field;
  const name =
    /** @type {Exclude<import('../state.js').NumberName, 'step' | 'stanzas' | 'lines' | 'strength' | 'picture_size' | 'painting_steps' | 'drawing_steps' | 'guidance'>} */ (
      field.name
    );
  const id = `${view}-${name}`;
  const slider = type === 'number';
  const input = h('input', {
    id,
    class: name,
    type: slider ? 'range' : 'number',
    inputmode: 'numeric',
    min: String(min),
    max: String(max),
    step: String(step),
    'aria-describedby': `${id}-hint`,
  });
  const shown = h('span', { class: 'value', 'aria-hidden': 'true' });
  const show = () => {
    const value = state.settings[name];
    // Do not overwrite a number that is being typed.
    if (slider || document.activeElement !== input) input.value = String(value);
    if (slider) shown.textContent = formatNumber(value);
  };
  input.addEventListener('input', () => {
    const value = parseNumber(field, input.value);
    input.setAttribute('aria-invalid', String(value === null));
    if (value !== null && value !== state.settings[name]) state.set({ [name]: value });
  });
  input.addEventListener('blur', () => {
    input.value = String(state.settings[name]);
    input.removeAttribute('aria-invalid');
  });
  state.onChange(show);
  onLanguage(show);
  show();
  const line = h('div', { class: 'line-up' }, h('label', { for: id, t: name }), shown, input);
  if (name === 'seed') {
    line.append(button('newSeed', () => state.set({ seed: randomSeed() }), { class: 'quiet' }));
    if (RENEWING.includes(view)) {
      line.append(h('label', { class: 'keep' }, toggle(state, 'keep_seed', `${id}-keep`), ' ', h('span', { t: 'keepSeed' })));
    }
  }
  return h(
    'div',
    { class: 'field', 'data-setting': field.key },
    line,
    h('p', { class: 'small', id: `${id}-hint`, t: name === 'seed' && RENEWING.includes(view) ? 'seedHintSongs' : `${name}Hint` }),
  );
}
