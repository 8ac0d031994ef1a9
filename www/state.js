// Every setting of the page, declared once. Input fields, limits and the link all follow this table.

/**
 * Longer beginnings are cut from the left, in links and on the way to the engine. The engine reads
 * the last 2,000 characters that it knows; this leaves room for those that it does not.
 */
export const PROMPT_LENGTH = 4000;

/**
 * @typedef {object} Settings
 * @property {string} model the id of a model of the manifest; empty for the first one
 * @property {string} prompt
 * @property {number} temperature
 * @property {number} top_k
 * @property {number} top_p
 * @property {number} repetition_penalty
 * @property {number} max_new_tokens
 * @property {number} seed
 * @property {'' | 'de' | 'en'} lang a language that the link asks for; empty for the reader's own
 *
 * @typedef {{ name: 'model' | 'prompt' | 'lang', type: 'text', key: string, default: string, cut?: number, among?: string[] }} TextField
 * @typedef {{ name: 'temperature' | 'top_k' | 'top_p' | 'repetition_penalty' | 'max_new_tokens' | 'seed',
 *   type: 'number' | 'integer', key: string, min: number, max: number, step: number, default: number,
 *   always?: boolean }} NumberField
 */

/** @type {readonly TextField[]} */
export const TEXT_FIELDS = [
  { name: 'model', type: 'text', key: 'model', default: '', cut: 100 },
  { name: 'prompt', type: 'text', key: 'prompt', default: 'O the wind and the rain,\n', cut: PROMPT_LENGTH },
  { name: 'lang', type: 'text', key: 'lang', default: '', among: ['', 'de', 'en'] },
];

/** @type {readonly NumberField[]} */
export const NUMBER_FIELDS = [
  { name: 'temperature', type: 'number', key: 'temperature', min: 0, max: 2, step: 0.05, default: 0.7 },
  { name: 'top_k', type: 'integer', key: 'top-k', min: 0, max: 100, step: 1, default: 0 },
  { name: 'top_p', type: 'number', key: 'top-p', min: 0.05, max: 1, step: 0.05, default: 1 },
  { name: 'repetition_penalty', type: 'number', key: 'repetition', min: 1, max: 2, step: 0.05, default: 1 },
  { name: 'max_new_tokens', type: 'integer', key: 'length', min: 1, max: 10000, step: 1, default: 600 },
  // A link without its seed would not give the same text, so it always carries it.
  { name: 'seed', type: 'integer', key: 'seed', min: 0, max: Number.MAX_SAFE_INTEGER, step: 1, default: 0, always: true },
];

/** The link starts by itself when it carries `go=1`. */
const GO = 'go';

/**
 * @param {NumberField} field
 * @param {string | null} text
 * @returns {number | null} null where the text is no allowed value of the field
 */
export function parseNumber(field, text) {
  if (text === null || !/^\d{1,16}(\.\d{1,6})?$/.test(text)) return null;
  const value = Number(text);
  if (value < field.min || value > field.max) return null;
  return field.type === 'integer' && !Number.isSafeInteger(value) ? null : value;
}

/**
 * Reads a link. A field that is missing, malformed or out of range keeps its default; nothing
 * that a stranger put into a link can do more than that.
 *
 * @param {string} hash location.hash
 * @returns {{ settings: Settings, go: boolean, hasSeed: boolean }}
 */
export function fromHash(hash) {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  /** @type {Record<string, string | number>} */
  const settings = {};
  for (const field of TEXT_FIELDS) {
    const text = given.get(field.key) ?? field.default;
    const allowed = !field.among || field.among.includes(text);
    settings[field.name] = allowed ? keepEnd(text, field.cut) : field.default;
  }
  for (const field of NUMBER_FIELDS) {
    settings[field.name] = parseNumber(field, given.get(field.key)) ?? field.default;
  }
  const seed = NUMBER_FIELDS.find(({ name }) => name === 'seed');
  return {
    settings: /** @type {Settings} */ (/** @type {unknown} */ (settings)),
    go: given.get(GO) === '1',
    hasSeed: seed !== undefined && parseNumber(seed, given.get(seed.key)) !== null,
  };
}

/**
 * @param {Settings} settings
 * @param {{ go: boolean }} how
 * @returns {string} starting with '#'; only what differs from the defaults, and the seed
 */
export function toHash(settings, { go }) {
  const given = new URLSearchParams();
  for (const { name, key, default: usual, cut } of TEXT_FIELDS) {
    if (settings[name] !== usual) given.set(key, keepEnd(settings[name], cut));
  }
  for (const { name, key, default: usual, always } of NUMBER_FIELDS) {
    if (always || settings[name] !== usual) given.set(key, String(settings[name]));
  }
  if (go) given.set(GO, '1');
  return `#${given}`;
}

/** Short enough to be read aloud, and of the page's choosing, so that it can be repeated. */
export function randomSeed() {
  return crypto.getRandomValues(new Uint32Array(1))[0] % 1_000_000;
}

/**
 * The end of a text matters most to what is written next, so the beginning is cut.
 *
 * @param {string} text
 * @param {number | undefined} length
 */
export function keepEnd(text, length) {
  if (length === undefined || text.length <= length) return text;
  const kept = text.slice(-length);
  // Half of a surrogate pair is no character.
  return /^[\uDC00-\uDFFF]/.test(kept) ? kept.slice(1) : kept;
}

/** The settings as they are now, and those who want to hear of changes. */
export class State {
  /** @type {Settings} */
  #settings;
  /** @type {Set<() => void>} */
  #listeners = new Set();

  /** @param {Settings} settings */
  constructor(settings) {
    this.#settings = settings;
  }

  /** @returns {Readonly<Settings>} */
  get settings() {
    return this.#settings;
  }

  /** @param {Partial<Settings>} change */
  set(change) {
    this.#settings = { ...this.#settings, ...change };
    for (const listener of this.#listeners) listener();
  }

  /** @param {() => void} listener called after each change */
  onChange(listener) {
    this.#listeners.add(listener);
  }
}
