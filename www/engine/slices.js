// Keeps a worker responsive while it computes: short slices, yielding to messages in between.

import { EngineError } from '../errors.js';

export const SLICE_MS = 30;
/** Tokens in the first slice: on a GPU, one may take as long as a hundred on the CPU. */
export const FIRST_SLICE = 1;
const LARGEST_SLICE = 512;
/** Time a stopped run has to finish its step. */
const GRACE_MS = 100;

/**
 * Number of tokens that fill the next slice; at most twice as many as before, since clocks are coarse.
 *
 * @param {number} slice
 * @param {number} elapsed milliseconds that the last slice took
 */
export function nextSlice(slice, elapsed) {
  const fitting = Math.floor((slice * SLICE_MS) / Math.max(elapsed, 0.1));
  return Math.max(1, Math.min(fitting, slice * 2, LARGEST_SLICE));
}

/** Yields to pending messages such as cancel. A timer would be clamped to 4 ms or, in a hidden tab, to a second. */
export function breath() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve(undefined);
    };
    port2.postMessage(null);
  });
}

/**
 * Awaits a GPU step, but rejects with `cancelled` soon after the run is stopped, since a step may take long.
 *
 * @template T
 * @param {T | Promise<T>} given
 * @param {AbortSignal} signal
 * @returns {T | Promise<T>}
 */
export function unlessStopped(given, signal) {
  if (!(given instanceof Promise)) return given;
  return new Promise((resolve, reject) => {
    const stop = () => {
      setTimeout(() => reject(new EngineError('cancelled', 'stopped in the middle of a step')), GRACE_MS);
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
    given.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
