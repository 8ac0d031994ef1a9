// The page's side of the worker that trains.

import { EngineError } from './errors.js';

/** @typedef {import('./training-protocol.js').TrainerEvent} TrainerEvent */
/** @typedef {import('./training-protocol.js').Ended} Ended */
/** @typedef {import('./training-protocol.js').TrainedModel} TrainedModel */
/** @typedef {import('./training-protocol.js').Wish} Wish */

/**
 * @typedef {object} TrainingListeners
 * @property {(started: import('./training-protocol.js').Started) => void} [onStarted]
 * @property {(metrics: import('./training-protocol.js').Metrics) => void} [onMetrics]
 * @property {(validated: import('./training-protocol.js').Validated) => void} [onValidated]
 * @property {(sample: import('./training-protocol.js').Sample) => void} [onSample]
 * @property {(checkpoint: { step: number, bytes: Uint8Array }) => void} [onCheckpoint]
 * @property {(model: TrainedModel & { best: TrainedModel | null }) => void} [onModel] at the end, and the one of an earlier
 *   step that did best on what is held out
 * @property {(fault: { step: number, error: import('./protocol.js').Failure }) => void} [onFault] the CPU goes on
 * @property {(paused: { step: number }) => void} [onPaused]
 * @property {(resumed: { step: number }) => void} [onResumed]
 */

/**
 * @typedef {object} TrainingRun
 * @property {Promise<Ended>} finished rejects with an EngineError
 * @property {() => void} pause a checkpoint is made
 * @property {() => void} resume
 * @property {(lr: number) => void} setRate
 * @property {() => void} checkpoint
 * @property {() => void} sample
 * @property {() => void} stop model and checkpoint come before the end
 * @property {() => void} loseGpu for trying out what happens then
 * @property {() => void} kill ends the worker at once; nothing comes any more
 */

/**
 * @typedef {object} Pending
 * @property {TrainingListeners} listeners
 * @property {(result: any) => void} resolve
 * @property {(error: EngineError) => void} reject
 */

export class TrainerClient {
  /** @type {Worker | null} */
  #worker = null;
  /** @type {Map<number, Pending>} */
  #pending = new Map();
  #ids = 0;

  /**
   * What a text holds.
   *
   * @param {string} text
   * @param {import('./training-protocol.js').Kind} kind
   * @param {import('./training-protocol.js').PlannedData} data
   * @param {number} [seed] of the split
   * @returns {Promise<import('./training-protocol.js').Facts>}
   */
  inspect(text, kind, data, seed = 1) {
    return this.#post({ id: ++this.#ids, type: 'inspect', text, kind, data, seed });
  }

  /**
   * A plan that takes about so many seconds here; measures some steps.
   *
   * @param {import('./training-protocol.js').DraftRequest} request
   * @returns {Promise<import('./training-protocol.js').Drafted>}
   */
  draft(request) {
    return this.#post({ id: ++this.#ids, type: 'draft', ...request });
  }

  /**
   * Opens a model in one file, and checks it.
   *
   * @param {Uint8Array} bytes
   * @returns {Promise<import('./training-protocol.js').ReadModel>}
   */
  readModel(bytes) {
    return this.#post({ id: ++this.#ids, type: 'read', bytes });
  }

  /**
   * A model's three files and its card in one.
   *
   * @param {import('./training-protocol.js').ModelParts & { card: object | null }} parts
   * @returns {Promise<Uint8Array>}
   */
  joinModel(parts) {
    return this.#post({ id: ++this.#ids, type: 'join', ...parts });
  }

  /**
   * Trains.
   *
   * @param {import('./training-protocol.js').TrainRequest} request
   * @param {TrainingListeners} listeners
   * @returns {TrainingRun}
   */
  train(request, listeners) {
    const id = ++this.#ids;
    const finished = this.#post({ id, type: 'train', ...request }, listeners);
    /** @param {Wish} wish */
    const wish = (wish) => this.#worker?.postMessage({ id, type: 'wish', wish });
    return {
      finished,
      pause: () => wish({ type: 'pause' }),
      resume: () => wish({ type: 'resume' }),
      setRate: (lr) => wish({ type: 'rate', lr }),
      checkpoint: () => wish({ type: 'checkpoint' }),
      sample: () => wish({ type: 'sample' }),
      stop: () => wish({ type: 'stop' }),
      loseGpu: () => wish({ type: 'lose-gpu' }),
      kill: () => this.end(),
    };
  }

  /** Ends the worker; whatever waits for it fails with the code `cancelled`. */
  end() {
    this.#crash({ code: 'cancelled', message: 'the worker was ended' });
  }

  /**
   * @param {import('./training-protocol.js').TrainerJob} job
   * @param {TrainingListeners} [listeners]
   * @returns {Promise<any>}
   */
  #post(job, listeners = {}) {
    const settled = new Promise((resolve, reject) => {
      this.#pending.set(job.id, { listeners, resolve, reject });
    });
    this.#worker ??= this.#start();
    this.#worker.postMessage(job);
    return settled;
  }

  #start() {
    const worker = new Worker(new URL('./trainer-worker.js', import.meta.url), { type: 'module' });
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

  /** @param {TrainerEvent} event */
  #receive(event) {
    const pending = this.#pending.get(event.id);
    if (!pending) return;
    const { listeners } = pending;
    switch (event.type) {
      case 'started':
        return listeners.onStarted?.(event.started);
      case 'metrics':
        return listeners.onMetrics?.(event.metrics);
      case 'validated':
        return listeners.onValidated?.(event.validated);
      case 'sample':
        return listeners.onSample?.(event.sample);
      case 'checkpoint':
        return listeners.onCheckpoint?.(event);
      case 'model':
        return listeners.onModel?.(event);
      case 'fault':
        return listeners.onFault?.(event);
      case 'paused':
        return listeners.onPaused?.(event);
      case 'resumed':
        return listeners.onResumed?.(event);
      case 'result':
        this.#pending.delete(event.id);
        return pending.resolve(event.result);
      case 'ended':
        this.#pending.delete(event.id);
        return pending.resolve(event.ended);
      case 'failed':
        return this.#fail(event.id, pending, event.error);
    }
  }

  /**
   * @param {number} id
   * @param {Pending} pending
   * @param {import('./protocol.js').Failure} error
   */
  #fail(id, pending, error) {
    // A panic leaves the wasm memory in doubt, and browsers may remember that a module could not be fetched.
    if (error.code === 'engine-crashed' || error.code === 'engine-unavailable') {
      this.#crash(error);
      return;
    }
    this.#pending.delete(id);
    pending.reject(new EngineError(error.code, error.message));
  }

  /** @param {import('./protocol.js').Failure} error */
  #crash({ code, message }) {
    this.#worker?.terminate();
    this.#worker = null;
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of waiting) reject(new EngineError(code, message));
  }
}
