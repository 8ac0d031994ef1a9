// The page's two languages. Elements remember their keys, so that switching rewrites them in place. Texts of the other
// language are only downloaded when it is chosen.

import { readStored, writeStored } from '../storage.js';

/** @typedef {'de' | 'en'} Language */
/** @typedef {keyof typeof import('./en.js').en | keyof typeof import('./en/bench.js').bench | keyof typeof import('./en/read.js').read | keyof typeof import('./en/pictures.js').pictures | keyof typeof import('./en/prefer.js').prefer | keyof typeof import('./en/lesson.js').lesson | keyof typeof import('./en/candidates.js').candidates} Key */
/** @typedef {Record<string, string | number>} Params values for placeholders; numbers are formatted for the language */

/** @typedef {Partial<Record<Key, string>>} Words */

/** The loaded texts, by language. @type {Partial<Record<Language, Words>>} */
const known = {};
/** @typedef {Record<Language, () => Promise<Words>>} Source loads the texts of each language */

/** The sources of the page and of its parts opened so far. @type {Source[]} */
const sources = [];
const STORAGE_KEY = 'liedwerk-language';

/** @type {Language} */
let language = 'en';
/** @type {Set<() => void>} */
const listeners = new Set();

/**
 * Sets the source of the page's texts. Must be called before any text is used.
 *
 * @param {Source} given the texts of the current page
 */
export function speakFrom(given) {
  sources.push(given);
}

/**
 * Adds the texts of a part of the page that is loaded on demand.
 *
 * @param {Source} given
 * @throws if they cannot be loaded
 */
export async function learn(given) {
  sources.push(given);
  for (const spoken of /** @type {Language[]} */ (Object.keys(known))) Object.assign(known[spoken] ?? {}, await given[spoken]());
}

/** @param {Language} chosen */
async function words(chosen) {
  /** @type {Words} */
  const all = {};
  // Sources may be added while this loop waits.
  for (const source of sources) Object.assign(all, await source[chosen]());
  return all;
}

/** @returns {Language} */
export function currentLanguage() {
  return language;
}

/**
 * Returns the language of the link or, failing that, the reader's earlier choice, the browser's languages, English.
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

/** The language requested last; another may still be loading. @type {Language | ''} */
let wanted = '';

/**
 * Switches the page's language once the texts have loaded.
 *
 * @param {Language} chosen
 * @returns {Promise<void>}
 * @throws if the texts cannot be loaded
 */
export async function setLanguage(chosen) {
  wanted = chosen;
  known[chosen] ??= await words(chosen);
  if (wanted !== chosen) return;
  language = chosen;
  document.documentElement.lang = chosen;
  document.documentElement.dataset.spoken = '';
  for (const element of document.querySelectorAll('[data-t], [data-t-label]')) {
    render(/** @type {HTMLElement} */ (element));
  }
  for (const listener of listeners) listener();
}

/** @param {Language} chosen */
export function rememberLanguage(chosen) {
  writeStored(STORAGE_KEY, chosen);
}

/** Registers a listener that updates anything but the plain text of an element. @param {() => void} listener */
export function onLanguage(listener) {
  listeners.add(listener);
}

/**
 * Returns a text in the current language.
 *
 * @param {Key} key
 * @param {Params} [params]
 */
export function text(key, params = {}) {
  const sentence = known[language]?.[key];
  if (sentence === undefined) throw new Error(`no text ${key} on this page`);
  return sentence.replace(/\{(\w+)\}/g, (_, name) => {
    const value = params[name];
    return typeof value === 'number' ? formatNumber(value) : String(value);
  });
}

/**
 * Cached number formats: creating one is slower than using it, and a table of weights has hundreds of numbers.
 *
 * @type {Map<string, Intl.NumberFormat>}
 */
const formats = new Map();

/**
 * Formats a number for the current language.
 *
 * @param {number} value
 * @param {Intl.NumberFormatOptions} [options]
 */
export function formatNumber(value, options = {}) {
  const key = language + JSON.stringify(options);
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(language, options);
    formats.set(key, format);
  }
  return format.format(value);
}

/**
 * Shows a text in an element, now and after each change of language.
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
