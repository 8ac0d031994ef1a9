// Loads the weights of a model: reports progress, checks their sha256 and caches them in Cache Storage.

import { EngineError } from '../errors.js';
import { isPage, pageInstead } from './texts.js';

const CACHE = 'liedwerk-weights';

/** @typedef {import('./protocol.js').Note} Note */

/**
 * Returns the bytes of a weights file, from Cache Storage if present and intact, otherwise from the host. Nothing is
 * cached before its hash has been checked.
 *
 * @param {import('./protocol.js').WeightsFile} file
 * @param {object} how
 * @param {boolean} how.fresh
 * @param {string[]} how.known sha256 of all current weights; other entries of the cache are removed
 * @param {AbortSignal} how.signal
 * @param {(received: number, total: number) => void} how.onProgress
 * @returns {Promise<{ bytes: Uint8Array<ArrayBuffer>, notes: Note[] }>}
 * @throws {EngineError} download-failed, page-instead, hash-mismatch, cancelled
 */
export async function fetchWeights(file, { fresh, known, signal, onProgress }) {
  const cache = await openCache();
  const key = cacheKey(file.sha256);
  const kept = await fromCache(cache, key, file);
  if (kept) {
    return { bytes: kept, notes: [] };
  }
  const bytes = await download(file, { fresh, signal, onProgress });
  /** @type {Note[]} */
  const notes = [];
  const checked = await matchesHash(bytes, file.sha256);
  if (checked === false) {
    throw new EngineError('hash-mismatch', `${file.path} is not the file that the manifest names`);
  }
  if (checked === null) {
    notes.push({ code: 'hash-unchecked' });
  }
  const stored = checked === true && (await toCache(cache, key, bytes));
  if (!stored) {
    notes.push({ code: 'storage-unavailable' });
  }
  await prune(cache, known);
  return { bytes, notes };
}

/**
 * Whether these weights are cached on this device.
 *
 * @param {import('./protocol.js').WeightsFile} file
 */
export async function hasWeights(file) {
  try {
    return (await (await openCache())?.match(cacheKey(file.sha256))) !== undefined;
  } catch {
    return false;
  }
}

/** @param {import('./protocol.js').WeightsFile} file */
export async function forgetWeights(file) {
  await (await openCache())?.delete(cacheKey(file.sha256));
}

/** @param {string} sha256 */
function cacheKey(sha256) {
  // Cache Storage keys are URLs. This one is never requested; it only contains the hash.
  return new URL(`../cached-weights/${sha256}`, import.meta.url).href;
}

/** Returns null if storage is refused, as in private windows or on full disks; the page works without it. */
async function openCache() {
  try {
    return await caches.open(CACHE);
  } catch {
    return null;
  }
}

/**
 * @param {Cache | null} cache
 * @param {string} key
 * @param {import('./protocol.js').WeightsFile} file
 */
async function fromCache(cache, key, file) {
  if (!cache) return null;
  try {
    const response = await cache.match(key);
    if (!response) return null;
    const bytes = new Uint8Array(await response.arrayBuffer());
    if ((await matchesHash(bytes, file.sha256)) === true) return bytes;
    await cache.delete(key);
  } catch {
    // Treat an unreadable cache as empty.
  }
  return null;
}

/**
 * @param {Cache | null} cache
 * @param {string} key
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
async function toCache(cache, key, bytes) {
  if (!cache) return false;
  try {
    await cache.put(key, new Response(bytes));
    return true;
  } catch {
    return false;
  }
}

/**
 * Deletes the weights of earlier versions of the page, which would otherwise stay on the visitor's disk for ever. Other
 * projects on this host share the cache, under their own URLs.
 *
 * @param {Cache | null} cache
 * @param {string[]} known
 */
async function prune(cache, known) {
  if (!cache) return;
  try {
    const wanted = new Set(known.map(cacheKey));
    for (const entry of await cache.keys()) {
      if (entry.url.startsWith(cacheKey('')) && !wanted.has(entry.url)) await cache.delete(entry);
    }
  } catch {
    // A failed cleanup must not fail the run.
  }
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {string} sha256
 * @returns {Promise<boolean | null>} null if the browser offers no hashing (plain http)
 */
async function matchesHash(bytes, sha256) {
  if (!globalThis.crypto?.subtle) return null;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex === sha256.toLowerCase();
}

/**
 * @param {import('./protocol.js').WeightsFile} file
 * @param {{ fresh: boolean, signal: AbortSignal, onProgress: (received: number, total: number) => void }} how
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
async function download(file, { fresh, signal, onProgress }) {
  const response = await request(file.path, fresh, signal);
  // Use the manifest's size, not Content-Length: hosts compress, and a body may be endless.
  const bytes = new Uint8Array(file.bytes);
  let received = 0;
  onProgress(received, file.bytes);
  try {
    for (const reader = response.body?.getReader(); reader; ) {
      const { done, value } = await reader.read();
      if (done) break;
      if (received + value.length > bytes.length) {
        await reader.cancel();
        throw new EngineError('hash-mismatch', `${file.path} is longer than the manifest says`);
      }
      bytes.set(value, received);
      received += value.length;
      onProgress(received, file.bytes);
    }
  } catch (error) {
    throw error instanceof EngineError ? error : failedDownload(file.path, error, signal);
  }
  return bytes.subarray(0, received);
}

/**
 * @param {string} url
 * @param {boolean} fresh
 * @param {AbortSignal} signal
 */
async function request(url, fresh, signal) {
  /** @type {Response} */
  let response;
  try {
    response = await fetch(url, { signal, cache: fresh ? 'reload' : 'default' });
  } catch (error) {
    throw failedDownload(url, error, signal);
  }
  if (!response.ok) {
    throw new EngineError('download-failed', `${url}: HTTP ${response.status}`);
  }
  if (isPage(response)) throw pageInstead(url);
  return response;
}

/**
 * @param {string} url
 * @param {unknown} error
 * @param {AbortSignal} signal
 */
function failedDownload(url, error, signal) {
  return signal.aborted ? new EngineError('cancelled', 'the download was cancelled') : new EngineError('download-failed', `${url}: ${error}`);
}
