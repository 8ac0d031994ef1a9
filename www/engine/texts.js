// Loads the small files beside the weights (list of models, config, tokenizer) from the host if it can be reached,
// otherwise the cached copies, so that the page works offline.

import { EngineError } from '../errors.js';

const CACHE = 'liedwerk-texts';
/** Time the host has to answer before the cached copy is used. */
const PATIENCE_MS = 5000;

/**
 * Fetches a text, or returns its cached copy.
 *
 * @param {string} url
 * @param {{ cache: RequestCache, signal?: AbortSignal }} how
 * @throws {EngineError} download-failed, page-instead, cancelled
 */
export async function fetchText(url, { cache, signal }) {
  const kept = await fromCache(url);
  try {
    const text = await asked(url, cache, signal, kept === null ? 0 : PATIENCE_MS);
    if (isWhole(url, text)) await toCache(url, text);
    else if (kept !== null) return kept;
    return text;
  } catch (error) {
    if (signal?.aborted) throw new EngineError('cancelled', 'the download was cancelled');
    if (kept !== null) return kept;
    throw error instanceof EngineError ? error : new EngineError('download-failed', `${url}: ${error}`);
  }
}

/**
 * @param {string} url
 * @param {RequestCache} cache
 * @param {AbortSignal | undefined} signal
 * @param {number} patience in milliseconds; 0 for no limit
 */
async function asked(url, cache, signal, patience) {
  const asking = new AbortController();
  const stop = () => asking.abort();
  const timer = patience ? setTimeout(stop, patience) : 0;
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop);
  try {
    const response = await fetch(url, { signal: asking.signal, cache });
    if (!response.ok) throw new EngineError('download-failed', `${url}: HTTP ${response.status}`);
    const text = await response.text();
    if (isPage(response) || /^\s*</.test(text)) throw pageInstead(url);
    return text;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

/**
 * Whether the response is a web page: captive portals answer every request with one, and some hosts send their start
 * page instead of a 404.
 *
 * @param {Response} response
 */
export function isPage({ headers }) {
  return /^text\/html\b/.test(headers.get('content-type') ?? '');
}

/** @param {string} url */
export function pageInstead(url) {
  return new EngineError('page-instead', `${url}: a web page came instead of the file`);
}

/**
 * @param {string} url
 * @param {string} text
 */
function isWhole(url, text) {
  if (!url.endsWith('.json')) return true;
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
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
    // Without storage the page works, but not offline.
  }
}
