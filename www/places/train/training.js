// Runs the view "Train": measures, starts, pauses, resumes and stops runs, and stores checkpoints and models.

import { toFailure } from '../../errors.js';
import { TrainerClient } from '../../engine/trainer-client.js';
import { currentLanguage, say, text } from '../../i18n/index.js';
import { alone, somebodyTrains } from './alone.js';
import { kindOfTraining } from './data.js';
import { append, goBack } from './history.js';
import { Pace } from './pace.js';
import { deleteRun, forgetMeans, keepSample, meansOf, newRun, runBeforehand, storedRuns, storeRun } from './runs.js';
import { overfitSince } from './train-curves.js';
import { Measuring, NO_TEXT } from './train-measuring.js';

/** @typedef {import('./runs.js').Run} Run */
/** @typedef {import('../../engine/training-protocol.js').Ended} Ended */
/** @typedef {import('../../engine/training-protocol.js').Metrics} Metrics */
/** @typedef {import('../../engine/training-protocol.js').Started} Started */
/** @typedef {import('../../engine/trainer-client.js').TrainingRun} TrainingRun */
/** @typedef {import('../../engine/training-protocol.js').TrainedModel} TrainedModel */
/** @typedef {import('../../i18n/index.js').Key} Key */

/**
 * @typedef {object} Parts
 * @property {import('./train-text.js').TextStep} text
 * @property {import('./train-plan.js').PlanStep} plan
 * @property {import('./train-curves.js').Curves} curves
 * @property {import('../../ui/samples.js').Samples} samples
 * @property {import('./train-shelf.js').ShelfStep} shelf
 * @property {import('../../ui/alert-box.js').AlertBox} alert
 * @property {import('../../ui/notes.js').Notes} notes
 * @property {HTMLElement} status
 * @property {HTMLElement} page shows the progress
 * @property {(own: boolean) => void} place makes it visible, in the place for a run of the visitor's own or one computed beforehand
 * @property {(going: 'idle' | 'busy' | 'training' | 'paused') => void} setGoing
 * @property {(models: import('./train-shelf.js').Offered[]) => void} offer offers models for use
 */

/** @type {Readonly<Record<Ended['reason'], Key>>} */
const ENDINGS = { finished: 'statusTrained', stopped: 'statusTrainingStopped', diverged: 'statusDiverged' };
/** Failures of a GPU before training has begun. */
const UNUSABLE = new Set(['gpu-unavailable', 'gpu-wrong']);

export class Training {
  #context;
  #parts;
  #trainer = new TrainerClient();
  #measuring;
  /** @type {Run[]} */
  #runs = [];
  /** The run whose curves are shown. @type {Run | null} */
  #shown = null;
  /** @type {{ run: Run, job: TrainingRun, pace: Pace } | null} */
  #going = null;
  #busy = false;
  /** The latest data to resume each run, kept in memory in case the browser refuses to store it. @type {Map<string, { text: string, checkpoint?: Uint8Array }>} */
  #means = new Map();
  #opened = false;

