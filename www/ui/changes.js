// Lists the settings that differ from their defaults next to the run button, so that changes made elsewhere or by a
// link do not go unnoticed.

import { formatNumber, onLanguage, text } from '../i18n/index.js';
import { NUMBER_FIELDS, usual } from '../state.js';
import { button, h } from './dom.js';
import { names } from './rules.js';

/** Settings not listed, because they are visible anyway or differ for every text. */
const UNTOLD = ['seed', 'step', 'merges', 'minutes', 'held_out', 'stanzas', 'lines'];

/**
 * @param {import('../state.js').State} state
 * @param {import('../state.js').ViewId} view
 */
export function changes(state, view) {
  const fields = NUMBER_FIELDS.filter(({ name, views }) => views.includes(view) && !UNTOLD.includes(name));
  const element = h('div', { class: 'changes', role: 'group', tLabel: 'changes', hidden: true });
  let drawn = '';
  const draw = () => {
    const { settings } = state;
    const given = usual(settings);
    const fixed = new Set([...names(settings.lock), ...names(settings.hide)]);
    const changed = fields.filter(({ name, key }) => settings[name] !== given[name] && !fixed.has(key));
    element.hidden = changed.length === 0;
    const now = changed.map(({ name }) => `${name} ${settings[name]}`).join() + text('reset');
    if (now === drawn) return;
    drawn = now;
    const chips = changed.map(({ name }) => {
      const chip = h('button', { type: 'button', class: 'chip' });
      const label = text(/** @type {'temperature'} */ (name));
      chip.append(`${label} ${formatNumber(settings[name])} `, h('span', { 'aria-hidden': 'true' }, '×'), h('span', { class: 'unseen' }, text('resetOne')));
      chip.addEventListener('click', () => back([name]));
      return chip;
    });
    element.replaceChildren(
      ...chips,
      button('reset', () => back(changed.map(({ name }) => name)), { class: 'quiet' }),
    );
  };

  /** @param {import('../state.js').NumberName[]} which */
  function back(which) {
    const given = usual(state.settings);
    state.set(Object.fromEntries(which.map((name) => [name, given[name]])));
    // The pressed button is gone; move the focus.
    const next = element.querySelector('button') ?? element.parentElement?.querySelector('button');
    next?.focus();
  }

  state.onChange(draw);
  onLanguage(draw);
  draw();
  return element;
}
