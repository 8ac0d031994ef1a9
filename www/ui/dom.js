import { say, text } from '../i18n/index.js';

/**
 * Creates an element with attributes and children. `t` and `tLabel` are keys of the page's texts, for the content and
 * the accessible name.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | boolean> & { t?: import('../i18n/index.js').Key, tLabel?: import('../i18n/index.js').Key }} [attributes]
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, { t, tLabel, ...attributes } = {}, ...children) {
  const element = document.createElement(tag);
  // Exclude code, songs and tokens (which have a `lang`) from the browser's page translation.
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
 * Makes an element scrollable and focusable, so that the keyboard can scroll it. It is always focusable, since whether
 * it overflows depends on the installed fonts.
 *
 * @template {HTMLElement} T
 * @param {T} element
 * @param {import('../i18n/index.js').Key} [label] its accessible name, if it has none
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

/** Scrolls an element into view if it is near or below the bottom edge, as on a phone. @param {HTMLElement} element */
export function bringIntoSight(element) {
  const { top } = element.getBoundingClientRect();
  if (top > innerHeight * 0.8) element.scrollIntoView({ block: 'start' });
}
