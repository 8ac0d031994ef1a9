// What stands below a text on paper: the model, the settings, the seed, and the link that brings it back.

import { currentLanguage, onLanguage, text } from '../i18n/index.js';
import { NUMBER_FIELDS, toHash } from '../state.js';
import { h } from './dom.js';

/** Numbers that mean nothing on paper. */
const UNTOLD = ['step', 'merges'];

/**
 * @param {import('../state.js').State} state
 * @param {import('../models.js').Catalog} catalog
 */
export function colophon(state, catalog) {
  const element = h('aside', { class: 'colophon', 'aria-hidden': 'true', 'data-testid': 'colophon' });
  const draw = () => {
    const { settings } = state;
    const language = currentLanguage();
    const told = [
      ...(/** @type {const} */ ([['model', 'generator'], ['translator', 'translator']])).flatMap(([name, kind]) => {
        if (!shows(settings.view, name)) return [];
        const model = catalog.of(kind).find(({ id }) => id === settings[name]);
        return model ? [`${text(name)}: ${model.title[language]}`] : [];
      }),
      ...NUMBER_FIELDS.filter(({ name, views }) => views.includes(settings.view) && !UNTOLD.includes(name))
        .filter(({ name, always, default: usual }) => always || settings[name] !== usual)
        .map(({ name }) => `${text(/** @type {'seed'} */ (name))}: ${name === 'seed' ? settings.seed : settings[name].toLocaleString(language)}`),
    ];
    const link = new URL(toHash(settings, { go: true, of: settings.view }), location.href).href;
    element.replaceChildren(h('p', {}, told.join(' · ')), h('p', {}, decodeURI(link)));
  };
  state.onChange(draw);
  onLanguage(draw);
  catalog.onOpen(draw);
  draw();
  return element;
}

/**
 * @param {import('../state.js').ViewId} view
 * @param {'model' | 'translator'} name
 */
function shows(view, name) {
  return name === 'model' ? ['write', 'lab', 'chain'].includes(view) : ['translate', 'chain'].includes(view);
}
