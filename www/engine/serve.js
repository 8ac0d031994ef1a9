// The worker's side of a channel.

import { toFailure } from '../errors.js';

/**
 * Answers requests with a `done` event made of what `run` returns, or a `failed` event with what it throws.
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
