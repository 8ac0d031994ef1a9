import { currentLanguage, onLanguage } from '../i18n/index.js';
import { h } from './dom.js';

/** @typedef {import('../engine/protocol.js').ModelEntry} ModelEntry */

const KIND = /** @type {const} */ ({ model: 'generator', translator: 'translator' });

/**
 * The choice among the models of one kind.
 *
 * @param {import('../views/index.js').Context} context
 * @param {keyof typeof KIND} setting
 * @param {string} id
 */
export function modelPicker({ state, catalog }, setting, id) {
  const element = h('select', { id, 'data-setting': setting });
  const models = () => catalog.of(KIND[setting]);
  const chosen = () => models().find((model) => model.id === state.settings[setting]) ?? models()[0];
  const show = () => {
    element.value = chosen()?.id ?? '';
  };
  const draw = () => {
    const options = models().map((model) => h('option', { value: model.id }, model.title[currentLanguage()]));
    element.replaceChildren(...options);
    show();
  };
  const offer = () => {
    // A link may name a model that is no more.
    const first = models()[0];
    if (first && chosen() === first) state.set({ [setting]: first.id });
    draw();
  };
  element.addEventListener('change', () => state.set({ [setting]: element.value }));
  state.onChange(show);
  onLanguage(draw);
  catalog.onOpen(offer);
  if (catalog.isOpen) offer();
  return {
    element,
    /** @returns {ModelEntry | undefined} undefined where none is listed, or the list is not there yet */
    chosen,
    models,
  };
}
