// Makes and checks proofs: hashes in a link of the texts that it reproduces. src/link/proof.rs is the twin of this file
// and documents the format; shared fixtures test both.

/** Version of the format of proofs. */
const FORMAT = 1;
/** Version of the engine's output: the same version reproduces the same texts. */
const ENGINE = 4;

const HASH_BYTES = 12;
const MARK_BYTES = 3;
const MARK_SIZE = 4;
const CLOSEST = 8;
const MOST_MARKS = 24;
const LONGEST = 10_000_000;
/** Proofs to read at most; the page's own links have at most two. */
const MOST_PROOFS = 4;

const FORM = /^([0-9a-f]{12})\.(\d{1,9})(p?)\.(\d{1,9})\.([\w-]{16})\.([\w-]*)\.([\w.-]{1,100})$/;

/**
 * @typedef {object} Proof
 * @property {string} model its id
 * @property {string} weights the beginning of their SHA-256
 * @property {number} length in characters
 * @property {boolean} whole whether the text ended by itself, rather than being stopped
 * @property {number} every distance between marks, in characters
 * @property {string} hash of the whole text
 * @property {string} marks hashes of prefixes of the text, concatenated
 *
 * @typedef {{ same: number, by: number }} Difference the first `same` characters agree; the first differing character
 *   is at position `by` at the latest, counted from 1
 *
 * @typedef {object} Pledge what a link promises
 * @property {readonly Proof[]} proofs
 * @property {number} engine version of the engine that wrote the texts
 * @property {readonly string[]} rejected keys whose values were out of range or unknown
 * @property {'' | 'newer' | 'cut' | 'damaged'} trouble why no text can be compared
 */

/** Value of a link's `v` key, present if it has proofs. */
export const VERSION = `${FORMAT}.${ENGINE}`;

/**
 * Makes the proof of a text.
 *
 * @param {string} text as shown on the page, including the prompt as the model read it
 * @param {boolean} whole
 * @param {import('./engine/protocol.js').ModelEntry} model
 * @returns {Promise<string>} '' if the browser offers no hashing (plain http)
 */
export async function prove(text, whole, { id, files }) {
  if (!canHash()) return '';
  const characters = Array.from(text);
  const { length } = characters;
  let every = CLOSEST;
  while (marksBetween(length, every) > MOST_MARKS) every *= 2;
  const places = Array.from({ length: marksBetween(length, every) }, (_, i) => (i + 1) * every);
  const marks = await Promise.all(places.map((place) => hashed(characters, place, MARK_BYTES)));
  const hash = await hashed(characters, length, HASH_BYTES);
  const weights = files.weights.sha256.slice(0, 12).toLowerCase();
  return `${weights}.${length}${whole ? '' : 'p'}.${every}.${hash}.${marks.join('')}.${id}`;
}

/**
 * @param {string} spelled
 * @returns {Proof | null} null for anything not in this format
 */
export function parseProof(spelled) {
  const parts = FORM.exec(spelled);
  if (!parts) return null;
  const [, weights, length, part, every, hash, marks, model] = parts;
  const proof = { model, weights, length: Number(length), whole: part === '', every: Number(every), hash, marks };
  const sound = proof.length <= LONGEST && proof.every >= CLOSEST;
  return sound && marks.length === marksBetween(proof.length, proof.every) * MARK_SIZE ? proof : null;
}

/**
 * Compares a text with a proof.
 *
 * @param {Proof} proof
 * @param {string} text may be longer than the proven one if that was stopped
 * @returns {Promise<Difference | null>} null if it is the proven text
 */
export async function compare(proof, text) {
  const { length, every, whole, marks } = proof;
  const characters = Array.from(text);
  const begins = characters.length >= length && (await hashed(characters, length, HASH_BYTES)) === proof.hash;
  if (begins && (characters.length === length || !whole)) return null;
  if (begins) return { same: length, by: length + 1 };
  let agreeing = 0;
  while (agreeing < marksBetween(length, every)) {
    const place = (agreeing + 1) * every;
    const mark = marks.slice(agreeing * MARK_SIZE, (agreeing + 1) * MARK_SIZE);
    if (characters.length < place || (await hashed(characters, place, MARK_BYTES)) !== mark) break;
    agreeing += 1;
  }
  return { same: agreeing * every, by: Math.min((agreeing + 1) * every, length, characters.length + 1) };
}

/**
 * Reads the proofs of a link.
 *
 * @param {URLSearchParams} given
 * @param {readonly string[]} rejected
 * @param {{ damaged: boolean, isCut: boolean }} state whether a packed text could not be read, and whether the link
 *   ends within a key
 * @returns {Pledge | null} null for a link from before proofs existed
 */
export function readPledge(given, rejected, { damaged, isCut }) {
  const version = given.get('v');
  const spelled = given.getAll('proof').slice(0, MOST_PROOFS);
  if (version === null && !spelled.length && !damaged && !isCut) return null;
  const [format, engine] = /^\d{1,9}\.\d{1,9}$/.test(version ?? '') ? (version ?? '').split('.').map(Number) : [0, 0];
  const nothing = { proofs: [], engine, rejected };
  if (format > FORMAT) return { ...nothing, trouble: 'newer' };
  const proofs = spelled.map(parseProof).filter((proof) => proof !== null);
  // A complete link with a version has proofs.
  if (isCut || (version !== null && !spelled.length && !damaged)) return { ...nothing, trouble: 'cut' };
  const sound = !damaged && format === FORMAT && proofs.length === spelled.length;
  return sound ? { ...nothing, proofs, trouble: '' } : { ...nothing, trouble: 'damaged' };
}

/**
 * Returns the most likely reason why a text differs from its proof.
 *
 * @param {Pledge} pledge
 * @param {Proof} proof
 * @param {import('./engine/protocol.js').ModelEntry | undefined} model that wrote it here
 * @returns {'model' | 'weights' | 'settings' | 'engine' | 'altered'}
 */
export function reason({ rejected, engine }, proof, model) {
  if (model?.id !== proof.model) return 'model';
  if (!model.files.weights.sha256.toLowerCase().startsWith(proof.weights)) return 'weights';
  if (rejected.length) return 'settings';
  return engine === ENGINE ? 'altered' : 'engine';
}

export function canHash() {
  return globalThis.crypto?.subtle !== undefined;
}

/**
 * Number of marks. The last one is before the end, since the whole text has its own hash.
 *
 * @param {number} length
 * @param {number} every
 */
function marksBetween(length, every) {
  return Math.floor(Math.max(0, length - 1) / every);
}

/**
 * @param {string[]} characters
 * @param {number} length how many of them to hash
 * @param {number} bytes number of bytes of the hash to keep
 */
async function hashed(characters, length, bytes) {
  const text = new TextEncoder().encode(characters.slice(0, length).join(''));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', text));
  return toBase64Url(digest.subarray(0, bytes));
}

/** @param {Uint8Array} bytes */
export function toBase64Url(bytes) {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}
