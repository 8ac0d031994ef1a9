// The wasm module of a worker, started once.

import { whyNotStarted } from './not-started.js';

/** Where the two modules lie: what every visitor gets, and the one that knows the GPU and training, too. */
const FOLDERS = { lean: '../pkg/', full: '../pkg/full/' };

/** @type {Map<keyof typeof FOLDERS, Promise<unknown>>} */
const started = new Map();

/**
 * One that could not be started is tried again by the next who asks.
 *
 * @template T what the caller uses of it
 * @param {keyof typeof FOLDERS} name
 * @returns {Promise<T>}
 */
export function startModule(name) {
  const module = started.get(name) ?? start(name);
  started.set(name, module);
  module.catch(() => started.delete(name));
  return /** @type {Promise<T>} */ (module);
}

/** @param {keyof typeof FOLDERS} name */
async function start(name) {
  const folder = new URL(FOLDERS[name], import.meta.url);
  try {
    // A name instead of a literal in import(): the glue is built and absent when types are checked.
    const module = await import(new URL('liedwerk.js', folder).href);
    await module.default({ module_or_path: new URL('liedwerk_bg.wasm', folder) });
    return module;
  } catch (error) {
    throw await whyNotStarted(folder, error);
  }
}
