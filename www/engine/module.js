// The wasm module of a worker, started once.

import { whyNotStarted } from './not-started.js';

/** Where the two modules lie: what every visitor gets, and the one that knows the GPU and training, too. */
const FOLDERS = { lean: '../pkg/', full: '../pkg/full/' };

/** @typedef {{ lean: import('./protocol.js').LeanWasm, full: import('./protocol.js').FullWasm }} Modules */

/** @type {Map<keyof Modules, Promise<Modules[keyof Modules]>>} */
const started = new Map();

/**
 * One that could not be started is tried again by the next who asks.
 *
 * @template {keyof Modules} Name
 * @param {Name} name
 * @returns {Promise<Modules[Name]>}
 */
export function startModule(name) {
  const module = /** @type {Promise<Modules[Name]>} */ (started.get(name) ?? start(name));
  started.set(name, module);
  module.catch(() => started.delete(name));
  return module;
}

/** @param {keyof typeof FOLDERS} name */
async function start(name) {
  const folder = new URL(FOLDERS[name], import.meta.url);
  try {
    // Made up here and no literal, so that packing the page leaves it where it is.
    const module = await import(new URL('liedwerk.js', folder).href);
    await module.default({ module_or_path: new URL('liedwerk_bg.wasm', folder) });
    return module;
  } catch (error) {
    throw await whyNotStarted(folder, error);
  }
}
