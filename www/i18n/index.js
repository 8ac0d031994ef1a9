// The page's two languages. An element remembers its key, so that switching rewrites it in place.

import { readStored, writeStored } from '../storage.js';

/** @typedef {'de' | 'en'} Language */
/** @typedef {keyof typeof import('./en.js').en | keyof typeof import('./en/bench.js').bench} Key */
/** @typedef {Record<string, string | number>} Params numbers are written as the language writes them */

/** Of the page that is open; the others' would only be downloaded. @type {Record<Language, Partial<Record<Key, string>>>} */
const TEXTS = { de: {}, en: {} };
const STORAGE_KEY = 'liedwerk-language';

/** @type {Language} */
let language = 'en';
/** @type {Set<() => void>} */
const listeners = new Set();

/**
 * To be called before anything speaks.
 *
 * @param {Record<Language, Partial<Record<Key, string>>>} texts
 */
export function learn(texts) {
  Object.assign(TEXTS.de, texts.de);
  Object.assign(TEXTS.en, texts.en);
}

/** @returns {Language} */
export function currentLanguage() {
  return language;
}

/**
 * The link's wish, then the reader's earlier choice, then the browser's languages, then English.
 *
 * @param {'' | Language} wished
 * @returns {Language}
 */
export function preferredLanguage(wished) {
  const offered = [wished, readStored(STORAGE_KEY), ...navigator.languages];
  for (const candidate of offered) {
    const short = candidate?.slice(0, 2).toLowerCase();
    if (short === 'de' || short === 'en') return short;
  }
  return 'en';
}

/** @param {Language} chosen */
export function setLanguage(chosen) {
  language = chosen;
  document.documentElement.lang = chosen;
  for (const element of document.querySelectorAll('[data-t], [data-t-label]')) {
    render(/** @type {HTMLElement} */ (element));
  }
  for (const listener of listeners) listener();
}

/** @param {Language} chosen */
export function rememberLanguage(chosen) {
  writeStored(STORAGE_KEY, chosen);
}

/** @param {() => void} listener for what is not a plain text in one element */
export function onLanguage(listener) {
  listeners.add(listener);
}

/**
 * @param {Key} key
 * @param {Params} [params]
 */
export function text(key, params = {}) {
  return textIn(language, key, params);
}

/**
 * @param {Language} wanted whatever the page's language is now
 * @param {Key} key
 * @param {Params} [params]
 */
export function textIn(wanted, key, params = {}) {
  const sentence = TEXTS[wanted][key];
  if (sentence === undefined) throw new Error(`no text ${key} on this page`);
  return sentence.replace(/\{(\w+)\}/g, (_, name) => {
    const value = params[name];
    return typeof value === 'number' ? numberIn(wanted, value) : String(value);
  });
}

/**
 * Made once: a table of weights has hundreds of numbers, and making a format takes longer than using it.
 *
 * @type {Map<string, Intl.NumberFormat>}
 */
const formats = new Map();

/**
 * A number as the reader writes it.
 *
 * @param {number} value
 * @param {Intl.NumberFormatOptions} [options]
 */
export function formatNumber(value, options) {
  return numberIn(language, value, options);
}

/**
 * @param {Language} wanted
 * @param {number} value
 * @param {Intl.NumberFormatOptions} [options]
 */
function numberIn(wanted, value, options = {}) {
  const key = wanted + JSON.stringify(options);
  let format = formats.get(key);
  if (!format) formats.set(key, (format = new Intl.NumberFormat(wanted, options)));
  return format.format(value);
}

/**
 * Writes a text into an element, now and after each change of language.
 *
 * @template {HTMLElement} E
 * @param {E} element
 * @param {Key} key
 * @param {Params} [params]
 * @returns {E}
 */
export function say(element, key, params) {
  element.dataset.t = key;
  element.dataset.tParams = JSON.stringify(params ?? {});
  render(element);
  return element;
}

/**
 * @template {HTMLElement} E
 * @param {E} element
 * @returns {E}
 */
export function saysNothing(element) {
  delete element.dataset.t;
  element.textContent = '';
  return element;
}

/** @param {HTMLElement} element */
function render(element) {
  const { t, tLabel, tParams } = element.dataset;
  if (t) element.textContent = text(/** @type {Key} */ (t), JSON.parse(tParams ?? '{}'));
  if (tLabel) element.setAttribute('aria-label', text(/** @type {Key} */ (tLabel)));
}
