// What a view has running: at most one task that the visitor asked for, and models that are fetched
// meanwhile. A task may be several runs of the engine, one after another.

import { toFailure } from '../../errors.js';
import { say } from '../../i18n/index.js';

/** @typedef {import('../../engine/client.js').Run} Run */
/** @typedef {import('../../engine/protocol.js').Finished} Finished */
/** @typedef {import('../../engine/protocol.js').ModelEntry} ModelEntry */

/**
 * @typedef {object} Parts the elements of a view that tell how it goes
 * @property {import('../../ui/alert-box.js').AlertBox} alert
 * @property {import('../../ui/notes.js').Notes} notes
 * @property {import('../../ui/download-bar.js').DownloadBar} download
 * @property {HTMLElement} status
 * @property {import('./song-form.js').SongForm} [form] that follows what the model reads
 */

/**
 * A duration as it is read: however short, it is not 0.
 *
 * @param {number} seconds
 */
export function readable(seconds) {
  return Number(seconds.toPrecision(seconds < 10 ? 2 : 3));
}

/** Ends a task whose place another one has taken. */
const DROPPED = new Error('dropped');

/** Runs that follow one another, until they are stopped or another task takes their place. */
export class Task {
  #dropped = false;
  #stopped = false;
  /** @type {Run | null} */
  #run = null;
  /** A link began it, and must give the same text everywhere. */
  replay;

  /** @param {boolean} replay */
  constructor(replay = false) {
    this.replay = replay;
  }

  /** Another task has taken its place: nobody wants to hear of it any more. */
  get dropped() {
    return this.#dropped;
  }

  /**
   * @param {() => Run} start not called once the task was stopped
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
   * A listener that is silent once the task was dropped, so that two texts never mix.
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
   * Fetching goes on while a task waits for it, so that pressing a button early costs no download.
   *
   * @type {Task | null}
   */
  #loading = null;
  /** The models that were asked for last. */
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
   * @param {boolean} fresh ask the host again, after an error
   * @param {() => void} retry
   * @returns {Promise<boolean>} whether to go on: the list of models is there, and nobody has stopped meanwhile
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
   * Fetches models, so that what comes next does not wait for them. Ends what is running, which was
   * about other models; does nothing if they are those of the last time.
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
      // What the visitor was told since is news; this is not any more.
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
    // The task that waited tells how both ended.
    if (!this.#task) tell();
  }

  /**
   * Does what the visitor asked for, in place of what was going on.
   *
   * @param {(task: Task) => Promise<void>} steps
   * @param {() => void} retry after an error
   * @param {boolean} replay a link asked for it, not the visitor
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

  /** Ends the task softly: what it has done so far stands, and it says so itself. */
  stop() {
    this.#stops += 1;
    this.#task?.stop();
  }

  /**
   * There is nothing to do, and a note says why.
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
   * What every run tells about its model, and about where it is computed.
   *
   * @param {Task} task
   * @param {(byGpu: boolean) => void} [onDevice] heard where it is not bound to the CPU
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

  /** The task makes room for what comes next. */
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
