// Runs a training in the worker: steps in short slices, handling the page's instructions in between.

import { toFailure } from '../errors.js';
import { createTrainer, useGpu } from './drafting.js';
import { Hands } from './hands.js';
import { breath } from './slices.js';

/** @typedef {import('./training-protocol.js').Ended} Ended */
/** @typedef {import('./training-protocol.js').TrainedModel} TrainedModel */
/** @typedef {import('./training-protocol.js').WasmGpu} WasmGpu */
/** @typedef {import('./training-protocol.js').WasmTrainer} WasmTrainer */
/** @typedef {import('./training-protocol.js').WasmTraining} WasmTraining */
/** @typedef {import('./training-protocol.js').Instruction} Instruction */

const SLICE_MS = 50;
/** Validations and samples per run unless the page asks otherwise, and the fewest steps between two. */
const TIMES = 25;
const FEWEST_STEPS_BETWEEN = 10;
const CHECKPOINT_SECONDS = 20;
const SAMPLE_TOKENS = 240;
/** Tokens of a sample per slice. */
const TOKENS_AT_ONCE = 16;

export class TrainingLoop {
  #job;
  #post;
  /** @type {Instruction[]} */
  #instructions = [];
  #stopped = false;
  #paused = false;
  /** Wakes a paused training. @type {() => void} */
  #wake = () => {};
  /** @type {WasmGpu | null} */
  #gpu = null;
  /** @type {Hands | null} */
  #hands = null;
  #step = 0;
  /** Duration of the run so far, not counting pauses. */
  #seconds = 0;
  #since = 0;
  #keptAt = 0;
  /** The model with the lowest validation loss since this worker started. @type {TrainedModel & { loss: number } | null} */
  #best = null;

  /**
   * @param {import('./training-protocol.js').TrainCommand} job
   * @param {(event: import('./training-protocol.js').TrainerEvent) => void} post
   */
  constructor(job, post) {
    this.#job = job;
    this.#post = post;
  }

  /** @param {Instruction} instruction */
  instruct(instruction) {
    this.#instructions.push(instruction);
    this.#wake();
  }

