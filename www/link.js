// Makes and opens links: long texts are compressed, proofs follow the settings. src/link is the twin.

import { readFragment, spellFragment } from './fragment.js';
import { readPledge, toBase64Url, VERSION } from './proof.js';
import { fromHash, GERMAN_LENGTH, toHash } from './state.js';

/** @typedef {import('./proof.js').Pledge} Pledge */

/** Keys of texts that may be packed, as `z-prompt` instead of `prompt`. */
const PACKED = ['prompt', 'german', 'english'];
/** Texts at most this long, once encoded, stay legible. */
const PACKED_FROM = 120;
/** Maximum size of an unpacked text. A link with more is damaged or malicious. */
const MOST_BYTES = 3 * GERMAN_LENGTH;

/**
 * Makes a link of a view to share.
 *
 * @param {import('./state.js').Settings} settings
 * @param {import('./state.js').ViewId} of
 * @param {readonly string[]} proofs of the texts that it reproduces
 * @param {Partial<import('./state.js').Settings>} [rules] what it hides and locks; such a link does not start by itself
 * @returns {Promise<string>} starting with '#'
 */
export async function makeLink(settings, of, proofs, rules) {
  const seedless = rules !== undefined && !rules.lock?.split(',').includes('seed');
  const given = new URLSearchParams(toHash(settings, { go: !rules, of, seedless }).slice(1));
  for (const [key, value] of Object.entries(rules ?? {})) if (value) given.set(key, String(value));
  const packed = new URLSearchParams();
  // The version comes first, so that missing proofs are noticed wherever the link is truncated.
  if (proofs.length) packed.set('v', VERSION);
  for (const [key, value] of given) {
    const plain = spellFragment(new URLSearchParams([['', value]])).length - 1;
    const small = PACKED.includes(key) && plain > PACKED_FROM ? await pack(value) : null;
    if (small !== null && small.length < plain) packed.set(`z-${key}`, small);
    else packed.set(key, value);
  }
  for (const proof of proofs) packed.append('proof', proof);
  return `#${spellFragment(packed)}`;
}

/**
 * Parses a link, unpacking its texts.
 *
 * @param {string} hash location.hash
 * @returns {Promise<ReturnType<typeof fromHash> & { pledge: Pledge | null }>}
 */
export async function openLink(hash) {
  const { given, isCut } = readFragment(hash);
  let damaged = false;
  for (const key of PACKED) {
    const packed = given.get(`z-${key}`);
    if (packed === null) continue;
    given.delete(`z-${key}`);
    const text = await unpack(packed);
    if (text === null) damaged = true;
    else given.set(key, text);
  }
  const opened = fromHash(`#${given}`);
  // Do not start from a damaged prompt.
  return { ...opened, go: opened.go && !damaged, pledge: readPledge(given, opened.rejected, { damaged, isCut }) };
}

/**
 * @param {string} text
 * @returns {Promise<string | null>} null if the browser cannot compress
 */
export async function pack(text) {
  if (!globalThis.CompressionStream) return null;
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return toBase64Url(new Uint8Array(await new Response(stream).arrayBuffer()));
}

/**
 * @param {string} packed
 * @returns {Promise<string | null>} null if damaged, too long or not UTF-8
 */
export async function unpack(packed) {
  if (packed.length > 2 * MOST_BYTES) return null;
  try {
    const stream = new Blob([fromBase64Url(packed)]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
    /** @type {Uint8Array[]} */
    const pieces = [];
    let size = 0;
    for (const reader = stream.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      if (size > MOST_BYTES) {
        await reader.cancel();
        return null;
      }
      pieces.push(value);
    }
    const bytes = new Uint8Array(await new Blob(/** @type {BlobPart[]} */ (pieces)).arrayBuffer());
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/**
 * @param {string} text
 * @throws if `text` is not base64url
 */
function fromBase64Url(text) {
  if (!/^[\w-]*$/.test(text)) throw new Error('not base64url');
  return Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
}
