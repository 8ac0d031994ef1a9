import { makeLink } from '../link.js';
import { isOwn } from '../shelf/shelf.js';
import { MODELS_OF } from '../state.js';
import { h } from './dom.js';

/** @typedef {import('../i18n/index.js').Key} Key */

/**
 * Copies a link that restores everything and starts by itself. Where the browser refuses, the
 * link is shown instead.
 *
 * @param {import('../state.js').Settings} settings
 * @param {import('../state.js').ViewId} view whose settings it carries
 * @param {HTMLElement} place for the link when it can't be copied
 * @param {{ byGpu: boolean, prove: () => Promise<string[]> }} text whether a GPU wrote it, while what a link starts is
 *   computed on the CPU; proofs of what stands there with these settings
 * @returns {Promise<Key>} what to tell the visitor
 */
export async function copyLink(settings, view, place, text) {
  const { byGpu } = text;
  const proofs = byGpu ? [] : await text.prove();
  const link = new URL(await makeLink(settings, view, proofs), location.href).href;
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
