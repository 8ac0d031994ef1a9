// The page's side of its workers: promises that always settle, also when a worker does not answer.
//
// What computes on the CPU goes to a worker with the module that every visitor has; what may compute on a GPU, to
// one with the larger module. Where the larger one fails, the other goes on with the same text.

import { EngineError } from './errors.js';
import { moduleOf, NOTHING, remainder, tell, together } from './runs.js';

/** @typedef {import('./protocol.js').EngineEvent} EngineEvent */
/** @typedef {import('./protocol.js').Finished} Finished */
/** @typedef {import('./protocol.js').Loaded} Loaded */
/** @typedef {import('./protocol.js').ModelRequest} ModelRequest */
/** @typedef {import('./protocol.js').ModuleName} ModuleName */
/** @typedef {import('./protocol.js').UseGpuCommand} UseGpuCommand */
/** @typedef {import('./runs.js').Listeners} Listeners */
/** @typedef {import('./runs.js').Pending} Pending */

/** @typedef {ModelRequest & { replay?: boolean }} Request `replay`: a link begins it, so it gives the same everywhere */

/** How long a cancelled run may stay silent before its worker is ended. */
const PATIENCE_MS = 1000;

/**
 * After these the worker goes and the next run gets a new one: a panic leaves the wasm memory in
 * doubt, and browsers may remember that a module could not be fetched.
 */
const BROKEN = new Set(['engine-crashed', 'engine-unavailable']);


/**
 * @typedef {object} Run
 * @property {Promise<Finished>} finished resolves also when cancelled; rejects with an EngineError
 * @property {() => void} cancel
 */

/** @typedef {import('./protocol.js').Job} Job */

/**
 * @template C
 * @typedef {C extends unknown ? Omit<C, 'id' | 'device'> & { replay?: boolean } : never} Asked a command without what
 *   the client adds
 */

export class EngineClient {
  /** @type {Map<ModuleName, Worker>} */
  #workers = new Map();
  /** @type {Map<number, Pending>} */
  #pending = new Map();
  #ids = 0;
  #computing;
  /** The model that was asked for last. @type {ModelRequest | null} */
  #newest = null;

  /** Whether a model is looked into, which the CPU's worker is needed for. */
  #looking = false;

  /** @param {import('../computing.js').Computing} computing */
  constructor(computing) {
    this.#computing = computing;
    computing.onChange(() => this.#retire());
  }

  /** Has the GPU checked, and the newest model opened for it, so that a later run starts at once. */
  async useGpu() {
    await this.#post({ type: 'use-gpu' }, {}).finished;
    if (this.#newest && this.#computing.wish(false).choice !== 'cpu') {
      // What goes wrong here will be said when somebody needs it.
      this.load(this.#newest, {}).finished.catch(() => {});
    }
  }

  /**
   * Fetches and opens a model, so that a later run starts at once.
   *
   * @param {ModelRequest} request
   * @param {Listeners} listeners
   * @returns {Run}
   */
  load(request, listeners) {
    return this.#post({ type: 'load', ...request }, listeners);
  }

  /**
   * Writes text; loads the model first where that has not happened.
   *
   * @param {Request & { prompt: string, options: import('./protocol.js').GenerateOptions }} request
   * @param {Listeners} listeners
   * @returns {Run}
   */
  generate(request, listeners) {
    return this.#post({ type: 'generate', ...request }, listeners);
  }

  /**
   * Goes back and forth in a text, token by token; loads the model first where that has not happened.
   *
   * @param {Request & import('./protocol.js').Walk} request
   * @param {Listeners} listeners
   * @returns {Run}
   */
  walk(request, listeners) {
    return this.#post({ type: 'walk', ...request }, listeners);
  }

  /**
   * Translates a text piece by piece; loads the model first where that has not happened.
   *
   * @param {Request & { text: string, options: import('./protocol.js').TranslateOptions }} request
   * @param {Listeners} listeners
   * @returns {Run}
   */
  translate(request, listeners) {
    return this.#post({ type: 'translate', ...request }, listeners);
  }

  /**
   * Writes or translates on the CPU, and tells all that the model did at each token.
   *
   * @param {ModelRequest & Pick<import('./protocol.js').LookCommand, 'text' | 'options'>} request
   * @param {Listeners} listeners
   * @returns {Run}
   */
  look(request, listeners) {
    return this.#post({ type: 'look', ...request, replay: true }, listeners);
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
    await this.#post({ type: 'ask', ...request, replay: true }, { onAnswer }).finished;
    return given;
  }

  /**
   * Looks for stretches of a text in the songs that a model learned from.
   *
   * @param {Request & { text: string }} request
   * @param {Listeners} listeners
   * @returns {Run}
   */
  recall(request, listeners) {
    return this.#post({ type: 'recall', ...request }, listeners);
  }

  /**
   * @param {Asked<Job | UseGpuCommand>} asked
   * @param {Listeners} listeners
   * @returns {Run}
   */
  #post({ replay = false, ...asked }, listeners) {
    const device = this.#computing.wish(replay);
    this.#looking = asked.type === 'look' || asked.type === 'ask';
    const command = /** @type {Job | UseGpuCommand} */ ({ id: ++this.#ids, device, ...asked });
    if ('model' in command) {
      const { model, known } = command;
      this.#newest = { model, known, fresh: false };
    }
    /** @type {Promise<Finished>} */
    const finished = new Promise((resolve, reject) => {
      const [module, before, last] = [moduleOf(command), NOTHING, { ...NOTHING, cancelled: true }];
      const had = { begun: false, ids: [], pieces: 0, cancelled: false };
      this.#send({ command, module, listeners, before, last, ...had, resolve, reject });
    });
    return { finished, cancel: () => this.#cancel(command.id) };
  }

  /** @param {Pending} pending */
  #send(pending) {
    const { command, module } = pending;
    this.#pending.set(command.id, pending);
    const worker = this.#workers.get(module) ?? this.#start(module);
    worker.postMessage(command);
  }

  /** @param {ModuleName} module */
  #start(module) {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: module });
    this.#workers.set(module, worker);
    worker.addEventListener('message', ({ data }) => {
      if (worker === this.#workers.get(module)) this.#receive(data);
    });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      const message = event.message || 'the worker could not start';
      if (worker === this.#workers.get(module)) this.#crash(module, { code: 'engine-crashed', message });
    });
    return worker;
  }

  /** @param {EngineEvent} event */
  #receive(event) {
    // Also behind the end of a run: what was found holds for the next ones.
    if (event.type === 'device') this.#computing.take(event);
    const pending = this.#pending.get(event.id);
    if (!pending) return;
    if (event.type === 'done') {
      this.#settle(event.id, together(pending.before, event));
    } else if (event.type === 'failed') {
      this.#fail(event.id, pending, event.error);
    } else if (event.type === 'loaded' && pending.command.type === 'load') {
      pending.listeners.onLoaded?.(event);
      this.#settle(event.id, NOTHING);
    } else {
      tell(pending, event);
    }
  }

  /**
   * @param {number} id
   * @param {Finished} finished
   */
  #settle(id, { cancelled, tokens, seconds }) {
    this.#pending.get(id)?.resolve({ cancelled, tokens, seconds });
    this.#pending.delete(id);
    this.#retire();
  }

