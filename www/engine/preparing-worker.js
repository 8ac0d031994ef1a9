// A worker of its own for the steps of a text's preparation. They learn byte pairs, and what learns is in the
// larger module: who never looks at the steps never fetches it.

import { toFailure } from './errors.js';
import { startModule } from './module.js';

/** @typedef {import('./preparer.js').Prepared} Prepared */
/** @typedef {{ prepareText: (text: string, language: string, merges: number) => Prepared }} Module */

self.addEventListener('message', async ({ data: { id, text, language, merges } }) => {
  try {
    /** @type {Module} */
    const module = await startModule('full');
    self.postMessage({ id, prepared: module.prepareText(text, language, merges) });
  } catch (error) {
    self.postMessage({ id, error: toFailure(error) });
  }
});
