// A step by several workers: each has the plan and the text of the run, and computes shares of its steps. Whoever
// computes them, the weights have the same bits, so that a worker which is late or lost costs time and nothing else.

import { Channel } from './channel.js';

/** @typedef {import('./training-protocol.js').TrainerCommand} TrainerCommand */
/** @typedef {import('./training-protocol.js').TrainerEvent} TrainerEvent */
/** @typedef {import('./training-protocol.js').WasmTrainer} WasmTrainer */

/**
 * @typedef {object} Hand
 * @property {Channel<TrainerCommand, TrainerEvent>} channel
 * @property {boolean} isReady it has read the text
 */

/** How many times as long as the shares computed here those of others may take. */
const PATIENCE = 10;
const LEAST_PATIENCE_MS = 3000;

export class Hands {
  /** @type {Hand[]} */
  #others = [];
  /** @type {Promise<void>[]} */
  #joining = [];

  /**
   * @param {import('./training-protocol.js').Joining} run
   * @param {number} cores workers in all, this one included
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
      // Some browsers let no worker start another.
      this.#leave(hand);
    }
  }

  /** Once all have read the text, or will not; whoever needs longer joins later. */
  async ready() {
    await within(LEAST_PATIENCE_MS, Promise.allSettled(this.#joining));
  }

  /**
   * One step of the run, which is this worker's.
   *
   * @param {WasmTrainer} trainer
   */
  async step(trainer) {
    const others = this.#others.filter(({ isReady }) => isReady);
    if (others.length > 0) await this.#share(trainer, others);
    return trainer.step();
  }

  /**
   * @param {WasmTrainer} trainer that computes whatever does not arrive
   * @param {Hand[]} others
   */
  async #share(trainer, others) {
    const shares = trainer.shares();
    const state = trainer.state();
    const begin = performance.now();
    let open = true;
    /** Whoever does not answer, or fails, will not do better next time. @type {Set<Hand>} */
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
      // What comes now belongs to a step that is over.
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
 * @returns {Promise<boolean>} whether it came to its end in time
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
