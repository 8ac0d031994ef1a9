// A worker's side of its channel.

import { toFailure } from '../errors.js';

/**
 * Answers requests: what `run` gives becomes the event that ends one, what it throws the failure.
 *
 * @template {{ id: number, type: string }} C
 * @param {(command: C, post: (event: { type: string }, transfer?: Transferable[]) => void) => Promise<{ result?: unknown }>} run
 */
export function serve(run) {
  self.addEventListener('message', async (/** @type {MessageEvent<C>} */ { data }) => {
    const { id } = data;
    const post = (/** @type {{ type: string }} */ event, /** @type {Transferable[]} */ transfer = []) => self.postMessage({ ...event, id }, { transfer });
    try {
      post({ type: 'done', ...(await run(data, post)) });
    } catch (error) {
      post({ type: 'failed', ...{ error: toFailure(error) } });
    }
  });
}
