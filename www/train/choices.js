// The choices of this browser: what was better than what, and no word about who said so.

import { EngineError } from '../errors.js';
import { readStored, writeStored } from '../storage.js';

/**
 * @typedef {object} Choice see src/prefer/choices.rs
 * @property {string} beginning
 * @property {string} first
 * @property {string} second
 * @property {'first' | 'second' | 'neither'} better
 * @property {string} by `hand`, or a judge's name
 */

const STORAGE_KEY = 'liedwerk-choices';
const HEAD = { liedwerk: 'choices', version: 1 };

export class ChoiceList {
  /** @type {Choice[]} */
  #all = [];
  #onChange;

  /** @param {() => void} onChange */
  constructor(onChange) {
    this.#onChange = onChange;
    try {
      this.#all = read(readStored(STORAGE_KEY) ?? '');
    } catch {
      // Of another version, or nothing.
    }
  }

  get all() {
    return this.#all;
  }

  /** Those that say which one is better. */
  get telling() {
    return this.#all.filter(({ better }) => better !== 'neither').length;
  }

  /** @param {Choice} choice */
  add(choice) {
    this.#set([...this.#all, choice]);
  }

  /** @returns {Choice | undefined} what was taken back */
  undo() {
    const last = this.#all.at(-1);
    this.#set(this.#all.slice(0, -1));
    return last;
  }

  clear() {
    this.#set([]);
  }

  /**
   * Those of a file behind those that are there.
   *
   * @param {string} text
   * @throws {EngineError} bad-choices
   */
  join(text) {
    this.#set([...this.#all, ...read(text)]);
  }

  /**
   * Those of a file instead of those that are there.
   *
   * @param {string} text
   * @throws {EngineError} bad-choices
   */
  replace(text) {
    this.#set(read(text));
  }

  /** The content of a file. */
  lines() {
    return [HEAD, ...this.#all].map((line) => `${JSON.stringify(line)}\n`).join('');
  }

  /** @param {Choice[]} all */
  #set(all) {
    this.#all = all;
    writeStored(STORAGE_KEY, this.lines());
    this.#onChange();
  }
}

/**
 * @param {string} text
 * @returns {Choice[]}
 * @throws {EngineError} bad-choices
 */
function read(text) {
  const bad = () => new EngineError('bad-choices', 'this is no file of choices');
  const [head, ...lines] = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .filter((line) => line.trim());
  try {
    const { liedwerk, version } = JSON.parse(head);
    if (liedwerk !== HEAD.liedwerk || version !== HEAD.version) throw bad();
    return lines.map((line) => checked(JSON.parse(line)));
  } catch {
    throw bad();
  }
}

/**
 * @param {any} choice from outside
 * @returns {Choice}
 */
function checked({ beginning, first, second, better, by }) {
  const texts = [beginning, first, second, by].every((text) => typeof text === 'string');
  if (!texts || !['first', 'second', 'neither'].includes(better)) throw new Error('no choice');
  return { beginning, first, second, better, by };
}
