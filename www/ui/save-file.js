import { h } from './dom.js';

/** Lifetime of the object URL: the browser may ask the visitor where to save. */
const LIVES_MS = 60_000;

/**
 * Downloads a file.
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
