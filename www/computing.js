// The device this visitor computes on: the choice, and what is known about the GPU. It is a local preference that no
// link carries.

import { readStored, writeStored } from './storage.js';

/** @typedef {import('./engine/protocol.js').Checked} Checked */
/** @typedef {import('./engine/protocol.js').DeviceEvent} DeviceEvent */
/** @typedef {import('./engine/protocol.js').Failure} Failure */
/** @typedef {import('./engine/protocol.js').Race} Race */
/** @typedef {import('./engine/protocol.js').Rates} Rates */
/** @typedef {import('./engine/protocol.js').DeviceWish} DeviceWish */

/** @typedef {DeviceWish['choice']} Choice */

/** @type {readonly Choice[]} */
export const CHOICES = ['cpu', 'gpu', 'auto'];

const CHOICE_KEY = 'liedwerk-device';
const CORES_KEY = 'liedwerk-cores';
/** With more workers, each share of a batch is too small to be efficient. */
const MOST_CORES = 8;
const RACES_KEY = 'liedwerk-races';
/** Number of race results to keep, one per model and GPU; the oldest are dropped. */
const MOST_RACES = 20;

export class Computing {
  /** @type {Choice} */
  #choice = CHOICES.find((choice) => choice === readStored(CHOICE_KEY)) ?? 'cpu';
  #attempt = 1;
  /** @type {Checked | Failure | null} */
  #report = null;
  #races = storedRaces();
  /** Races that decided a run's device, by key. @type {Map<string, Race>} */
  #decided = new Map();
  /** @type {Set<() => void>} */
  #listeners = new Set();
  /** Checks the GPU; set by main.js. @type {() => Promise<unknown>} */
  check = () => Promise.resolve();

  get choice() {
    return this.#choice;
  }

  /** Maximum number of training workers on this device. */
  get mostCores() {
    return Math.min(navigator.hardwareConcurrency || 1, MOST_CORES);
  }

  /** Number of training workers. By default all cores but one; on a phone, which heats up, one worker. */
  get cores() {
    const usual = matchMedia('(pointer: coarse)').matches ? 1 : Math.max(1, this.mostCores - 1);
    return Math.min(Number(readStored(CORES_KEY)) || usual, this.mostCores);
  }

  set cores(cores) {
    writeStored(CORES_KEY, String(cores));
    this.#tell();
  }

  /** Result of checking the GPU; null until it is known. */
  get report() {
    return this.#report;
  }

  /** @returns {Race[]} */
  get races() {
    return this.#choice === 'auto' ? [...this.#decided.values()] : [];
  }

  /**
   * Applies the visitor's choice, requests a lost GPU again and discards old races.
   *
   * @param {Choice} choice
   */
  choose(choice) {
    this.#choice = choice;
    writeStored(CHOICE_KEY, choice);
    this.#races = {};
    this.#attempt += 1;
    this.begin();
  }

  /** Checks the GPU unless the choice is `cpu`. */
  begin() {
    const attempt = this.#attempt;
    this.#report = null;
    this.#decided.clear();
    if (this.#choice !== 'cpu') {
      this.check().catch((error) => this.take({ attempt, report: error }));
    }
    this.#tell();
  }

  /**
   * Returns the device wish to send with a run.
   *
   * @param {boolean} replay whether the result must be reproducible, as for links; the CPU gives the same bits everywhere
   * @returns {DeviceWish}
   */
  wish(replay) {
    const choice = replay || isFailure(this.#report) ? 'cpu' : this.#choice;
    return { choice, attempt: this.#attempt, races: choice === 'auto' ? this.#races : {} };
  }

  /**
   * Takes over what the worker has found.
   *
   * @param {Pick<DeviceEvent, 'attempt' | 'report' | 'race'>} found
   */
  take({ attempt, report, race }) {
    if (attempt !== this.#attempt) return;
    this.#report = report;
    if (race) {
      const { key, cpu, gpu } = race;
      this.#decided.set(key, race);
      this.#races = Object.fromEntries([...Object.entries(this.#races), [key, { cpu, gpu }]].slice(-MOST_RACES));
      writeStored(RACES_KEY, JSON.stringify(this.#races));
    }
    this.#tell();
  }

  /** @param {() => void} listener */
  onChange(listener) {
    this.#listeners.add(listener);
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }
}

/**
 * @param {Checked | Failure | null} report
 * @returns {report is Failure}
 */
export function isFailure(report) {
  return report !== null && 'code' in report;
}

/** @returns {Record<string, Rates>} */
function storedRaces() {
  try {
    const races = Object.entries(JSON.parse(readStored(RACES_KEY) ?? '{}'));
    return Object.fromEntries(races.filter(([, { cpu, gpu }]) => cpu > 0 && gpu > 0));
  } catch {
    return {};
  }
}
