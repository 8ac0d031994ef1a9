// A model in one file: safetensors, whose header carries config.json, tokenizer.json and a card.

import { EngineError } from '../engine/errors.js';
import { get } from './database.js';

/** The layout's own limit. */
const LARGEST_HEADER = 100_000_000;

/**
 * The texts in the header of a file.
 *
 * @param {Uint8Array} bytes
 * @returns {Record<string, string>}
 * @throws {EngineError} bad-weights
 */
function metadata(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length < 8 ? -1 : Number(view.getBigUint64(0, true));
  if (length < 2 || length > LARGEST_HEADER || 8 + length > bytes.length) {
    throw new EngineError('bad-weights', 'this is no safetensors file');
  }
  try {
    const header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length)));
    const texts = Object.entries(header.__metadata__ ?? {}).filter(([, value]) => typeof value === 'string');
    return /** @type {Record<string, string>} */ (Object.fromEntries(texts));
  } catch (error) {
    throw new EngineError('bad-weights', `the header of the file cannot be read: ${error}`);
  }
}

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

/**
 * The three parts of a model in one file. Its bytes serve as the weights.
 *
 * @param {Uint8Array} bytes
 * @throws {EngineError} bad-weights
 */
export function partsOf(bytes) {
  const texts = metadata(bytes);
  const [config, tokenizer] = [texts['config.json'], texts['tokenizer.json']];
  if (!config || !tokenizer) throw new EngineError('bad-weights', 'the file carries no config.json and tokenizer.json');
  return { config, tokenizer, weights: bytes };
}
