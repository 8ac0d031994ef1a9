// Building blocks of the lecture's interactive parts: sliders, text fields, bars.

import { formatNumber, onLanguage } from '../../i18n/index.js';
import { h } from '../../ui/dom.js';
import { visibleToken } from '../../ui/visible-token.js';
import { shareBar } from '../../ui/share-bar.js';

/** @typedef {{ element: HTMLElement, open?: () => void, run?: () => void, stop?: () => void }} Live an interactive part of a page */

/** Pause in typing after which the answer is updated. */
const PAUSE_MS = 250;

/**
 * @param {string} id
 * @param {import('../../i18n/index.js').Key} label
 * @param {Record<string, string>} attributes
 * @returns {[HTMLInputElement, HTMLElement]}
 */
export function slider(id, label, attributes) {
  const input = h('input', { id, type: 'range', ...attributes });
  const value = h('span', { class: 'value', 'aria-hidden': 'true' });
  const show = () => {
    value.textContent = formatNumber(Number(input.value));
  };
  input.addEventListener('input', show);
  onLanguage(show);
  show();
  return [input, h('div', { class: 'field line-up' }, h('label', { for: id, t: label }), value, input)];
}

/**
 * A text field that is not part of links; `onChange` is called when typing pauses.
 *
 * @param {string} id
 * @param {import('../../i18n/index.js').Key} label
 * @param {string} value
 * @param {() => void} onChange
 * @returns {[HTMLInputElement, HTMLElement]}
 */
export function typed(id, label, value, onChange) {
  const input = h('input', { id, type: 'text', value, maxlength: '120', autocomplete: 'off', spellcheck: 'false', translate: 'no' });
  let timer = 0;
  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = window.setTimeout(onChange, PAUSE_MS);
  });
  return [input, h('div', { class: 'field' }, h('label', { for: id, t: label }), input)];
}

/** @typedef {{ token: string, share: number, mark?: string, onPick?: () => void, isPicked?: boolean }} Bar */

/** @param {Bar[]} all tokens with their probabilities; those with `onPick` are buttons */
export function bars(all) {
  const bar = (/** @type {Bar} */ { token, share, mark = '', onPick, isPicked = false }) => {
    const name = onPick
      ? h('button', { type: 'button', 'aria-pressed': String(isPicked), lang: 'en' }, visibleToken(token))
      : h('span', { lang: 'en' }, visibleToken(token));
    if (onPick) name.addEventListener('click', onPick);
    return h('li', {}, name, h('span', { class: 'value' }, percent(share), mark), shareBar(share));
  };
  return h('ul', { class: 'bars' }, ...all.map(bar));
}

/** @param {number} share */
export function percent(share) {
  return formatNumber(share, { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
}
