// Where this visitor's songs are computed: the choice, and what is known of the GPU. It is the visitor's own,
// so no link carries it.

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
/** With more, the share of each is too small to be computed fast. */
const MOST_CORES = 8;
const RACES_KEY = 'liedwerk-races';
/** Each is a model on a GPU; those of weights and GPUs that are no more go some day. */
const MOST_RACES = 20;

export class Computing {
  /** @type {Choice} */
  #choice = CHOICES.find((choice) => choice === readStored(CHOICE_KEY)) ?? 'cpu';
  #attempt = 1;
  /** @type {Checked | Failure | null} */
  #report = null;
  #races = storedRaces();
  /** Those that decided where a song was written, by what they were about. @type {Map<string, Race>} */
  #decided = new Map();
  /** @type {Set<() => void>} */
  #listeners = new Set();
  /** Has the GPU checked; set by whoever can. @type {() => Promise<unknown>} */
  check = () => Promise.resolve();

  get choice() {
    return this.#choice;
  }

  /** Workers that a training could use here. */
  get mostCores() {
    return Math.min(navigator.hardwareConcurrency || 1, MOST_CORES);
  }

  /** Those that it uses: all but one, which is left to the page; on a phone, which grows hot, one. */
  get cores() {
    const usual = matchMedia('(pointer: coarse)').matches ? 1 : Math.max(1, this.mostCores - 1);
    return Math.min(Number(readStored(CORES_KEY)) || usual, this.mostCores);
  }

  set cores(cores) {
    writeStored(CORES_KEY, String(cores));
    this.#tell();
  }

  /** What is known of the GPU; null while it is not known yet. */
  get report() {
    return this.#report;
  }

  /** @returns {Race[]} */
  get races() {
    return this.#choice === 'auto' ? [...this.#decided.values()] : [];
  }

  /**
   * At the visitor's word: a GPU that was lost is asked for anew, and an old race counts no more.
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

  /** Has the GPU checked, where it is wished for. */
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
   * What a run is told.
   *
   * @param {boolean} replay a link gives the same text everywhere, so it is computed where all compute alike
   * @returns {DeviceWish}
   */
  wish(replay) {
    const choice = replay || isFailure(this.#report) ? 'cpu' : this.#choice;
    return { choice, attempt: this.#attempt, races: choice === 'auto' ? this.#races : {} };
  }

  /**
   * What the worker has found.
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
