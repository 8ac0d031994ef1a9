import { makeLink } from '../link.js';
import { isOwn } from '../shelf/shelf.js';
import { MODELS_OF } from '../state.js';
import { h } from './dom.js';

/** @typedef {import('../i18n/index.js').Key} Key */

/**
 * @typedef {object} Told a text that a link should reproduce
 * @property {boolean} byGpu whether a GPU wrote it; a link always runs on the CPU
 * @property {() => Promise<string[]>} prove makes proofs of the text shown
 */

/**
 * Makes a link that restores everything and starts by itself.
 *
 * @param {import('../state.js').Settings} settings
 * @param {import('../state.js').ViewId} view whose settings it carries
 * @param {Told} text
 */
export async function linkOf(settings, view, text) {
  const proofs = text.byGpu ? [] : await text.prove();
  return { proofs, link: new URL(await makeLink(settings, view, proofs), location.href).href };
}

/**
 * Copies such a link, or shows it if the browser refuses to copy.
 *
 * @param {import('../state.js').Settings} settings
 * @param {import('../state.js').ViewId} view
 * @param {HTMLElement} place for the link when it can't be copied
 * @param {Told} text
 * @returns {Promise<Key>} what to tell the visitor
 */
export async function copyLink(settings, view, place, text) {
  const { byGpu } = text;
  const { link, proofs } = await linkOf(settings, view, text);
  place.replaceChildren();
  const own = MODELS_OF[view]?.some((name) => isOwn(settings[name]));
  if (await copied(link)) return own ? 'linkCopiedOwn' : byGpu ? 'linkCopiedGpu' : proofs.length ? 'linkCopiedProven' : 'linkCopied';
  const field = h('input', { type: 'text', readonly: true, tLabel: 'copyLink', class: 'link' });
  field.value = link;
  place.append(h('p', { class: 'small', t: 'linkShown' }), field);
  if (byGpu) place.append(h('p', { class: 'small', t: 'linkReplays' }));
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
