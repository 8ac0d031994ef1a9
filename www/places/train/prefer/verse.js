// A stanza to be read, and one of which a reward model says what it thinks, token by token.

import { formatNumber } from '../../../i18n/index.js';
import { h } from '../../../ui/dom.js';

/**
 * The title that stanzas have in common.
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
   * @param {string} [language] of the model; of the visitor's own it is not known
   */
  show(stanza, language = '') {
    this.element.lang = language;
    this.element.replaceChildren(...stanza.split('\n').map((line) => h('div', {}, line)));
  }
}

/** From here on a colour is as strong as it gets, in rewards. */
const STRONG = 1;

/**
 * The stanza with each token in the colour of what it has done for the reward.
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
