// How the worker stays reachable while it computes: short slices, and a breath between them.

export const SLICE_MS = 30;
const LARGEST_SLICE = 512;

/**
 * As many tokens as fill the slice; at most twice as many as before, since clocks are coarse.
 *
 * @param {number} slice
 * @param {number} elapsed milliseconds that the last slice took
 */
export function nextSlice(slice, elapsed) {
  const fitting = Math.floor((slice * SLICE_MS) / Math.max(elapsed, 0.1));
  return Math.max(1, Math.min(fitting, slice * 2, LARGEST_SLICE));
}

/** Lets waiting messages (cancel) in. A timer would be held back to 4 ms or, unseen, to a second. */
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
