// The page's interface to its workers: promises that always settle, even if a worker does not answer.
//
// Runs on the CPU go to a worker with the lean module that every visitor has; runs that may use a GPU go to one with
// the full module. If the full one fails, the lean one continues the same text.

import { BROKEN, Channel } from './channel.js';
import { toFailure } from '../errors.js';
import { moduleOf, NOTHING, remainder, tell, together } from './runs.js';

/** @typedef {import('./protocol.js').EngineEvent} EngineEvent */
/** @typedef {import('./protocol.js').Finished} Finished */
/** @typedef {import('./protocol.js').Loaded} Loaded */
/** @typedef {import('./protocol.js').ModelRequest} ModelRequest */
/** @typedef {import('./protocol.js').ModuleName} ModuleName */
/** @typedef {import('./protocol.js').UseGpuCommand} UseGpuCommand */
/** @typedef {import('./runs.js').Listeners} Listeners */
/** @typedef {import('./runs.js').Pending} Pending */

/** @typedef {ModelRequest & { replay?: boolean }} Request `replay`: started by a link, so it must be reproducible */

/** Error codes after which the CPU continues a run of the full module. */
const LOST = new Set([...BROKEN, 'gpu-unavailable']);

/**
 * @typedef {object} Run
 * @property {Promise<Finished>} finished resolves even if cancelled; rejects with an EngineError
 * @property {() => void} cancel
 */

/** @typedef {import('./protocol.js').Job} Job */

/**
 * @template C
 * @typedef {C extends unknown ? Omit<C, 'id' | 'device'> & { replay?: boolean } : never} Asked a command without the
 *   fields that the client adds
 */

export class EngineClient {
  #computing;
  /** @type {Record<ModuleName, Channel<import('./protocol.js').Command, EngineEvent>>} */
  #channels;
  /** The model requested last. @type {ModelRequest | null} */
  #newest = null;

  /** Whether the last command needed the CPU's worker whatever device the visitor chose. */
  #onCpu = false;

  /** @param {import('../computing.js').Computing} computing */
  constructor(computing) {
    this.#computing = computing;
    const address = new URL('./worker.js', import.meta.url);
    // Even after the end of a run: the result holds for later runs.
    const onEvent = (/** @type {EngineEvent} */ event) => event.type === 'device' && computing.take(event);
    const channel = (/** @type {ModuleName} */ name) => new Channel(address, { name, onEvent });
    this.#channels = { lean: channel('lean'), full: channel('full') };
    computing.onChange(() => this.#retire());
  }

  /** Checks the GPU and opens the newest model for it, so that a later run starts at once. */
  async useGpu() {
    await this.#post({ type: 'use-gpu' }, {}).finished;
    if (this.#newest && this.#computing.wish(false).choice !== 'cpu') {
      // A failure here is reported when a run needs the model.
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
   * Generates text, loading the model first if necessary.
   *
   * @param {Request & { prompt: string, options: import('./protocol.js').GenerateOptions }} request
   * @param {Listeners} listeners
   * @returns {Run}
   */
  generate(request, listeners) {
    return this.#post({ type: 'generate', ...request }, listeners);
  }

  /**
   * Writes a song with a form line by line on the CPU, loading the model first if necessary.
   *
   * @param {ModelRequest & Pick<import('./protocol.js').ComposeCommand, 'form' | 'lexicon'>} request
   * @param {Listeners} listeners
   * @returns {Run}
   */
  compose(request, listeners) {
    return this.#post({ type: 'compose', ...request, replay: true }, listeners);
  }

  /**
   * Moves back and forth in a text, token by token, loading the model first if necessary.
   *
   * @param {Request & import('./protocol.js').Walk} request
   * @param {Listeners} listeners
   * @returns {Run}
   */
  walk(request, listeners) {
    return this.#post({ type: 'walk', ...request }, listeners);
  }

  /**
   * Translates a text piece by piece, loading the model first if necessary.
   *
   * @param {Request & { text: string, options: import('./protocol.js').TranslateOptions }} request
   * @param {Listeners} listeners
   * @returns {Run}
   */
  translate(request, listeners) {
    return this.#post({ type: 'translate', ...request }, listeners);
  }

  /**
   * Generates or translates on the CPU and reports the model's activations at each token.
   *
   * @param {ModelRequest & Pick<import('./protocol.js').LookCommand, 'text' | 'options'>} request
   * @param {Listeners} listeners
   * @returns {Run}
   */
  look(request, listeners) {
    return this.#post({ type: 'look', ...request, replay: true }, listeners);
  }

  /**
   * Asks one question about a model; it is answered even while a run is in progress.
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
   * Finds stretches of a text that occur in the training songs of a model.
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
    this.#onCpu = ['look', 'ask', 'compose'].includes(asked.type);
    const command = /** @type {Pending['command']} */ ({ device, ...asked });
    if ('model' in command) {
      const { model, known } = command;
      this.#newest = { model, known, fresh: false };
    }
    /** @type {Pending} */
    const pending = {
      command,
      listeners,
      before: NOTHING,
      last: { ...NOTHING, cancelled: true },
      begun: false,
      ids: [],
      pieces: 0,
      cancelled: false,
      cancel: () => {},
    };
    const finished = this.#finish(pending, moduleOf(command));
    const cancel = () => {
      pending.cancelled = true;
      pending.cancel();
    };
    return { finished, cancel };
  }

  /**
   * @param {Pending} pending
   * @param {ModuleName} module whose worker runs it
   * @returns {Promise<Finished>}
   */
  async #finish(pending, module) {
    const { done, cancel } = this.#channels[module].request(pending.command, (event) => tell(pending, event));
    pending.cancel = cancel;
    try {
      return together(pending.before, await done);
    } catch (error) {
      const report = toFailure(error);
      if (report.code === 'cancelled') return pending.last;
      if (module === 'full' && LOST.has(report.code)) return this.#without(pending, error);
      throw error;
    } finally {
      this.#retire();
    }
  }

  /**
   * Continues on the CPU where the full module failed.
   *
   * @param {Pending} pending
   * @param {unknown} error
   */
  #without(pending, error) {
    const { command, listeners, last } = pending;
    this.#computing.take({ attempt: command.device.attempt, report: toFailure(error) });
    if (pending.cancelled) return last;
    if (command.type === 'use-gpu') throw error;
    listeners.onDevice?.('cpu');
    pending.command = remainder(pending, command);
    pending.before = last;
    return this.#finish(pending, 'lean');
  }

  /** Terminates the worker that is no longer needed, to free the copy of the model in its memory. */
  #retire() {
    const { choice, report } = this.#computing;
    // Until the GPU has been checked, either worker may be needed.
    if (choice !== 'cpu' && !report) return;
    const spare = this.#computing.wish(false).choice === 'cpu' ? 'full' : 'lean';
    if (spare === 'lean' && this.#onCpu) return;
    if (!this.#channels[spare].isBusy) this.#channels[spare].end();
  }
}
