import { currentLanguage, onLanguage } from '../i18n/index.js';
import { h } from './dom.js';

/** @typedef {import('../engine/protocol.js').ModelEntry} ModelEntry */

const KINDS = /** @type {const} */ ({
  model: ['generator'],
  left: ['generator'],
  right: ['generator'],
  translator: ['translator'],
  preferred: ['generator'],
  inspected: ['generator', 'translator'],
});
/** Model types required by some settings. @type {Partial<Record<keyof typeof KINDS, string>>} */
const TYPES = { preferred: 'gpt2' };
/** Value of the option that opens the Train view; not a valid model id. */
const OWN = '+own';
/** Index of the model that replaces one that no longer exists. */
const OTHERWISE = { model: 0, left: 0, right: 1, preferred: 0, translator: 0, inspected: 0 };

/**
 * Creates a select box for the models of a setting.
 *
 * @param {import('../places/common/view.js').Context} context
 * @param {keyof typeof KINDS} setting
 * @param {string} id
 * @param {(model: ModelEntry) => boolean} [fits] whether the view can use a model
 */
export function modelPicker({ state, catalog, visit }, setting, id, fits = () => true) {
  const element = h('select', { id, 'data-setting': setting });
  const known = () => KINDS[setting].flatMap((kind) => catalog.of(kind)).filter(({ model_type }) => model_type === (TYPES[setting] ?? model_type));
  const models = () => known().filter(fits);
  const otherwise = () => models()[OTHERWISE[setting]];
  const chosen = () => models().find((model) => model.id === state.settings[setting]) ?? otherwise();
  const show = () => {
    element.value = chosen()?.id ?? '';
  };
  const draw = () => {
    const options = models().map((model) => h('option', { value: model.id, translate: 'no' }, model.title[currentLanguage()]));
    element.replaceChildren(...options, h('option', { value: OWN, t: 'ownModelOption' }));
    show();
  };
  const offer = () => {
    // A link may name a model that no longer exists.
    const first = otherwise();
    if (first && !known().some(({ id }) => id === state.settings[setting])) state.set({ [setting]: first.id });
    draw();
  };
  element.addEventListener('change', () => {
    if (element.value !== OWN) {
      state.set({ [setting]: element.value });
      return;
    }
    show();
    visit('train', false, 'own-files');
  });
  state.onChange(show);
  onLanguage(draw);
  catalog.onOpen(offer);
  if (catalog.isOpen) offer();
  return {
    element,
    /** @returns {ModelEntry | undefined} undefined if no model fits or the list has not loaded */
    chosen,
    models,
  };
}
