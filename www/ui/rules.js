// Applies the rules of a teacher's link, which hides or locks controls by the key of their setting and views by their
// id.

import { toHash } from '../state.js';
import { button, h } from './dom.js';

/** @typedef {import('../state.js').State} State */

const CONTROLS = 'input, select, textarea, button';

/**
 * Applies the rules in the state, now and whenever they or the page change.
 *
 * @param {State} state
 * @param {HTMLElement} main
 */
export function followRules(state, main) {
  const open = h('a', { target: '_blank', rel: 'noopener', t: 'openInLiedwerk' });
  const free = h(
    'span',
    {},
    h('span', { t: 'ruled' }),
    ' ',
    button('openFreely', () => state.set({ hide: '', lock: '' }), { class: 'quiet' }),
  );
  const strip = h('p', { class: 'rules small' }, free, ' ', open);
  main.prepend(strip);
  const apply = () => {
    const { hide, lock, embed } = state.settings;
    const [hidden, locked] = [names(hide), names(lock)];
    document.body.classList.toggle('embed', embed === '1');
    open.hidden = embed !== '1';
    open.setAttribute('href', toHash({ ...state.settings, embed: '' }, { go: false }));
    free.hidden = hide === '' && lock === '';
    strip.hidden = open.hidden && free.hidden;
    for (const element of marked('setting')) {
      const key = element.dataset.setting ?? '';
      show(element, !hidden.has(key) && !(key === 'view' && locked.has(key)));
      if (key !== 'view') allow(element, !locked.has(key));
    }
    // Hide controls that change a locked setting, and links to hidden views.
    for (const element of marked('changes')) show(element, !locked.has(element.dataset.changes ?? ''), true);
    for (const element of marked('view')) show(element, !hidden.has(element.dataset.view ?? ''), true);
    for (const element of marked('views')) show(element, element.dataset.views?.split(' ').some((id) => !hidden.has(id)) ?? true, true);
  };
  state.onChange(apply);
  // Views are built when they are first visited.
  new MutationObserver(apply).observe(main, { childList: true });
  // The navigation replaces its links when the place changes.
  for (const row of document.querySelectorAll('nav')) new MutationObserver(apply).observe(row, { childList: true });
  apply();
}

/** @param {string} list comma-separated, from a link */
export function names(list) {
  return new Set(list.split(',').filter(Boolean));
}

/** @param {'setting' | 'changes' | 'view' | 'views'} what */
function marked(what) {
  return /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(`[data-${what}]`));
}

/**
 * Shows or hides a control with its label and hint. Uses a class, since views set `hidden` for reasons of their own.
 *
 * @param {HTMLElement} element
 * @param {boolean} shown
 * @param {boolean} [alone] without its field, if it is in one
 */
function show(element, shown, alone = false) {
  const field = alone ? null : element.closest('.field');
  const label = element.id ? document.querySelector(`label[for="${element.id}"]`) : null;
  const hint = element.id ? document.getElementById(`${element.id}-hint`) : null;
  for (const part of [field ?? element, label, hint]) part?.classList.toggle('ruled-out', !shown);
}

/**
 * Locks or unlocks a control. Locked text areas are read-only, so that they can be scrolled and copied.
 *
 * @param {HTMLElement} element
 * @param {boolean} allowed
 */
function allow(element, allowed) {
  if ((element.dataset.locked === '1') === !allowed) return;
  if (allowed) delete element.dataset.locked;
  else element.dataset.locked = '1';
  const controls = element.matches(CONTROLS) ? [element] : [...element.querySelectorAll(CONTROLS)];
  for (const control of controls) {
    if (control instanceof HTMLTextAreaElement) control.readOnly = !allowed;
    else control.toggleAttribute('disabled', !allowed);
  }
}