  /**
   * @param {WasmTraining} module
   * @returns {Promise<Ended>}
   */
  async run(module) {
    const trainer = trainerOf(this.#job, module);
    try {
      await this.#begin(trainer, module);
      const error = await this.#train(trainer);
      return await this.#end(trainer, error);
    } finally {
      trainer.free();
      this.#gpu?.free();
      this.#hands?.end();
    }
  }

  /**
   * @param {WasmTrainer} trainer
   * @param {WasmTraining} module
   */
  async #begin(trainer, module) {
    const { id } = this.#job;
    let fault = null;
    if (this.#job.device === 'gpu') ({ gpu: this.#gpu, fault } = await useGpu(trainer, module));
    const described = trainer.describe();
    this.#step = described.step;
    this.#seconds = described.seconds;
    const device = this.#gpu ? 'gpu' : 'cpu';
    const cores = Math.min(this.#job.cores, trainer.shares());
    this.#hands = new Hands(this.#job, cores);
    await this.#hands.ready();
    this.#since = performance.now();
    this.#post({ id, type: 'started', started: { ...described, device, cores, plan: JSON.parse(trainer.plan()) } });
    if (fault) this.#post({ id, type: 'fault', step: this.#step, error: fault });
    // The first checkpoint can wait: a run lost in its first seconds would start over anyway.
    this.#keptAt = this.#elapsed();
  }

  /**
   * Trains until the end, a stop or a divergence. Returns the failure if it diverged, otherwise null.
   *
   * @param {WasmTrainer} trainer
   */
  async #train(trainer) {
    const { steps } = trainer.describe();
    const { every } = this.#job;
    const usual = Math.max(FEWEST_STEPS_BETWEEN, Math.round(steps / TIMES));
    const validateSteps = every.validate_steps ?? usual;
    const sampleSteps = every.sample_steps ?? usual;
    const keepSeconds = every.checkpoint_seconds ?? CHECKPOINT_SECONDS;
    while (!trainer.isDone()) {
      await breath();
      await this.#fulfil(trainer);
      if (this.#stopped) return null;
      try {
        const before = this.#step;
        await this.#slice(trainer, [validateSteps, sampleSteps]);
        if (crosses(before, this.#step, validateSteps)) await this.#validate(trainer);
        if (crosses(before, this.#step, sampleSteps)) await this.#sample(trainer);
        if (this.#elapsed() - this.#keptAt >= keepSeconds) await this.#keep(trainer);
      } catch (error) {
        const failure = toFailure(error);
        if (failure.code !== 'diverged') throw error;
        this.#step = trainer.describe().step;
        return failure;
      }
    }
    return null;
  }

  /**
   * Trains until the slice is over or a validation or sample is due.
   *
   * @param {WasmTrainer} trainer
   * @param {number[]} due step intervals
   */
  async #slice(trainer, due) {
    /** @type {import('./training-protocol.js').Metrics} */
    const metrics = { step: [], loss: [], grad_norm: [], lr: [], tokens_per_second: 0, seconds: 0 };
    const begin = performance.now();
    let tokens = 0;
    /** @type {unknown} */
    let thrown = null;
    do {
      try {
        const step = await (this.#hands?.step(trainer) ?? trainer.step());
        this.#fault(trainer, step.step - 1);
        this.#step = step.step;
        tokens += step.tokens;
        metrics.step.push(step.step);
        metrics.loss.push(step.loss);
        metrics.grad_norm.push(step.grad_norm);
        metrics.lr.push(step.lr);
      } catch (error) {
        thrown = error;
        break;
      }
    } while (performance.now() - begin < SLICE_MS && !trainer.isDone() && !due.some((steps) => this.#step % steps === 0));
    if (metrics.step.length > 0) {
      metrics.tokens_per_second = (1000 * tokens) / (performance.now() - begin);
      metrics.seconds = this.#elapsed();
      this.#post({ id: this.#job.id, type: 'metrics', metrics });
    }
    if (thrown) throw thrown;
  }

  /**
   * Tells the page if the GPU was lost.
   *
   * @param {WasmTrainer} trainer
   * @param {number} step
   */
  #fault(trainer, step) {
    const fault = this.#gpu && trainer.takeGpuFault();
    if (fault) this.#post({ id: this.#job.id, type: 'fault', step, error: toFailure(fault) });
  }

  /** @param {WasmTrainer} trainer */
  async #validate(trainer) {
    if (!trainer.beginValidation()) return;
    let measured = null;
    while (measured === null) {
      measured = await trainer.validate();
      await breath();
      if (measured === null && this.#isUrgent()) return;
    }
    this.#post({ id: this.#job.id, type: 'validated', validated: { step: this.#step, ...measured } });
    if (measured.loss < (this.#best?.loss ?? Infinity)) {
      this.#best = { loss: measured.loss, ...(await this.#model(trainer, this.#elapsed())) };
    }
  }

  /**
   * Returns the current model.
   *
   * @param {WasmTrainer} trainer
   * @param {number} seconds
   * @returns {Promise<TrainedModel>}
   */
  async #model(trainer, seconds) {
    const bytes = await trainer.modelFile(seconds);
    this.#fault(trainer, this.#step);
    return { step: this.#step, bytes, card: trainer.card(seconds) };
  }

  /** @param {WasmTrainer} trainer */
  async #sample(trainer) {
    const { id, every } = this.#job;
    for (const seed of every.seeds ?? [1]) {
      const sample = await trainer.sample(seed, every.sample_tokens ?? SAMPLE_TOKENS);
      while (!sample.goOn(TOKENS_AT_ONCE)) {
        await breath();
        if (this.#isUrgent()) return sample.free();
      }
      this.#post({ id, type: 'sample', sample: { step: this.#step, seed, ...trainer.finishSample(sample) } });
    }
  }

  /** @param {WasmTrainer} trainer */
  async #keep(trainer) {
    this.#keptAt = this.#elapsed();
    const bytes = await trainer.keep(this.#elapsed());
    this.#fault(trainer, this.#step);
    this.#post({ id: this.#job.id, type: 'checkpoint', step: this.#step, bytes });
  }

  /** Whether a pending instruction must not wait for validation or samples. */
  #isUrgent() {
    return this.#instructions.some(({ type }) => type === 'stop' || type === 'pause');
  }

  /** @param {WasmTrainer} trainer */
  async #fulfil(trainer) {
    const { id } = this.#job;
    do {
      for (let instruction = this.#instructions.shift(); instruction && !this.#stopped; instruction = this.#instructions.shift()) {
        if (instruction.type === 'stop') this.#stopped = true;
        if (instruction.type === 'pause' && !this.#paused) await this.#pause(trainer);
        if (instruction.type === 'resume' && this.#paused) {
          this.#paused = false;
          this.#since = performance.now();
          this.#post({ id, type: 'resumed', step: this.#step });
        }
        if (instruction.type === 'checkpoint') await this.#keep(trainer);
        if (instruction.type === 'sample') await this.#sample(trainer);
        if (instruction.type === 'rate') trainer.setRate(instruction.lr);
        if (instruction.type === 'lose-gpu') this.#gpu?.destroy();
      }
      if (this.#paused && !this.#stopped) {
        await new Promise((resolve) => {
          this.#wake = () => resolve(undefined);
        });
      }
    } while (this.#paused && !this.#stopped);
  }

  /** @param {WasmTrainer} trainer */
  async #pause(trainer) {
    await this.#keep(trainer);
    this.#seconds = this.#elapsed();
    this.#paused = true;
    this.#post({ id: this.#job.id, type: 'paused', step: this.#step });
  }

  #elapsed() {
    return this.#paused ? this.#seconds : this.#seconds + (performance.now() - this.#since) / 1000;
  }

  /**
   * @param {WasmTrainer} trainer
   * @param {import('./protocol.js').Failure | null} error
   * @returns {Promise<Ended>}
   */
  async #end(trainer, error) {
    const { id } = this.#job;
    const reason = error ? 'diverged' : trainer.isDone() ? 'finished' : 'stopped';
    const seconds = this.#elapsed();
    if (reason === 'finished') {
      await this.#validate(trainer);
      await this.#sample(trainer);
    }
    await this.#keep(trainer);
    const model = await this.#model(trainer, seconds);
    const best = this.#best && this.#best.step < model.step ? this.#best : null;
    this.#post({ id, type: 'model', ...model, best });
    return { reason, step: this.#step, seconds, ...(error ? { error } : {}) };
  }
}

/**
 * @param {number} before
 * @param {number} after
 * @param {number} every
 */
function crosses(before, after, every) {
  return Math.floor(after / every) > Math.floor(before / every);
}

/**
 * @param {import('./training-protocol.js').Joining} run
 * @param {WasmTraining} module
 */
export function trainerOf({ text, plan, from, checkpoint }, module) {
  if (checkpoint) return module.Trainer.resume(text, checkpoint);
  return createTrainer(module, JSON.stringify(plan), text, from);
}
