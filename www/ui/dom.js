import { say, text } from '../i18n/index.js';

/**
 * An element with attributes and children. Attributes `t` and `tLabel` are keys of the page's
 * texts, for the content and the accessible name.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | boolean> & { t?: import('../i18n/index.js').Key, tLabel?: import('../i18n/index.js').Key }} [attributes]
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, { t, tLabel, ...attributes } = {}, ...children) {
  const element = document.createElement(tag);
  // A browser that translates the page leaves code as it is, and what has a language of its own: songs and tokens.
  if (tag === 'code' || 'lang' in attributes) element.translate = false;
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'string') element.setAttribute(name, value);
    else element.toggleAttribute(name, value);
  }
  element.append(...children);
  if (tLabel) named(element, tLabel);
  return t ? say(element, t) : element;
}

/**
 * @param {import('../i18n/index.js').Key} t
 * @param {() => void} onClick
 * @param {Record<string, string | boolean>} [attributes]
 */
export function button(t, onClick, attributes = {}) {
  const element = h('button', { type: 'button', ...attributes, t });
  element.addEventListener('click', onClick);
  return element;
}

/**
 * What may have to scroll takes the focus, so that the keyboard scrolls it, too. Whether it has to is up to the fonts
 * of the machine, so it always does.
 *
 * @template {HTMLElement} T
 * @param {T} element
 * @param {import('../i18n/index.js').Key} [label] its name, where it has none
 * @returns {T}
 */
export function scrollable(element, label) {
  element.classList.add('scroll');
  element.tabIndex = 0;
  if (!element.hasAttribute('role')) element.setAttribute('role', 'group');
  return label ? named(element, label) : element;
}

/**
 * @template {HTMLElement} T
 * @param {T} element
 * @param {import('../i18n/index.js').Key} label
 */
function named(element, label) {
  element.dataset.tLabel = label;
  element.setAttribute('aria-label', text(label));
  return element;
}

/** @param {HTMLElement} element what happens next; scrolled to where it lies too low, as on a phone */
export function bringIntoSight(element) {
  const { top } = element.getBoundingClientRect();
  if (top > innerHeight * 0.8) element.scrollIntoView({ block: 'start' });
}