  /**
   * @param {import('../common/view.js').Context} context
   * @param {Parts} parts
   */
  constructor(context, parts) {
    this.#context = context;
    this.#parts = parts;
    this.#measuring = new Measuring(context, this.#trainer, parts);
    // Save a checkpoint when the visitor leaves the page, if the browser allows it.
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') this.#going?.job.checkpoint();
    });
  }

  /** Lists the stored runs and shows the newest; one interrupted by a reload is ready to resume. */
  async open() {
    if (this.#opened) return;
    this.#opened = true;
    try {
      const isNew = (/** @type {Run} */ { id }) => !this.#runs.some((run) => run.id === id);
      this.#runs = [...(await storedRuns()).filter(isNew), ...this.#runs];
    } catch {
      this.#opened = false; // Try again next time; a storage failure is reported when a run is stored.
    }
    this.#list();
    const newest = this.#runs[0] ?? (await runBeforehand());
    if (this.#going || !newest) return;
    this.show(newest);
    if (newest.outcome !== 'running') return;
    if (await somebodyTrains()) this.#parts.notes.add([{ code: 'training-elsewhere' }]);
    else say(this.#parts.status, newest.saved ? 'statusInterrupted' : 'statusInterruptedEarly', { step: newest.saved });
  }

  /** @param {Run} run */
  show(run) {
    this.#shown = run;
    this.#parts.place(this.#runs.includes(run));
    this.#parts.curves.show(run, this.#runs);
    this.#parts.samples.show(run.samples);
  }

  /** Measures this device and shows the plan, without starting. */
  async measure() {
    await this.#perform(
      async () => {
        await this.#textArrived();
        await this.#measuring.draft();
        say(this.#parts.status, 'statusMeasured');
      },
      () => void this.measure(),
    );
  }

  /** Starts a training with the chosen settings. */
  async start() {
    await this.#perform(
      async () => {
        await this.#textArrived();
        const drafted = this.#parts.plan.drafted ?? (await this.#measuring.draft());
        const kind = kindOfTraining(this.#context.state.settings);
        const based = this.#parts.plan.base?.title[currentLanguage()] ?? '';
        const run = newRun({ name: this.#measuring.nameOf(kind), kind, based, device: this.#measuring.device() });
        run.steps = drafted.plan.train.steps;
        this.#runs.unshift(run);
        const source = this.#parts.text.text;
        void navigator.storage?.persist?.().catch(() => {});
        this.#means.set(run.id, { text: source });
        await this.#keep(run, { text: source });
        await this.#train(run, { text: source, plan: drafted.plan, from: await this.#measuring.from(), checkpoint: null });
      },
      () => void this.start(),
    );
  }

  /** Waits for a text that is still loading, in case the visitor starts at once. */
  async #textArrived() {
    say(this.#parts.status, 'statusPreparing');
    await this.#parts.text.arrived();
  }

  /** Resumes a run from its last checkpoint. @param {Run} run */
  async resume(run) {
    await this.#perform(
      async () => {
        const means = (await meansOf(run).catch(() => null)) ?? this.#means.get(run.id);
        if (!means?.checkpoint) {
          this.#parts.notes.add([{ code: 'nothing-to-resume' }]);
          say(this.#parts.status, 'statusNothing');
          return;
        }
        this.#means.set(run.id, means);
        run.outcome = 'running';
        await this.#train(run, { text: means.text, plan: null, from: null, checkpoint: means.checkpoint });
      },
      () => void this.resume(run),
    );
  }

  pause() {
    this.#going?.job.pause();
  }

  unpause() {
    this.#going?.job.resume();
  }

  stop() {
    this.#going?.job.stop();
  }

  sample() {
    this.#going?.job.sample();
  }

  /** @param {number} rate */
  setRate(rate) {
    this.#going?.job.setRate(rate);
    say(this.#parts.status, 'statusRate', { rate: String(rate) });
  }

  /**
   * @param {Run} run
   * @param {string} name
   */
  rename(run, name) {
    run.name = name;
    this.#list();
    void this.#keep(run);
  }

  /** @param {Run} run */
  async remove(run) {
    this.#means.delete(run.id);
    this.#runs = this.#runs.filter((other) => other !== run);
    if (this.#shown === run) {
      this.#shown = null;
      this.#parts.page.hidden = true;
      this.#parts.curves.show(null, this.#runs);
    }
    this.#list();
    await deleteRun(run).catch((error) => this.fail(error, () => void this.remove(run)));
  }

  /**
   * @param {unknown} error
   * @param {() => void} retry
   */
  fail(error, retry) {
    say(this.#parts.status, 'statusFailed');
    this.#parts.alert.show(toFailure(error), retry);
  }

  /**
   * Performs one piece of work at a time, in one tab only.
   *
   * @param {() => Promise<void>} work
   * @param {() => void} retry
   */
  async #perform(work, retry) {
    const { alert, notes, status, text: step } = this.#parts;
    if (this.#busy) return;
    alert.clear();
    notes.clear();
    this.#busy = true;
    this.#parts.setGoing('busy');
    try {
      const free = await alone(work);
      if (!free) {
        notes.add([{ code: 'training-elsewhere' }]);
        say(status, 'statusNothing');
      }
    } catch (error) {
      if (error === NO_TEXT) {
        notes.add([{ code: 'no-training-text' }]);
        say(status, 'statusNothing');
        step.focus();
      } else {
        this.fail(error, retry);
      }
    } finally {
      this.#busy = false;
      this.#going = null;
      this.#parts.setGoing('idle');
      this.#list();
    }
  }

  /**
   * @param {Run} run
   * @param {Omit<import('../../engine/training-protocol.js').TrainRequest, 'device' | 'cores' | 'every'>} what
   */
  async #train(run, what) {
    const { status, offer, setGoing, page } = this.#parts;
    offer([]);
    this.show(run);
    page.scrollIntoView({ block: 'nearest' });
    say(status, 'statusPreparing');
    const job = this.#trainer.train(
      { ...what, device: run.device, cores: this.#context.computing.cores, every: {} },
      {
        onStarted: (started) => this.#started(run, started),
        onMetrics: (metrics) => this.#learned(run, metrics),
        onValidated: (validated) => run.numbers.validated.push(validated),
        onSample: (sample) => {
          keepSample(run, sample);
          if (this.#shown === run) this.#parts.samples.add(sample);
        },
        onCheckpoint: ({ step, bytes }) => this.#checkpoint(run, step, bytes),
        onModel: (model) => this.#finishing.push(this.#finish(run, model)),
        onFault: ({ error, step }) => {
          run.device = 'cpu';
          this.#parts.notes.add([{ code: step === 0 && UNUSABLE.has(error.code) ? error.code : 'gpu-lost-in-training' }]);
        },
        onPaused: async ({ step }) => {
          await Promise.all(this.#finishing);
          if (this.#going?.run !== run) return;
          setGoing('paused');
          this.#pace(null);
          say(status, 'statusPaused', { step });
        },
        onResumed: () => {
          setGoing('training');
          say(status, 'statusTraining');
        },
      },
    );
    this.#going = { run, job, pace: new Pace() };
    this.#list();
    const ended = await job.finished;
    await Promise.all(this.#finishing.splice(0));
    await this.#ended(run, ended);
  }

  /** Pending writes, so that no run is said to have paused or ended before a reload could resume it. @type {Promise<void>[]} */
  #finishing = [];

  /**
   * @param {Run} run
   * @param {Started} started
   */
  #started(run, { steps, step, characters_per_token, device, cores }) {
    const { status, setGoing } = this.#parts;
    run.steps = steps;
    run.step = step;
    run.perToken = characters_per_token;
    run.device = device;
    run.cores = cores;
    goBack(run.numbers, step);
    if (this.#going) this.#going.pace = new Pace();
    if (this.#shown === run) this.show(run);
    setGoing('training');
    say(status, 'statusTraining');
  }

  /**
   * @param {Run} run
   * @param {Metrics} metrics
   */
  #learned(run, metrics) {
    append(run.numbers, metrics);
    run.step = metrics.step.at(-1) ?? run.step;
    run.seconds = metrics.seconds;
    if (this.#shown !== run) return;
    this.#going?.pace.report(run.step, metrics.seconds);
    this.#pace(metrics.tokens_per_second * run.perToken);
  }

  /** @param {number | null} perSecond characters; null while paused */
  #pace(perSecond) {
    const going = this.#going;
    const left = going?.pace.secondsFor(going.run.steps - going.run.step) ?? null;
    this.#parts.curves.update(perSecond === null || left === null ? null : { perSecond, left });
  }

  /**
   * @param {Run} run
   * @param {number} step
   * @param {Uint8Array} checkpoint
   */
  #checkpoint(run, step, checkpoint) {
    const means = this.#means.get(run.id);
    if (means) this.#means.set(run.id, { ...means, checkpoint });
    this.#finishing.push(this.#keep(run, { checkpoint, saved: step }));
  }

  /**
   * @param {Run} run
   * @param {{ text?: string, checkpoint?: Uint8Array, saved?: number }} [means]
   */
  async #keep(run, { saved, ...means } = {}) {
    const before = run.saved;
    try {
      run.saved = saved ?? run.saved;
      await storeRun(run, means);
      this.#parts.notes.remove(['storage-full', 'storage-denied']);
    } catch (error) {
      // The run continues, but cannot be resumed after a reload.
      run.saved = before;
      this.#parts.notes.add([{ code: toFailure(error).code }]);
    }
  }

  /**
   * Adds the model to the shelf and, if it has overfitted, also the one with the best validation loss.
   *
   * @param {Run} run
   * @param {TrainedModel & { best: TrainedModel | null }} model
   */
  async #finish(run, { best, ...model }) {
    const add = (/** @type {string} */ name, /** @type {TrainedModel} */ { bytes, card }) => this.#parts.shelf.add(name, bytes, { ...card, card });
    const offered = [await add(run.name, model)];
    if (best && best.step === overfitSince(run.numbers.validated)) {
      const { step } = best;
      offered.push({ ...(await add(text('nameAtStep', { name: run.name, step }), best)), step });
    }
    this.#parts.offer(offered);
  }

  /**
   * @param {Run} run
   * @param {Ended} ended
   */
  async #ended(run, { reason, step, seconds }) {
    run.outcome = reason;
    run.step = step;
    run.seconds = seconds;
    if (reason !== 'stopped') {
      // Keep the visitor's text only as long as the run can be resumed.
      run.saved = 0;
      this.#means.delete(run.id);
      await forgetMeans(run).catch(() => {});
    }
    await this.#keep(run);
    if (this.#shown === run) this.show(run);
    if (reason === 'diverged') this.#parts.notes.add([{ code: 'diverged' }]);
    say(this.#parts.status, ENDINGS[reason], { step });
  }

  #list() {
    this.#parts.shelf.show(this.#runs, this.#going?.run.id ?? null);
  }
}
