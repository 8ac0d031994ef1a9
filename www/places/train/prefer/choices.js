// The preferences collected in this browser: which stanza was better, without personal data.

import { EngineError } from '../../../errors.js';
import { readStored, writeStored } from '../../../storage.js';

/**
 * @typedef {object} Choice see src/prefer/choices.rs
 * @property {string} beginning
 * @property {string} first
 * @property {string} second
 * @property {'first' | 'second' | 'neither'} better
 * @property {string} by `hand`, or a judge's name
 */

const STORAGE_KEY = 'liedwerk-choices';
/** Storage key of the number of comparisons drawn for each model and seed. */
const DRAWN_KEY = 'liedwerk-comparisons';
const HEAD = { liedwerk: 'choices', version: 1 };
/** The limits of src/prefer/choices.rs. */
const MOST_CHOICES = 20_000;
const MOST_CHARACTERS = 2000;

export class ChoiceList {
  /** @type {Choice[]} */
  #all = [];
  /** @type {Record<string, number>} */
  #drawn = {};
  #onChange;

  /** @param {() => void} onChange */
  constructor(onChange) {
    this.#onChange = onChange;
    // Stored data may be from an earlier version: skip malformed choices and keep the others.
    this.#all = kept(readStored(STORAGE_KEY) ?? '');
    this.#drawn = counts(readStored(DRAWN_KEY) ?? '');
  }

  get all() {
    return this.#all;
  }

  /** Number of choices with a preference. */
  get telling() {
    return this.#all.filter(({ better }) => better !== 'neither').length;
  }

  /** @param {Choice} choice */
  add(choice) {
    this.#set([...this.#all, choice]);
  }

  /** Removes the last choice. @returns {Choice | undefined} the removed choice */
  undo() {
    const last = this.#all.at(-1);
    this.#set(this.#all.slice(0, -1));
    return last;
  }

  clear() {
    this.#drawn = {};
    writeStored(DRAWN_KEY, '');
    this.#set([]);
  }

  /**
   * Appends the choices of a file.
   *
   * @param {string} text
   * @throws {EngineError} bad-choices
   */
  join(text) {
    const all = [...this.#all, ...read(text)];
    if (all.length > MOST_CHOICES) throw new EngineError('bad-choices', `there are ${all.length} choices, at most ${MOST_CHOICES}`);
    this.#set(all);
  }

  /** Returns the choices in the format of a file (JSON lines). */
  lines() {
    return [HEAD, ...this.#all].map((line) => `${JSON.stringify(line)}\n`).join('');
  }

  /**
   * Returns the number of the next comparison; it survives a reload.
   *
   * @param {string} model
   * @param {number} seed
   */
  due(model, seed) {
    return this.#drawn[`${model} ${seed}`] ?? 0;
  }

  /**
   * @param {string} model
   * @param {number} seed
   * @param {number} k number of the comparison that has been drawn
   */
  hasDrawn(model, seed, k) {
    this.#drawn[`${model} ${seed}`] = k + 1;
    writeStored(DRAWN_KEY, JSON.stringify(this.#drawn));
  }

  /** @param {Choice[]} all */
  #set(all) {
    this.#all = all;
    writeStored(STORAGE_KEY, this.lines());
    this.#onChange();
  }
}

/**
 * @param {string} text of a file
 * @returns {Choice[]}
 * @throws {EngineError} bad-choices
 */
function read(text) {
  const [head, ...lines] = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .filter((line) => line.trim());
  try {
    checkHead(head);
    return lines.map((line) => checked(JSON.parse(line)));
  } catch (error) {
    throw new EngineError('bad-choices', error instanceof Error ? error.message : 'this is not a file of choices');
  }
}

/**
 * @param {string} text of this browser's storage
 * @returns {Choice[]} the well-formed ones
 */
function kept(text) {
  const [head, ...lines] = text.split('\n').filter((line) => line.trim());
  const one = (/** @type {string} */ line) => {
    try {
      return [checked(JSON.parse(line))];
    } catch {
      return [];
    }
  };
  try {
    checkHead(head);
    return lines.flatMap(one).slice(0, MOST_CHOICES);
  } catch {
    return []; // Nothing stored, or another version.
  }
}

/** @param {string} head */
function checkHead(head) {
  const { liedwerk, version } = JSON.parse(head);
  if (liedwerk !== HEAD.liedwerk || version !== HEAD.version) throw new Error('this is not a file of choices');
}

/**
 * @param {any} choice untrusted input
 * @returns {Choice}
 */
function checked({ beginning, first, second, better, by }) {
  const texts = [beginning, first, second, by];
  if (!texts.every((text) => typeof text === 'string')) throw new Error('a line is no choice');
  if (!['first', 'second', 'neither'].includes(better)) throw new Error(`${better} is no verdict`);
  if (texts.some((text) => [...text].length > MOST_CHARACTERS)) throw new Error(`a text has more than ${MOST_CHARACTERS} characters`);
  if (!first.trim() || !second.trim()) throw new Error('a stanza is empty');
  return { beginning, first, second, better, by };
}

/**
 * @param {string} text
 * @returns {Record<string, number>}
 */
function counts(text) {
  try {
    const numbers = Object.entries(JSON.parse(text)).filter(([, k]) => Number.isSafeInteger(k));
    return /** @type {Record<string, number>} */ (Object.fromEntries(numbers));
  } catch {
    return {};
  }
}
