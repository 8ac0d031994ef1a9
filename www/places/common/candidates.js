// Shows the candidates for a line of a song with a form below its stanza, and why each lost.

import { currentLanguage, learn, onLanguage } from '../../i18n/index.js';
import { h } from '../../ui/dom.js';

/** @typedef {import('./touchable-lines.js').Candidates} Candidates */
/** @typedef {import('../../i18n/index.js').Key} Key */

const spoken = learn({
  de: async () => (await import('../../i18n/de/candidates.js')).candidates,
  en: async () => (await import('../../i18n/en/candidates.js')).candidates,
});

// Within the song, which has a language of its own.
onLanguage(() => {
  for (const reason of document.querySelectorAll('.variants .small')) reason.setAttribute('lang', currentLanguage());
});

/**
 * Opens or closes the list for a line; only one is open below a stanza.
 *
 * @param {HTMLElement} line
 * @param {Candidates} candidates
 * @throws if the texts cannot be loaded
 */
export async function toggleCandidates(line, candidates) {
  await spoken;
  const stanza = /** @type {HTMLElement} */ (line.parentElement);
  const opened = stanza.querySelector('[aria-expanded="true"]');
  if (opened) {
    opened.setAttribute('aria-expanded', 'false');
    stanza.nextElementSibling?.remove();
  }
  if (opened === line) return;
  line.setAttribute('aria-expanded', 'true');
  const title = h('figcaption', { class: 'small', lang: currentLanguage(), t: 'lineCandidates' });
  const list = h('figure', { class: 'variants' }, title, h('ol', {}, ...candidates.map(row)));
  stanza.after(list);
  list.scrollIntoView({ block: 'nearest' });
}

/** @param {Candidates[number]} candidate */
function row({ text, led, lost_by }) {
  const reason = h('span', { t: /** @type {Key} */ (lost_by ? `lost-${lost_by}` : 'lineChosen') });
  const steered = led ? [' · ', h('span', { t: 'lineLed' })] : [];
  return h('li', {}, text, h('span', { class: 'small', lang: currentLanguage() }, reason, ...steered));
}
