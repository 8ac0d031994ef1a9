import { h } from './dom.js';

/**
 * How large a share is, beside its number. (The page's rules for content allow no style in an attribute.)
 *
 * @param {number} share from 0 to 1
 */
export function shareBar(share) {
  return sized(h('span', { class: 'share-bar', 'aria-hidden': 'true' }), share);
}

/**
 * @template {HTMLElement} T
 * @param {T} element whose look depends on a share
 * @param {number} share
 */
export function sized(element, share) {
  element.style.setProperty('--share', share.toFixed(3));
  return element;
}
