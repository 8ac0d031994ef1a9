// The page's interface to the training worker.

import { Channel } from './channel.js';

/** @typedef {import('./training-protocol.js').TrainerEvent} TrainerEvent */
/** @typedef {import('./training-protocol.js').Ended} Ended */
/** @typedef {import('./training-protocol.js').TrainedModel} TrainedModel */
/** @typedef {import('./training-protocol.js').Instruction} Instruction */

/**
 * @typedef {object} TrainingListeners
 * @property {(started: import('./training-protocol.js').Started) => void} [onStarted]
 * @property {(metrics: import('./training-protocol.js').Metrics) => void} [onMetrics]
 * @property {(validated: import('./training-protocol.js').Validated) => void} [onValidated]
 * @property {(sample: import('./training-protocol.js').Sample) => void} [onSample]
 * @property {(checkpoint: { step: number, bytes: Uint8Array }) => void} [onCheckpoint]
 * @property {(model: TrainedModel & { best: TrainedModel | null }) => void} [onModel] at the end; `best`: the model of an
 *   earlier step with the lowest validation loss
 * @property {(fault: { step: number, error: import('./protocol.js').Failure }) => void} [onFault] the GPU failed, training continues on the CPU
 * @property {(paused: { step: number }) => void} [onPaused]
 * @property {(resumed: { step: number }) => void} [onResumed]
 */

/**
 * @typedef {object} TrainingRun
 * @property {Promise<Ended>} finished rejects with an EngineError
 * @property {() => void} pause saves a checkpoint
 * @property {() => void} resume
 * @property {(lr: number) => void} setRate
 * @property {() => void} checkpoint
 * @property {() => void} sample
 * @property {() => void} stop delivers the model and a checkpoint, then ends
 * @property {() => void} loseGpu simulates the loss of the GPU, for tests
 * @property {() => void} kill terminates the worker at once, without further events
 */

export class TrainerClient {
  /** @type {Channel<import('./training-protocol.js').TrainerCommand, TrainerEvent>} */
  #channel = new Channel(new URL('./trainer-worker.js', import.meta.url));

  /**
   * Returns statistics of a text.
   *
   * @param {string} text
   * @param {import('./training-protocol.js').Kind} kind
   * @param {import('./training-protocol.js').PlannedData} data
   * @param {number} [seed] of the split
   * @returns {Promise<import('./training-protocol.js').Facts>}
   */
  inspect(text, kind, data, seed = 1) {
    return this.#ask({ type: 'inspect', text, kind, data, seed });
  }

  /**
   * Drafts a plan that takes about `request.seconds` on this device, by timing some steps.
   *
   * @param {import('./training-protocol.js').DraftRequest} request
   * @returns {Promise<import('./training-protocol.js').Drafted>}
   */
  draft(request) {
    return this.#ask({ type: 'draft', ...request });
  }

  /**
   * Decodes a text file in any encoding.
   *
   * @param {string} name
   * @param {Uint8Array} bytes
   * @param {boolean} table whether it is a table, whose columns are parsed later
   * @returns {Promise<{ text: string, notes: import('./protocol.js').Note[] }>}
   */
  readText(name, bytes, table) {
    return this.#ask({ type: 'read-text', name, bytes, table });
  }

  /**
   * Groups files into models by their names and first bytes.
   *
   * @param {string[]} names including folders
   * @param {Uint8Array[]} heads
   * @returns {Promise<{ models: { name: string, files: number[] }[], refused: import('./protocol.js').Failure[] }>}
   */
  sortFiles(names, heads) {
    return this.#ask({ type: 'sort', names, heads });
  }

  /**
   * Opens and checks the files of one model.
   *
   * @param {string[]} names
   * @param {File[]} files
   * @returns {Promise<import('./training-protocol.js').ReadModel>}
   */
  openModel(names, files) {
    return this.#ask({ type: 'open', names, files });
  }

  /**
   * Starts training.
   *
   * @param {import('./training-protocol.js').TrainRequest} request
   * @param {TrainingListeners} listeners
   * @returns {TrainingRun}
   */
  train(request, listeners) {
    const { done, tell } = this.#channel.request({ type: 'train', ...request }, (event) => hear(event, listeners));
    const instruct = (/** @type {Instruction} */ instruction) => tell({ type: 'instruct', instruction });
    return {
      finished: done.then(({ result }) => /** @type {Ended} */ (result)),
      pause: () => instruct({ type: 'pause' }),
      resume: () => instruct({ type: 'resume' }),
      setRate: (lr) => instruct({ type: 'rate', lr }),
      checkpoint: () => instruct({ type: 'checkpoint' }),
      sample: () => instruct({ type: 'sample' }),
      stop: () => instruct({ type: 'stop' }),
      loseGpu: () => instruct({ type: 'lose-gpu' }),
      kill: () => this.end(),
    };
  }

  /** Terminates the worker; pending requests fail with the code `cancelled`. */
  end() {
    this.#channel.end();
  }

  /**
   * @param {import('./channel.js').Unsent<import('./training-protocol.js').TrainerJob>} job
   * @returns {Promise<any>} the caller declares the type
   */
  async #ask(job) {
    return (await this.#channel.request(job).done).result;
  }
}

/**
 * @param {TrainerEvent} event
 * @param {TrainingListeners} listeners
 */
function hear(event, listeners) {
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
  }
}
