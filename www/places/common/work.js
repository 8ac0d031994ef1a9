// Manages what a view runs: at most one task requested by the visitor, and models loading in the background. A task may
// consist of several engine runs in sequence.

import { toFailure } from '../../errors.js';
import { say } from '../../i18n/index.js';

/** @typedef {import('../../engine/client.js').Run} Run */
/** @typedef {import('../../engine/protocol.js').Finished} Finished */
/** @typedef {import('../../engine/protocol.js').ModelEntry} ModelEntry */

/**
 * @typedef {object} Parts the elements of a view that show progress
 * @property {import('../../ui/alert-box.js').AlertBox} alert
 * @property {import('../../ui/notes.js').Notes} notes
 * @property {import('../../ui/download-bar.js').DownloadBar} download
 * @property {HTMLElement} status
 * @property {import('./song-form.js').SongForm} [form] updated with the header fields that the model understands
 */

/**
 * Rounds a duration to two or three significant digits, so that a short one never becomes 0.
 *
 * @param {number} seconds
 */
export function readable(seconds) {
  return Number(seconds.toPrecision(seconds < 10 ? 2 : 3));
}

/** Thrown to end a task that another one has replaced. */
const DROPPED = new Error('dropped');

/** A sequence of engine runs, until it is stopped or replaced by another task. */
export class Task {
  #dropped = false;
  #stopped = false;
  /** @type {Run | null} */
  #run = null;
  /** Whether a link started it, so that the result must be reproducible. */
  replay;

  /** @param {boolean} replay */
  constructor(replay = false) {
    this.replay = replay;
  }

  /** Whether another task has replaced it; its events are then ignored. */
  get dropped() {
    return this.#dropped;
  }

  /**
   * @param {() => Run} start not called after the task was stopped
   * @returns {Promise<Finished>}
   */
  async run(start) {
    if (this.#stopped) return { cancelled: true, tokens: 0, seconds: 0 };
    this.#run = start();
    const finished = await this.#run.finished;
    if (this.#dropped) throw DROPPED;
    return finished;
  }

  /**
   * Wraps a listener to ignore calls after the task was dropped, so that two texts never mix.
   *
   * @template {unknown[]} A
   * @param {(...all: A) => void} listener
   * @returns {(...all: A) => void}
   */
  own(listener) {
    return (...all) => {
      if (!this.#dropped) listener(...all);
    };
  }

  stop() {
    this.#stopped = true;
    this.#run?.cancel();
  }

  drop() {
    this.#dropped = true;
    this.stop();
  }
}

export class Work {
  #engine;
  #catalog;
  #parts;
  #onWorking;
  /** @type {Task | null} */
  #task = null;
  /**
   * Models being loaded. Loading continues while a task waits for it, so that an early click does not restart a
   * download.
   *
   * @type {Task | null}
   */
  #loading = null;
  /** Ids of the models requested last. */
  #fetched = '';
  #stops = 0;

  /**
   * @param {import('./view.js').Context} context
   * @param {Parts} parts
   * @param {(working: boolean) => void} onWorking
   */
  constructor({ engine, catalog }, parts, onWorking) {
    this.#engine = engine;
    this.#catalog = catalog;
    this.#parts = parts;
    this.#onWorking = onWorking;
  }

  /**
   * @param {boolean} fresh bypass the HTTP cache, after an error
   * @param {() => void} retry
   * @returns {Promise<boolean>} whether to continue: the list of models is loaded and nothing was stopped meanwhile
   */
  async openCatalog(fresh, retry) {
    const stops = this.#stops;
    try {
      await this.#catalog.open({ fresh });
      return stops === this.#stops;
    } catch (error) {
      this.#fail(error, retry);
      return false;
    }
  }

  /**
   * Loads models in advance. Ends the running task, which used other models; does nothing if the models are the same as
   * last time.
   *
   * @param {ModelEntry[]} models
   * @param {boolean} [fresh]
   */
  async fetchAhead(models, fresh = false) {
    const ids = models.map(({ id }) => id).join(' ');
    if (ids === this.#fetched && !fresh) return;
    this.#fetched = ids;
    this.#loading?.drop();
    this.#drop();
    this.#parts.download.hide();
    const task = new Task();
    this.#loading = task;
    say(this.#parts.status, 'statusLoading');
    let tell = () => {
      const { status } = this.#parts;
      // Do not overwrite a newer message.
      if (status.dataset.t === 'statusLoading') say(status, 'statusReady');
    };
    try {
      for (const model of models) {
        const listeners = this.loading(task);
        await task.run(() => this.#engine.load({ model, fresh, known: this.#catalog.known() }, listeners));
      }
    } catch (error) {
      tell = () => this.#fail(error, () => void this.fetchAhead(models, true));
    }
    if (this.#loading !== task) return;
    this.#loading = null;
    this.#parts.download.hide();
    // A task that waited for the models reports the outcome itself.
    if (!this.#task) tell();
  }

  /**
   * Performs a task in place of the current one.
   *
   * @param {(task: Task) => Promise<void>} steps
   * @param {() => void} retry after an error
   * @param {boolean} replay whether a link requested it, not the visitor
   */
  async perform(steps, retry, replay = false) {
    this.#drop();
    const task = new Task(replay);
    this.#task = task;
    this.#onWorking(true);
    say(this.#parts.status, 'statusLoading');
    /** @type {{ error: unknown } | null} */
    let failed = null;
    try {
      await steps(task);
    } catch (error) {
      failed = { error };
    }
    if (this.#task !== task) return;
    this.#task = null;
    if (!this.#loading) this.#parts.download.hide();
    this.#onWorking(false);
    if (failed) this.#fail(failed.error, retry);
  }

  /** Stops the task gracefully: it keeps its partial result and reports it. */
  stop() {
    this.#stops += 1;
    this.#task?.stop();
  }

  /**
   * Shows a note why there is nothing to do.
   *
   * @param {string} code
   */
  refuse(code) {
    this.stop();
    const { notes, status } = this.#parts;
    notes.clear();
    notes.add([{ code }]);
    notes.element.scrollIntoView({ block: 'nearest' });
    say(status, 'statusNothing');
  }

  /**
   * Returns the listeners that every run needs, for its model and device.
   *
   * @param {Task} task
   * @param {(byGpu: boolean) => void} [onDevice] called unless the run is bound to the CPU
   */
  loading(task, onDevice) {
    const { download, notes } = this.#parts;
    let byGpu = false;
    return {
      onDevice: task.own((/** @type {'cpu' | 'gpu'} */ on) => {
        if (byGpu && on === 'cpu') notes.add([{ code: 'gpu-lost' }]);
        byGpu = on === 'gpu';
        onDevice?.(byGpu);
      }),
      onProgress: task.own((/** @type {number} */ received, /** @type {number} */ total) => {
        download.show(received, total);
      }),
      onLoaded: task.own((/** @type {import('../../engine/protocol.js').Loaded} */ loaded) => {
        download.hide();
        notes.add(loaded.notes);
        if (loaded.header) this.#parts.form?.offer(loaded.header);
      }),
    };
  }

  /** Drops the current task and clears its messages. */
  #drop() {
    const { alert, notes } = this.#parts;
    if (this.#task) {
      this.#task.drop();
      this.#task = null;
      this.#onWorking(false);
    }
    alert.clear();
    notes.clear();
  }

  /**
   * @param {unknown} error
   * @param {() => void} retry
   */
  #fail(error, retry) {
    say(this.#parts.status, 'statusFailed');
    this.#parts.alert.show(toFailure(error), retry);
  }
}
