// Shows stanzas, plain or coloured token by token by a reward model.

import { formatNumber } from '../../../i18n/index.js';
import { h } from '../../../ui/dom.js';

/**
 * Returns the title of a stanza.
 *
 * @param {string} beginning a header line
 */
export function titleOf(beginning) {
  return beginning
    .replace(/^=== ?/, '')
    .split(' | ')[0]
    .trim();
}

export class Verse {
  element = h('blockquote', { class: 'verse', translate: 'no' });

  /**
   * @param {string} stanza
   * @param {string} [language] of the model; unknown for the visitor's own
   */
  show(stanza, language = '') {
    this.element.lang = language;
    this.element.replaceChildren(...stanza.split('\n').map((line) => h('div', {}, line)));
  }
}

/** Change in reward with the strongest colour. */
const STRONG = 1;

/**
 * Shows a stanza with each token coloured by the change in reward it causes.
 *
 * @param {import('../../../engine/preferring-protocol.js').Ranked} ranked
 * @param {string} [language]
 */
export function judgedVerse({ along, reward }, language = '') {
  let before = along[0]?.[1] ?? 0;
  const spans = along.map(([token, after]) => {
    const change = after - before;
    before = after;
    const strength = Math.min(1, Math.abs(change) / STRONG);
    const written = formatNumber(change, { maximumFractionDigits: 2, signDisplay: 'always' });
    const span = h('span', { class: change < 0 ? 'worse' : 'better', title: written }, token);
    span.style.setProperty('--strength', strength.toFixed(2));
    return span;
  });
  const caption = h('figcaption', {}, formatNumber(reward, { maximumFractionDigits: 2, signDisplay: 'always' }));
  return h('figure', { class: 'prefer-card' }, caption, h('blockquote', { class: 'verse judged', lang: language }, ...spans));
}
