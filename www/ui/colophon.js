// What stands below a text on paper: the model, the settings, the seed, and the link that brings it back.

import { currentLanguage, formatNumber, onLanguage, text } from '../i18n/index.js';
import { MODELS_OF, NUMBER_FIELDS, toHash } from '../state.js';
import { h } from './dom.js';

/** Numbers that mean nothing on paper. */
const UNTOLD = ['step', 'merges'];
/** What these views show follows the settings at once. @type {import('../state.js').ViewId[]} */
const LIVE = ['lab', 'text', 'lecture', 'train'];

/**
 * @param {import('../state.js').State} state
 * @param {import('../models.js').Catalog} catalog
 */
export function colophon(state, catalog) {
  const element = h('aside', { class: 'colophon', 'aria-hidden': 'true', 'data-testid': 'colophon' });
  const draw = () => {
    const { view } = state.settings;
    // The controls may have moved on since; the text has not.
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
