// Starts the wasm module of a worker, once.

import { whyNotStarted } from './not-started.js';

/** Folders of the two modules: `lean` is what every visitor downloads, `full` adds the GPU and training. */
const FOLDERS = { lean: '../pkg/', full: '../pkg/full/' };

/** @typedef {{ lean: import('./protocol.js').LeanWasm, full: import('./protocol.js').FullWasm }} Modules */

/** @type {Map<keyof Modules, Promise<Modules[keyof Modules]>>} */
const started = new Map();

/**
 * Starts a module, or returns it if it has started. After a failure, the next call tries again.
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
    // Built at run time, not a literal, so that the bundler leaves the module where it is.
    const module = await import(new URL('liedwerk.js', folder).href);
    await module.default({ module_or_path: new URL('liedwerk_bg.wasm', folder) });
    return module;
  } catch (error) {
    throw await whyNotStarted(folder, error);
  }
}
