// The small files beside the weights (list of models, config, tokenizer): from the host where it can
// be reached, otherwise as they were last time, so that the page also works without a connection.

import { EngineError } from '../errors.js';

const CACHE = 'liedwerk-texts';

/**
 * @param {string} url
 * @param {{ cache: RequestCache, signal?: AbortSignal }} how
 * @throws {EngineError} download-failed, cancelled
 */
export async function fetchText(url, { cache, signal }) {
  /** @type {string} */
  let text;
  try {
    const response = await fetch(url, { signal, cache });
    // What the host answers holds, a refusal too.
    if (!response.ok) throw new EngineError('download-failed', `${url}: HTTP ${response.status}`);
    text = await response.text();
  } catch (error) {
    if (error instanceof EngineError) throw error;
    if (signal?.aborted) throw new EngineError('cancelled', 'the download was cancelled');
    const kept = await fromCache(url);
    if (kept === null) throw new EngineError('download-failed', `${url}: ${error}`);
    return kept;
  }
  await toCache(url, text);
  return text;
}

/** @param {string} url */
async function fromCache(url) {
  try {
    const kept = await (await caches.open(CACHE)).match(url);
    return kept ? await kept.text() : null;
  } catch {
    return null;
  }
}

/**
 * @param {string} url
 * @param {string} text
 */
async function toCache(url, text) {
  try {
    await (await caches.open(CACHE)).put(url, new Response(text));
  } catch {
    // Without storage the page needs a connection, and works otherwise.
  }
}
