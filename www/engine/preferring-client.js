// The page's interface to the worker that learns from preferences.

import { Channel } from './channel.js';

/** @typedef {import('./preferring-protocol.js').PreferringJob} PreferringJob */
/** @typedef {import('./preferring-protocol.js').PreferringNews} PreferringNews */

/**
 * @template T
 * @typedef {{ done: Promise<T>, stop: () => void }} Running a long-running job; `done` rejects with an EngineError
 */

export class PreferringClient {
  /** @type {Channel<import('./preferring-protocol.js').PreferringCommand, import('./preferring-protocol.js').PreferringEvent>} */
  #channel = new Channel(new URL('./preferring-worker.js', import.meta.url));

  /**
   * @template T
   * @param {import('./channel.js').Unsent<PreferringJob>} job
   * @param {(news: PreferringNews) => void} [onNews]
   * @returns {Running<T>}
   */
  ask(job, onNews = () => {}) {
    const { done, tell } = this.#channel.request(job, (event) => onNews(/** @type {PreferringNews} */ (event)));
    return { done: done.then(({ result }) => result), stop: () => tell({ type: 'stop' }) };
  }

  /** Terminates the worker; pending requests fail with the code `cancelled`. */
  end() {
    this.#channel.end();
  }
}
