import { h } from './dom.js';

/** The browser may ask where to, so the file lives on for a while. */
const LIVES_MS = 60_000;

/**
 * Hands the visitor a file.
 *
 * @param {BlobPart} content
 * @param {string} name
 * @param {string} type
 */
export function saveFile(content, name, type) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  h('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), LIVES_MS);
}
