// Reads the stored files of the visitor's own models, for the page and its workers.

import { EngineError } from '../errors.js';
import { get } from './database.js';

/**
 * @param {string} id
 * @returns {Promise<Uint8Array>}
 * @throws {EngineError} own-model-gone
 */
export async function storedBytes(id) {
  const bytes = await get('bytes', id);
  if (!(bytes instanceof Uint8Array)) throw new EngineError('own-model-gone', `${id} is not kept in this browser`);
  return bytes;
}
