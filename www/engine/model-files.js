// Loads the files of a model: from the host or, for the visitor's own, from the shelf.

import { storedBytes } from '../shelf/stored.js';
import { fetchText } from './texts.js';
import { fetchWeights } from './weights.js';

/**
 * @param {import('./protocol.js').ModelRequest} request
 * @param {{ signal: AbortSignal, onProgress: (received: number, total: number) => void }} how
 * @returns {Promise<{ config?: string, tokenizer?: string, bytes: Uint8Array, notes: import('./protocol.js').Note[] }>} the visitor's own model
 *   is a single file whose header contains the other two
 */
export async function modelFiles({ model, fresh, known }, { signal, onProgress }) {
  const { weights, config, tokenizer, own } = model.files;
  if (own) {
    const bytes = own === true ? await storedBytes(model.id) : new Uint8Array(await own.arrayBuffer());
    return { bytes, notes: [] };
  }
  const cache = fresh ? 'reload' : 'default';
  const [{ bytes, notes }, configText, tokenizerText] = await Promise.all([
    fetchWeights(weights, { fresh, known, signal, onProgress }),
    fetchText(config, { cache, signal }),
    fetchText(tokenizer, { cache, signal }),
  ]);
  return { config: configText, tokenizer: tokenizerText, bytes, notes };
}
