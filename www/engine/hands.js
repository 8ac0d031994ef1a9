// Data-parallel training: each worker has the plan and the text of the run, and computes shares of every step. The
// weights have the same bits whoever computes a share, so a late or lost worker costs only time.

import { Channel } from './channel.js';

/** @typedef {import('./training-protocol.js').TrainerCommand} TrainerCommand */
/** @typedef {import('./training-protocol.js').TrainerEvent} TrainerEvent */
/** @typedef {import('./training-protocol.js').WasmTrainer} WasmTrainer */

/**
 * @typedef {object} Hand
 * @property {Channel<TrainerCommand, TrainerEvent>} channel
 * @property {boolean} isReady whether it has read the text
 */

/** The other workers' shares may take this many times as long as those computed here. */
const PATIENCE = 10;
const LEAST_PATIENCE_MS = 3000;

export class Hands {
  /** @type {Hand[]} */
  #others = [];
  /** @type {Promise<void>[]} */
  #joining = [];

  /**
   * @param {import('./training-protocol.js').Joining} run
   * @param {number} cores number of workers including this one
   */
  constructor(run, cores) {
    for (let other = 1; other < cores; other += 1) this.#ask(run);
  }

  /** @param {import('./training-protocol.js').Joining} run */
  #ask(run) {
    /** @type {Channel<TrainerCommand, TrainerEvent>} */
    const channel = new Channel(new URL('./trainer-worker.js', import.meta.url));
    const hand = { channel, isReady: false };
    this.#others.push(hand);
    const { text, plan, from, checkpoint } = run;
    try {
      const { done } = channel.request({ type: 'join', text, plan, from, checkpoint });
      const isReady = () => {
        hand.isReady = true;
      };
      this.#joining.push(done.then(isReady, () => this.#leave(hand)));
    } catch {
      // Some browsers do not let a worker start another.
      this.#leave(hand);
    }
  }

  /** Waits until all workers have read the text or failed. Slower ones join later. */
  async ready() {
    await within(LEAST_PATIENCE_MS, Promise.allSettled(this.#joining));
  }

  /**
   * Performs one training step, sharing it with the workers that are ready.
   *
   * @param {WasmTrainer} trainer
   */
  async step(trainer) {
    const others = this.#others.filter(({ isReady }) => isReady);
    if (others.length > 0) await this.#share(trainer, others);
    return trainer.step();
  }

  /**
   * @param {WasmTrainer} trainer computes the shares that do not arrive
   * @param {Hand[]} others
   */
  async #share(trainer, others) {
    const shares = trainer.shares();
    const state = trainer.state();
    const begin = performance.now();
    let open = true;
    /** Workers that did not answer or failed; they are dropped. @type {Set<Hand>} */
    const late = new Set();
    const arriving = others.map(async (hand, at) => {
      late.add(hand);
      const mine = [];
      for (let share = at + 1; share < shares; share += others.length + 1) {
        const { done } = hand.channel.request({ type: 'share', state, share });
        mine.push(done.then(({ result }) => open && trainer.takeShare(share, /** @type {Uint8Array} */ (result))));
      }
      await Promise.all(mine);
      late.delete(hand);
    });
    try {
      for (let share = 0; share < shares; share += others.length + 1) {
        trainer.takeShare(share, trainer.computeShare(state, share));
      }
      const patience = Math.max(LEAST_PATIENCE_MS, PATIENCE * (performance.now() - begin));
      await within(patience, Promise.allSettled(arriving));
    } finally {
      // Shares that arrive later belong to a finished step.
      open = false;
    }
    late.forEach((hand) => this.#leave(hand));
  }

  /** @param {Hand} hand */
  #leave(hand) {
    this.#others = this.#others.filter((other) => other !== hand);
    hand.channel.end();
  }

  end() {
    for (const { channel } of this.#others) channel.end();
    this.#others = [];
  }
}

/**
 * @param {number} ms
 * @param {Promise<unknown>} promise that never rejects
 * @returns {Promise<boolean>} whether it settled in time
 */
function within(ms, promise) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms);
    void promise.then(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