  /**
   * @param {number} id
   * @param {Pending} pending
   * @param {import('./protocol.js').Failure} error
   */
  #fail(id, pending, error) {
    if (error.code === 'cancelled') {
      this.#settle(id, pending.last);
    } else if (BROKEN.has(error.code)) {
      this.#crash(pending.module, error);
    } else if (pending.module === 'full' && error.code === 'gpu-unavailable') {
      this.#pending.delete(id);
      this.#without(pending, error);
    } else {
      this.#pending.delete(id);
      pending.reject(new EngineError(error.code, error.message));
      this.#retire();
    }
  }

  /**
   * @param {ModuleName} module
   * @param {import('./protocol.js').Failure} error
   */
  #crash(module, error) {
    for (const pending of this.#end(module)) {
      if (module === 'full') this.#without(pending, error);
      else pending.reject(new EngineError(error.code, error.message));
    }
  }

  /**
   * The larger module could not: the CPU goes on where it broke off.
   *
   * @param {Pending} pending
   * @param {import('./protocol.js').Failure} report
   */
  #without(pending, report) {
    const { command, listeners, last, cancelled } = pending;
    this.#computing.take({ attempt: command.device.attempt, report });
    if (cancelled) {
      pending.resolve(last);
    } else if (command.type === 'use-gpu') {
      pending.reject(new EngineError(report.code, report.message));
    } else {
      listeners.onDevice?.('cpu');
      this.#send({ ...pending, command: remainder(pending, command), module: 'lean', before: last });
    }
  }

  /** @param {number} id */
  #cancel(id) {
    const pending = this.#pending.get(id);
    if (!pending || pending.cancelled) return;
    pending.cancelled = true;
    this.#workers.get(pending.module)?.postMessage({ id, type: 'cancel' });
    setTimeout(() => {
      const late = this.#pending.get(id);
      if (late?.cancelled) this.#replaceWorker(late.module);
    }, PATIENCE_MS);
  }

  /**
   * Hard cancel: what was cancelled ends here, what waited behind it moves to a new worker.
   *
   * @param {ModuleName} module
   */
  #replaceWorker(module) {
    for (const pending of this.#end(module)) {
      if (pending.cancelled) pending.resolve(pending.last);
      else this.#send(pending);
    }
  }

  /** Ends the worker that nobody will need: a model of its own lies in its memory. */
  #retire() {
    const { choice, report } = this.#computing;
    // It is not known yet which one that is.
    if (choice !== 'cpu' && !report) return;
    const spare = this.#computing.wish(false).choice === 'cpu' ? 'full' : 'lean';
    if (spare === 'lean' && this.#looking) return;
    const busy = [...this.#pending.values()].some(({ module }) => module === spare);
    if (!busy) this.#end(spare);
  }

  /**
   * Ends a worker and hands out all that still waited for it.
   *
   * @param {ModuleName} module
   */
  #end(module) {
    this.#workers.get(module)?.terminate();
    this.#workers.delete(module);
    const waiting = [...this.#pending.values()].filter((pending) => pending.module === module);
    for (const { command } of waiting) this.#pending.delete(command.id);
    return waiting;
  }
}
