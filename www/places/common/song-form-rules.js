// Dependencies between the settings of a song's form: any request makes a form, and a form has its own sampling
// defaults.

import { BOLD, FIRST_SONG } from '../../state.js';
import { names } from '../../ui/rules.js';

/** @typedef {import('../../state.js').Settings} Settings */
/** @typedef {import('../../state.js').State} State */

/** @type {Partial<Settings>} */
export const NO_FORM = { title: '', style: '', scheme: '', parts: '', syllables: '', stanzas: 0, lines: 0 };

/** Default sampling settings, of a first visit and of a link that names none. */
const USUAL = [0.8, 0.6].map((temperature) => ({ temperature, top_p: 0.9, min_p: 0 }));

/** @param {Settings} settings */
export function hasForm(settings) {
  return settings.scheme !== '';
}

/** Whether the form is still that of the first song. @param {Settings} settings */
export function isFirstSong(settings) {
  return Object.entries(FIRST_SONG).every(([name, value]) => settings[/** @type {keyof Settings} */ (name)] === value);
}

/**
 * Changes the form and its dependent settings, except those that a link has locked.
 *
 * @param {State} state
 * @param {Partial<Settings>} wish
 */
export function askFor(state, wish) {
  const { settings } = state;
  const allowed = (/** @type {Partial<Settings>} */ change) => unlocked(settings, change);
  /** @type {Settings} */
  const next = { ...settings, ...allowed(wish) };
  if (next.parts && next.parts !== settings.parts) Object.assign(next, allowed({ stanzas: 0 }));
  else if (next.stanzas && next.stanzas !== settings.stanzas) Object.assign(next, allowed({ parts: '' }));
  if (!linesOffered(next.scheme).includes(next.lines)) Object.assign(next, allowed({ lines: 0 }));
  const { title, style, parts, syllables, stanzas, lines } = next;
  const isAsked = [title, style, parts, syllables].some(Boolean) || stanzas + lines > 0;
  if (isAsked && !next.scheme) Object.assign(next, allowed({ scheme: 'free' }));
  if (!isAsked && next.scheme === 'free' && !('scheme' in wish)) Object.assign(next, allowed({ scheme: '' }));
  if (hasForm(next) !== hasForm(settings)) Object.assign(next, allowed(sampling(next, hasForm(next))));
  state.set(next);
}

/**
 * Switches the view. Only "Write" writes songs with a form, so a form's sampling settings stay there.
 *
 * @param {State} state
 * @param {import('../../state.js').ViewId} view
 */
export function switchTo(state, view) {
  const { settings } = state;
  state.set({ view, ...unlocked(settings, sampling(settings, hasForm(settings) && view === 'write')) });
}

/**
 * @param {Settings} settings
 * @param {Partial<Settings>} change
 * @returns {Partial<Settings>} the part of the change that the link has not locked
 */
function unlocked({ lock }, change) {
  const locked = names(lock);
  return Object.fromEntries(Object.entries(change).filter(([name]) => !locked.has(name.replaceAll('_', '-'))));
}

/**
 * Returns the possible numbers of lines per stanza: multiples of the scheme's length, and 0 for the default.
 *
 * @param {string} scheme
 */
export function linesOffered(scheme) {
  const turn = scheme && scheme !== 'free' ? scheme.length : 1;
  return [0, ...Array.from({ length: Math.floor(16 / turn) }, (_, i) => (i + 1) * turn)];
}

/**
 * Returns suitable sampling settings, unless the visitor has changed them.
 *
 * @param {Settings} settings
 * @param {boolean} forForm
 */
function sampling(settings, forForm) {
  const has = (/** @type {typeof BOLD} */ { temperature, top_p, min_p }) =>
    settings.temperature === temperature && settings.top_p === top_p && settings.min_p === min_p;
  if (forForm) return USUAL.some(has) ? BOLD : {};
  return has(BOLD) ? USUAL[0] : {};
}
