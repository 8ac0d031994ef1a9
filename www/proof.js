// What a link promises of a text, and whether a text keeps it. src/link/proof.rs is the twin of this file
// and tells the form; the same fixtures hold both to the same answers.

/** How proofs are written. */
const FORMAT = 1;
/** Texts of the same engine are the same texts. */
const ENGINE = 3;

const HASH_BYTES = 12;
const MARK_BYTES = 3;
const MARK_SIZE = 4;
const CLOSEST = 8;
const MOST_MARKS = 24;
const LONGEST = 10_000_000;
/** A link of the page has at most two. */
const MOST_PROOFS = 4;

const FORM = /^([0-9a-f]{12})\.(\d{1,9})(p?)\.(\d{1,9})\.([\w-]{16})\.([\w-]*)\.([\w.-]{1,100})$/;

/**
 * @typedef {object} Proof
 * @property {string} model its id
 * @property {string} weights the beginning of their SHA-256
 * @property {number} length in characters
 * @property {boolean} whole the text ended there by itself
 * @property {number} every so many characters stands a mark
 * @property {string} hash
 * @property {string} marks
 *
 * @typedef {{ same: number, by: number }} Difference so many characters at the beginning are the same; the first
 *   difference comes at this one at the latest, counted from 1
 *
 * @typedef {object} Pledge what a link promises
 * @property {readonly Proof[]} proofs
 * @property {number} engine that wrote the texts
 * @property {readonly string[]} rejected keys whose values were out of range or unknown
 * @property {'' | 'newer' | 'cut' | 'damaged'} trouble why nothing can be compared
 */

/** What a link with proofs says of its own form. */
export const VERSION = `${FORMAT}.${ENGINE}`;

/**
 * @param {string} text as it stands on the page, the beginning included as the model has read it
 * @param {boolean} whole
 * @param {import('./engine/protocol.js').ModelEntry} model
 * @returns {Promise<string>} '' where the browser offers no hashing (plain http)
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
 * @returns {Proof | null} null for anything that was not written by this format
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
 * @param {Proof} proof
 * @param {string} text which may be longer where the promised one was stopped
 * @returns {Promise<Difference | null>} null if it is that text
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
 * @param {URLSearchParams} given
 * @param {readonly string[]} rejected
 * @param {{ damaged: boolean, isCut: boolean }} state whether a part of the link could not be read, and whether it ends
 *   within a key
 * @returns {Pledge | null} null for a link from before there were proofs, which promises nothing
 */
export function readPledge(given, rejected, { damaged, isCut }) {
  const version = given.get('v');
  const spelled = given.getAll('proof').slice(0, MOST_PROOFS);
  if (version === null && !spelled.length && !damaged && !isCut) return null;
  const [format, engine] = /^\d{1,9}\.\d{1,9}$/.test(version ?? '') ? (version ?? '').split('.').map(Number) : [0, 0];
  const nothing = { proofs: [], engine, rejected };
  if (format > FORMAT) return { ...nothing, trouble: 'newer' };
  const proofs = spelled.map(parseProof).filter((proof) => proof !== null);
  // No link says how its proofs are written and then has none.
  if (isCut || (version !== null && !spelled.length && !damaged)) return { ...nothing, trouble: 'cut' };
  const sound = !damaged && format === FORMAT && proofs.length === spelled.length;
  return sound ? { ...nothing, proofs, trouble: '' } : { ...nothing, trouble: 'damaged' };
}

/**
 * The likeliest reason why a text is another than was promised.
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
 * The last mark stands before the end: the end has its own hash.
 *
 * @param {number} length
 * @param {number} every
 */
function marksBetween(length, every) {
  return Math.floor(Math.max(0, length - 1) / every);
}

/**
 * @param {string[]} characters
 * @param {number} length so many of them
 * @param {number} bytes of the hash
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
