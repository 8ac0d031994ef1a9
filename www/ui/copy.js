import { makeLink } from '../link.js';
import { h } from './dom.js';

/** @typedef {import('../i18n/index.js').Key} Key */

/**
 * Copies a link that restores everything and starts by itself. Where the browser refuses, the
 * link is shown instead.
 *
 * @param {import('../state.js').Settings} settings
 * @param {import('../state.js').ViewId} view whose settings it carries
 * @param {HTMLElement} place for the link when it can't be copied
 * @param {() => Promise<string[]>} [prove] proofs of the texts that stand there with these settings
 * @returns {Promise<Key>} what to tell the visitor
 */
export async function copyLink(settings, view, place, prove = async () => []) {
  const proofs = await prove();
  const link = new URL(await makeLink(settings, view, proofs), location.href).href;
  place.replaceChildren();
  if (await copied(link)) return proofs.length ? 'linkCopiedProven' : 'linkCopied';
  const field = h('input', { type: 'text', readonly: true, tLabel: 'copyLink', class: 'link' });
  field.value = link;
  place.append(h('p', { class: 'small', t: 'linkShown' }), field);
  field.select();
  return 'linkShown';
}

/**
 * @param {string} song
 * @returns {Promise<Key>}
 */
export async function copyText(song) {
  return (await copied(song)) ? 'textCopied' : 'textNotCopied';
}

/** @param {string} value */
export async function copied(value) {
  try {
    await navigator.clipboard.writeText(value);
    return true;
  } catch {
    return false;
  }
}
