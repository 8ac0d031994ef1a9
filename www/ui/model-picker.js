import { currentLanguage, onLanguage } from '../i18n/index.js';
import { h } from './dom.js';

/** @typedef {import('../engine/protocol.js').ModelEntry} ModelEntry */

/**
 * The choice among the models of the manifest.
 *
 * @param {import('../state.js').State} state
 */
export function modelPicker(state) {
  const element = h('select', { id: 'model' });
  /** @type {ModelEntry[]} */
  let models = [];
  const chosen = () => models.find(({ id }) => id === state.settings.model) ?? models[0];
  const draw = () => {
    const options = models.map(({ id, title }) => h('option', { value: id }, title[currentLanguage()]));
    element.replaceChildren(...options);
    element.value = chosen()?.id ?? '';
  };
  // The first model is the default and needs no place in the link.
  element.addEventListener('change', () => {
    state.set({ model: element.value === models[0]?.id ? '' : element.value });
  });
  state.onChange(() => {
    element.value = chosen()?.id ?? '';
  });
  onLanguage(draw);
  return {
    element,
    chosen,
    known: () => models.map(({ files }) => files.weights.sha256),
    /** @param {ModelEntry[]} offered */
    offer(offered) {
      models = offered;
      // A link may name a model that is no more.
      if (!models.some(({ id }) => id === state.settings.model)) state.set({ model: '' });
      draw();
    },
  };
}
