// The page's two languages. An element remembers its key, so that switching rewrites it in place. Only the words of the
// language that is read are fetched; the other's come when it is chosen.

import { readStored, writeStored } from '../storage.js';

/** @typedef {'de' | 'en'} Language */
/** @typedef {keyof typeof import('./en.js').en | keyof typeof import('./en/bench.js').bench | keyof typeof import('./en/read.js').read | keyof typeof import('./en/pictures.js').pictures | keyof typeof import('./en/prefer.js').prefer | keyof typeof import('./en/lesson.js').lesson} Key */
/** @typedef {Record<string, string | number>} Params numbers are written as the language writes them */

/** @typedef {Partial<Record<Key, string>>} Words */

/** What has been fetched, by language. @type {Partial<Record<Language, Words>>} */
const known = {};
/** @typedef {Record<Language, () => Promise<Words>>} Source how the words of each language are fetched */

/** Those of the page, and of the parts of it that have been asked for. @type {Source[]} */
const sources = [];
const STORAGE_KEY = 'liedwerk-language';

/** @type {Language} */
let language = 'en';
/** @type {Set<() => void>} */
const listeners = new Set();

/**
 * To be called before anything speaks.
 *
 * @param {Source} given the words of the page that is open
 */
export function speakFrom(given) {
  sources.push(given);
}

/**
 * Words of a part of the page that not everybody sees.
 *
 * @param {Source} given
 * @throws if they do not arrive
 */
export async function learn(given) {
  sources.push(given);
  for (const spoken of /** @type {Language[]} */ (Object.keys(known))) Object.assign(known[spoken] ?? {}, await given[spoken]());
}

/** @param {Language} chosen */
async function words(chosen) {
  /** @type {Words} */
  const all = {};
  // Another part may be asked for meanwhile.
  for (const source of sources) Object.assign(all, await source[chosen]());
  return all;
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

/** The language that was asked for last; another may still be on its way. @type {Language | ''} */
let wanted = '';

/**
 * Turns the page into a language once its words are there. Until then it stays as it is.
 *
 * @param {Language} chosen
 * @returns {Promise<void>}
 * @throws if the words do not arrive
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

/** @param {() => void} listener for what is not a plain text in one element */
export function onLanguage(listener) {
  listeners.add(listener);
}

/**
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
