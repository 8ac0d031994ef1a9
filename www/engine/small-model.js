// Fetches small models that are not in the list of models.

import { EngineError } from '../errors.js';
import { isPage, pageInstead } from './texts.js';

/**
 * @param {URL} folder
 * @returns {Promise<{ config: string, tokenizer: string, weights: Uint8Array }>} rejects with an EngineError
 */
export async function fetchSmallModel(folder) {
  const [config, tokenizer, weights] = await Promise.all(
    ['config.json', 'tokenizer.json', 'model.safetensors'].map((name) => fetched(new URL(name, folder).href)),
  );
  const text = (/** @type {Uint8Array} */ bytes) => new TextDecoder().decode(bytes);
  return { config: text(config), tokenizer: text(tokenizer), weights };
}

/** @param {string} url */
async function fetched(url) {
  /** @type {Response} */
  let response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw new EngineError('download-failed', `${url}: ${error}`);
  }
  if (!response.ok) throw new EngineError('download-failed', `${url}: HTTP ${response.status}`);
  if (isPage(response)) throw pageInstead(url);
  return new Uint8Array(await response.arrayBuffer());
}
