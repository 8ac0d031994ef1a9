// Requests to a worker. Each has an id and always settles, even if the worker crashes or hangs.

import { EngineError } from '../errors.js';

/** @typedef {import('./protocol.js').Failure} Failure */

/** Time a cancelled request has to settle before its worker is terminated. */
const PATIENCE_MS = 1000;

/**
 * Error codes after which the worker is replaced: a panic may leave the wasm memory inconsistent, and browsers may
 * cache the failure to fetch a module.
 */
export const BROKEN = new Set(['engine-crashed', 'engine-unavailable']);

/**
 * @template C
 * @typedef {C extends unknown ? Omit<C, 'id'> : never} Unsent a command before the channel assigns its id
 */

/**
 * @template E
 * @typedef {object} Waiting
 * @property {object} command
 * @property {(event: E) => void} onEvent
 * @property {boolean} cancelled
 * @property {(done: Extract<E, { type: 'done' }>) => void} resolve
 * @property {(error: EngineError) => void} reject
 */

/**
 * @template {{ id: number, type: string }} C commands sent to the worker
 * @template {{ id: number, type: string }} E events sent back: any number, then one of type `done` or `failed`
 */
export class Channel {
  #address;
  #name;
  #onEvent;
  /** @type {Worker | null} */
  #worker = null;
  /** @type {Map<number, Waiting<E>>} */
  #waiting = new Map();
  #ids = 0;

  /**
   * @param {URL} address of the worker's script; the first request starts the worker
   * @param {{ name?: string, onEvent?: (event: E) => void }} [how] `onEvent` receives all events, even those of
   *   settled requests
   */
  constructor(address, { name = '', onEvent = () => {} } = {}) {
    this.#address = address;
    this.#name = name;
    this.#onEvent = onEvent;
  }

  get isBusy() {
    return this.#waiting.size > 0;
  }

  /**
   * @param {Unsent<C>} command
   * @param {(event: E) => void} [onEvent] receives the events before `done` or `failed`
   * @returns {{ done: Promise<Extract<E, { type: 'done' }>>, tell: (message: Unsent<C>) => void, cancel: () => void }}
   *   `done` rejects with an EngineError; `tell` sends a message to a running request
   */
  request(command, onEvent = () => {}) {
    const id = ++this.#ids;
    /** @type {Promise<Extract<E, { type: 'done' }>>} */
    const done = new Promise((resolve, reject) => {
      this.#waiting.set(id, { command: { ...command, id }, onEvent, cancelled: false, resolve, reject });
    });
    this.#send({ ...command, id });
    const tell = (/** @type {object} */ message) => this.#waiting.has(id) && this.#worker?.postMessage({ ...message, id });
    return { done, tell, cancel: () => this.#cancel(id) };
  }

  /**
   * Terminates the worker and rejects all pending requests.
   *
   * @param {Failure} [failure]
   */
  end({ code, message } = { code: 'cancelled', message: 'the worker was ended' }) {
    this.#terminate();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new EngineError(code, message));
  }

  /** @param {object} message */
  #send(message) {
    this.#worker ??= this.#start();
    this.#worker.postMessage(message);
  }

  #start() {
    const worker = new Worker(this.#address, { type: 'module', name: this.#name });
    worker.addEventListener('message', ({ data }) => {
      if (worker === this.#worker) this.#receive(data);
    });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      if (worker !== this.#worker) return;
      // Only errors thrown inside the worker have a message; without one, the script could not be fetched.
      const code = event.message ? 'engine-crashed' : 'engine-unavailable';
      this.end({ code, message: event.message || 'the worker could not start' });
    });
    return worker;
  }

  #terminate() {
    this.#worker?.terminate();
    this.#worker = null;
  }

  /** @param {E} event */
  #receive(event) {
    this.#onEvent(event);
    const waiting = this.#waiting.get(event.id);
    if (!waiting) return;
    if (event.type !== 'done' && event.type !== 'failed') {
      waiting.onEvent(event);
      return;
    }
    this.#waiting.delete(event.id);
    if (event.type === 'done') {
      waiting.resolve(/** @type {Extract<E, { type: 'done' }>} */ (event));
      return;
    }
    const { error } = /** @type {{ error: Failure }} */ (/** @type {unknown} */ (event));
    waiting.reject(new EngineError(error.code, error.message));
    if (BROKEN.has(error.code)) this.end(error);
  }

  /** @param {number} id */
  #cancel(id) {
    const waiting = this.#waiting.get(id);
    if (!waiting || waiting.cancelled) return;
    waiting.cancelled = true;
    this.#worker?.postMessage({ type: 'cancel', id });
    setTimeout(() => {
      if (this.#waiting.has(id)) this.#replace();
    }, PATIENCE_MS);
  }

  /** Replaces an unresponsive worker: rejects cancelled requests and sends the others to the new one. */
  #replace() {
    this.#terminate();
    for (const [id, { command, cancelled, reject }] of this.#waiting) {
      if (!cancelled) {
        this.#send(command);
        continue;
      }
      this.#waiting.delete(id);
      reject(new EngineError('cancelled', 'the worker did not answer'));
    }
  }
}
