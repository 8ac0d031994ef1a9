// The colophon printed below a text: the model, the settings, the seed and the link that reproduces it.

import { currentLanguage, formatNumber, onLanguage, text } from '../i18n/index.js';
import { MODELS_OF, NUMBER_FIELDS, toHash } from '../state.js';
import { h } from './dom.js';

/** Settings that are meaningless in print. */
const UNTOLD = ['step', 'merges'];
/** Views whose content follows the settings immediately. @type {import('../state.js').ViewId[]} */
const LIVE = ['lab', 'text', 'lecture', 'train'];

/**
 * @param {import('../state.js').State} state
 * @param {import('../models.js').Catalog} catalog
 */
export function colophon(state, catalog) {
  const element = h('aside', { class: 'colophon', 'aria-hidden': 'true', 'data-testid': 'colophon' });
  const draw = () => {
    const { view } = state.settings;
    // The controls may have changed since the text was written.
    const settings = LIVE.includes(view) ? state.settings : state.writtenWith(view);
    element.hidden = !settings;
    if (!settings) return;
    const language = currentLanguage();
    const models = [...catalog.of('generator'), ...catalog.of('translator')];
    const told = [
      ...(MODELS_OF[view] ?? []).flatMap((name) => {
        const model = models.find(({ id }) => id === settings[name]);
        return model ? [`${text(name === 'inspected' ? 'model' : name)}: ${model.title[language]}`] : [];
      }),
      ...NUMBER_FIELDS.filter(({ name, views }) => views.includes(view) && !UNTOLD.includes(name))
        .filter(({ name, always, default: usual }) => always || settings[name] !== usual)
        .map(({ name }) => `${text(/** @type {'seed'} */ (name))}: ${name === 'seed' ? settings.seed : formatNumber(settings[name])}`),
    ];
    const link = new URL(toHash(settings, { go: true, of: view }), location.href).href;
    element.replaceChildren(h('p', {}, told.join(' · ')), h('p', {}, decodeURI(link)));
  };
  state.onChange(draw);
  onLanguage(draw);
  catalog.onOpen(draw);
  draw();
  return element;
}
