// A worker of its own for the steps of a text's preparation. They learn byte pairs, and what learns is in the
// larger module: who never looks at the steps never fetches it.

import { toFailure } from './errors.js';

/** @typedef {import('./preparer.js').Prepared} Prepared */
/** @typedef {{ default: (from: { module_or_path: URL }) => Promise<unknown>, prepareText: (text: string, language: string, merges: number) => Prepared }} Module */

// A name instead of a literal in import(): the glue is built and absent when types are checked.
const GLUE = new URL('../pkg/full/liedwerk.js', import.meta.url).href;
const WASM = new URL('../pkg/full/liedwerk_bg.wasm', import.meta.url);

/** @type {Promise<Module>} */
const started = (async () => {
  const module = await import(GLUE);
  await module.default({ module_or_path: WASM });
  return module;
})();

self.addEventListener('message', async ({ data: { id, text, language, merges } }) => {
  const module = await started.catch(() => null);
  if (!module) {
    self.postMessage({ id, error: { code: 'engine-unavailable', message: 'the larger module could not be started' } });
    return;
  }
  try {
    self.postMessage({ id, prepared: module.prepareText(text, language, merges) });
  } catch (error) {
    self.postMessage({ id, error: toFailure(error) });
  }
});
