// Finds out why a wasm module did not start; browsers only say that it failed.

import { EngineError } from '../errors.js';
import { isPage } from './texts.js';

/** The smallest wasm module: magic number and version. */
const NOTHING = [0, 97, 115, 109, 1, 0, 0, 0];
/** A module with one function that uses SIMD: splats a byte and counts the set bits of each lane. */
const SIMD = [...NOTHING, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];

/**
 * @param {URL} folder of the module
 * @param {unknown} error from the browser
 * @returns {Promise<EngineError>} webassembly-off, simd-missing, engine-unavailable
 */
export async function whyNotStarted(folder, error) {
  if (!compiles()) return new EngineError('webassembly-off', String(error));
  if (!WebAssembly.validate(new Uint8Array(SIMD))) return new EngineError('simd-missing', String(error));
  for (const file of ['liedwerk.js', 'liedwerk_bg.wasm']) {
    const { href } = new URL(file, folder);
    const trouble = await troubleWith(href);
    if (trouble) return new EngineError('engine-unavailable', `${href}: ${trouble}`);
  }
  return new EngineError('engine-unavailable', String(error));
}

/** Lockdown Mode removes WebAssembly; a host's content security policy leaves the object but forbids compiling. */
function compiles() {
  try {
    return new WebAssembly.Module(new Uint8Array(NOTHING)) instanceof WebAssembly.Module;
  } catch {
    return false;
  }
}

/**
 * @param {string} url
 * @returns {Promise<string>} '' if the file is there
 */
async function troubleWith(url) {
  try {
    const response = await fetch(url, { method: 'HEAD' });
    if (!response.ok) return `HTTP ${response.status}`;
    return isPage(response) ? 'a web page came instead of the file' : '';
  } catch (error) {
    return String(error);
  }
}
