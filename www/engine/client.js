// The page's side of the worker: promises that always settle, also when the worker does not answer.

import { EngineError } from './errors.js';

/** @typedef {import('./protocol.js').EngineEvent} EngineEvent */
/** @typedef {import('./protocol.js').Finished} Finished */
/** @typedef {import('./protocol.js').Loaded} Loaded */
/** @typedef {import('./protocol.js').ModelRequest} ModelRequest */

/** How long a cancelled run may stay silent before its worker is ended. */
const PATIENCE_MS = 1000;

/**
 * After these the worker goes and the next run gets a new one: a panic leaves the wasm memory in
 * doubt, and browsers may remember that a module could not be fetched.
 */
const BROKEN = new Set(['engine-crashed', 'engine-unavailable']);

/**
 * @typedef {object} Listeners
 * @property {(received: number, total: number) => void} [onProgress]
 * @property {(loaded: Loaded) => void} [onLoaded]
 * @property {(prompt: string, notes: import('./protocol.js').Note[]) => void} [onStarted]
 * @property {(text: string, tokens: number, seconds: number) => void} [onToken]
 * @property {(from: number, steps: import('./protocol.js').Step[], ended: boolean) => void} [onSteps]
 * @property {(stretches: import('./protocol.js').Stretch[]) => void} [onRecalled]
 * @property {(pieces: number, notes: import('./protocol.js').Note[]) => void} [onSplit]
 * @property {(piece: import('./protocol.js').Piece, tokens: number, seconds: number) => void} [onPiece]
 * @property {(recorded: import('./protocol.js').Recorded, steps: import('./protocol.js').Step[]) => void} [onFrames]
 * @property {(piece: import('./protocol.js').Piece, inside: import('./protocol.js').Recorded[]) => void} [onInside]
 * @property {(answer: import('./protocol.js').Answer) => void} [onAnswer]
 */

/**
 * @typedef {object} Run
 * @property {Promise<Finished>} finished resolves also when cancelled; rejects with an EngineError
 * @property {() => void} cancel
 */

/** @typedef {import('./protocol.js').Job} Job */

/**
 * @typedef {object} Pending
 * @property {Job} command
 * @property {Listeners} listeners
 * @property {Finished} last
 * @property {boolean} cancelled
 * @property {(finished: Finished) => void} resolve
 * @property {(error: EngineError) => void} reject
 */

export class EngineClient {
  /** @type {Worker | null} */
  #worker = null;
  /** @type {Map<number, Pending>} */
  #pending = new Map();
  #ids = 0;

  /**
   * Fetches and opens a model, so that a later run starts at once.
   *
   * @param {ModelRequest} request
   * @param {Listeners} listeners
   * @returns {Run}
   */
  load(request, listeners) {
    return this.#post({ id: ++this.#ids, type: 'load', ...request }, listeners);
  }

  /**
   * Writes text; loads the model first where that has not happened.
   *
   * @param {ModelRequest & { prompt: string, options: import('./protocol.js').GenerateOptions }} request
   * @param {Listeners} listeners
   * @returns {Run}
   */
  generate(request, listeners) {
    return this.#post({ id: ++this.#ids, type: 'generate', ...request }, listeners);
  }

  /**
   * Goes back and forth in a text, token by token; loads the model first where that has not happened.
   *
   * @param {ModelRequest & import('./protocol.js').Walk} request
   * @param {Listeners} listeners
   * @returns {Run}
   */
  walk(request, listeners) {
    return this.#post({ id: ++this.#ids, type: 'walk', ...request }, listeners);
  }

  /**
   * Translates a text piece by piece; loads the model first where that has not happened.
   *
   * @param {ModelRequest & { text: string, options: import('./protocol.js').TranslateOptions }} request
   * @param {Listeners} listeners
   * @returns {Run}
   */
  translate(request, listeners) {
    return this.#post({ id: ++this.#ids, type: 'translate', ...request }, listeners);
  }

  /**
   * Writes or translates, and tells all that the model did at each token.
   *
   * @param {ModelRequest & Pick<import('./protocol.js').LookCommand, 'text' | 'options'>} request
   * @param {Listeners} listeners
   * @returns {Run}
   */
  look(request, listeners) {
    return this.#post({ id: ++this.#ids, type: 'look', ...request }, listeners);
  }

  /**
   * One question about a model, answered also while it works.
   *
   * @param {ModelRequest & { question: import('./protocol.js').Question }} request
   * @returns {Promise<import('./protocol.js').Answer>}
   */
  async ask(request) {
    /** @type {import('./protocol.js').Answer} */
    let given = {};
    const onAnswer = (/** @type {import('./protocol.js').Answer} */ answer) => {
      given = answer;
    };
    await this.#post({ id: ++this.#ids, type: 'ask', ...request }, { onAnswer }).finished;
    return given;
  }

