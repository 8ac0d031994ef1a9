import { h } from './dom.js';

/**
 * A bar that shows a share beside its number. (The content security policy forbids style attributes.)
 *
 * @param {number} share from 0 to 1
 */
export function shareBar(share) {
  return sized(h('span', { class: 'share-bar', 'aria-hidden': 'true' }), share);
}

/**
 * @template {HTMLElement} T
 * @param {T} element whose style uses `--share`
 * @param {number} share
 */
export function sized(element, share) {
  element.style.setProperty('--share', share.toFixed(3));
  return element;
}