  /**
   * Looks for stretches of a text in the songs that a model learned from.
   *
   * @param {ModelRequest & { text: string }} request
   * @param {Listeners} listeners
   * @returns {Run}
   */
  recall(request, listeners) {
    return this.#post({ id: ++this.#ids, type: 'recall', ...request }, listeners);
  }

  /**
   * @param {Job} command
   * @param {Listeners} listeners
   * @returns {Run}
   */
  #post(command, listeners) {
    /** @type {Promise<Finished>} */
    const finished = new Promise((resolve, reject) => {
      const last = { cancelled: false, tokens: 0, seconds: 0 };
      this.#pending.set(command.id, { command, listeners, last, cancelled: false, resolve, reject });
    });
    this.#worker ??= this.#start();
    this.#worker.postMessage(command);
    return { finished, cancel: () => this.#cancel(command.id) };
  }

  #start() {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }) => {
      if (worker === this.#worker) this.#receive(data);
    });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      const message = event.message || 'the worker could not start';
      if (worker === this.#worker) this.#crash({ code: 'engine-crashed', message });
    });
    return worker;
  }

  /** @param {EngineEvent} event */
  #receive(event) {
    const pending = this.#pending.get(event.id);
    if (!pending) return;
    const { listeners, cancelled } = pending;
    switch (event.type) {
      case 'progress':
        return listeners.onProgress?.(event.received, event.total);
      case 'loaded':
        listeners.onLoaded?.(event);
        if (pending.command.type === 'load') this.#settle(event.id, pending.last);
        return;
      case 'started':
        return cancelled ? undefined : listeners.onStarted?.(event.prompt, event.notes);
      case 'token':
        pending.last = { cancelled: true, tokens: event.tokens, seconds: event.seconds };
        return cancelled ? undefined : listeners.onToken?.(event.text, event.tokens, event.seconds);
      case 'steps':
        pending.last = { cancelled: true, tokens: event.tokens, seconds: event.seconds };
        return cancelled ? undefined : listeners.onSteps?.(event.from, event.steps, event.ended);
      case 'recalled':
        return cancelled ? undefined : listeners.onRecalled?.(event.stretches);
      case 'split':
        return cancelled ? undefined : listeners.onSplit?.(event.pieces, event.notes);
      case 'piece':
        pending.last = { cancelled: true, tokens: event.tokens, seconds: event.seconds };
        return cancelled ? undefined : listeners.onPiece?.(event.piece, event.tokens, event.seconds);
      case 'frames':
        pending.last = { cancelled: true, tokens: event.tokens, seconds: event.seconds };
        return cancelled ? undefined : listeners.onFrames?.(event.recorded, event.steps);
      case 'inside':
        pending.last = { cancelled: true, tokens: event.tokens, seconds: event.seconds };
        return cancelled ? undefined : listeners.onInside?.(event.piece, event.inside);
      case 'answer':
        return listeners.onAnswer?.(event.answer);
      case 'done':
        return this.#settle(event.id, event);
      case 'failed':
        return this.#fail(event.id, pending, event.error);
    }
  }

  /**
   * @param {number} id
   * @param {Finished} finished
   */
  #settle(id, { cancelled, tokens, seconds }) {
    this.#pending.get(id)?.resolve({ cancelled, tokens, seconds });
    this.#pending.delete(id);
  }

  /**
   * @param {number} id
   * @param {Pending} pending
   * @param {import('./protocol.js').Failure} error
   */
  #fail(id, pending, error) {
    if (error.code === 'cancelled') {
      this.#settle(id, { ...pending.last, cancelled: true });
    } else if (BROKEN.has(error.code)) {
      this.#crash(error);
    } else {
      pending.reject(new EngineError(error.code, error.message));
      this.#pending.delete(id);
    }
  }

  /** @param {import('./protocol.js').Failure} error */
  #crash({ code, message }) {
    for (const { reject } of this.#end()) reject(new EngineError(code, message));
  }

  /** @param {number} id */
  #cancel(id) {
    const pending = this.#pending.get(id);
    if (!pending || pending.cancelled) return;
    pending.cancelled = true;
    this.#worker?.postMessage({ id, type: 'cancel' });
    setTimeout(() => {
      if (this.#pending.get(id) === pending) this.#replaceWorker();
    }, PATIENCE_MS);
  }

  /** Hard cancel: what was cancelled ends here, what waited behind it moves to a new worker. */
  #replaceWorker() {
    for (const pending of this.#end()) {
      if (pending.cancelled) {
        pending.resolve({ ...pending.last, cancelled: true });
      } else {
        this.#worker ??= this.#start();
        this.#pending.set(pending.command.id, pending);
        this.#worker.postMessage(pending.command);
      }
    }
  }

  /** Ends the worker and hands out all that still waited for it. */
  #end() {
    this.#worker?.terminate();
    this.#worker = null;
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    return waiting;
  }
}
