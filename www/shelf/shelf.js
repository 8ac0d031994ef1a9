// The visitor's own models, trained or opened here: stored in this browser and offered beside the shipped ones.

import { toFailure } from '../errors.js';
import { text } from '../i18n/index.js';
import { all, putAll, removeAll } from './database.js';
import { storedBytes } from './stored.js';

/** @typedef {import('../engine/protocol.js').Failure} Failure */
/** @typedef {import('../engine/protocol.js').ModelEntry} ModelEntry */
/** @typedef {import('../engine/protocol.js').Bilingual} Bilingual */
/** @typedef {import('../engine/training-protocol.js').Card} Card */

/**
 * @typedef {object} Kept a model's description, known without opening it
 * @property {string} id
 * @property {string} name
 * @property {string} model_type
 * @property {number} bytes
 * @property {number} parameters
 * @property {Card | null} card null if the model was not trained in the page
 * @property {number} created milliseconds since 1970
 * @property {string} sha256 of the bytes; the id if the browser offers no hashing
 */

/** Prefix of the ids of the visitor's own models. */
const OWN = 'own-';

/** @param {string} id */
export function isOwn(id) {
  return id.startsWith(OWN);
}

export class Shelf {
  /** @type {Kept[]} */
  #kept = [];
  /** Models that the browser refused to store. @type {Map<string, Uint8Array>} */
  #inMemory = new Map();
  /** Cached entries: an unchanged model keeps its object, so that views can compare by identity. @type {Map<string, ModelEntry>} */
  #entries = new Map();
  /** @type {Set<() => void>} */
  #listeners = new Set();
  /** @type {Promise<void> | null} */
  #opening = null;

  /** Reads the stored models. If storage is unavailable, the shelf is empty. */
  open() {
    this.#opening ??= all('models')
      .then((kept) => {
        const before = this.#kept.filter(({ id }) => this.#inMemory.has(id));
        this.#kept = [.../** @type {Kept[]} */ (kept), ...before];
        if (kept.length) this.#tell();
      })
      .catch(() => {
        // It may succeed another time.
        this.#opening = null;
      });
    return this.#opening;
  }

  get models() {
    return [...this.#kept].sort((a, b) => b.created - a.created);
  }

  /** Returns the models as entries for the pickers. */
  entries() {
    return this.models.map((kept) => {
      const entry = this.#entries.get(kept.id) ?? entryOf(kept, this.#inMemory.get(kept.id));
      this.#entries.set(kept.id, entry);
      return entry;
    });
  }

  /** @param {string} id */
  isKept(id) {
    return !this.#inMemory.has(id);
  }

  /**
   * @param {Uint8Array} bytes a complete, checked model in one file
   * @param {{ name: string, model_type: string, parameters: number, card: Card | null }} what
   * @returns {Promise<{ id: string, refused: Failure | null }>} `refused`: why the browser did not store it; it
   *   is then kept in memory until the page is closed
   */
  async add(bytes, { name, model_type, parameters, card }) {
    await this.open();
    const id = OWN + Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) => byte.toString(16).padStart(2, '0')).join('');
    const sha256 = await hashed(bytes, id);
    const kept = { id, name, model_type, parameters, card, bytes: bytes.length, created: Date.now(), sha256 };
    /** @type {Failure | null} */
    let refused = null;
    try {
      await putAll([
        { store: 'models', key: id, value: kept },
        { store: 'bytes', key: id, value: bytes },
      ]);
    } catch (error) {
      refused = toFailure(error);
      this.#inMemory.set(id, bytes);
    }
    this.#kept.push(kept);
    this.#tell();
    return { id, refused };
  }

  /**
   * @param {string} id
   * @param {string} name
   */
  async rename(id, name) {
    const kept = this.#kept.find((model) => model.id === id);
    if (!kept || !name.trim()) return;
    kept.name = name.trim();
    this.#entries.delete(id);
    this.#tell();
    if (this.isKept(id)) await putAll([{ store: 'models', key: id, value: kept }]);
  }

  /** @param {string} id */
  async remove(id) {
    if (this.isKept(id)) {
      await removeAll([
        { store: 'models', key: id },
        { store: 'bytes', key: id },
      ]);
    }
    this.#inMemory.delete(id);
    this.#entries.delete(id);
    this.#kept = this.#kept.filter((model) => model.id !== id);
    this.#tell();
  }

  /** @param {string} id */
  async bytes(id) {
    return this.#inMemory.get(id) ?? (await storedBytes(id));
  }

  /** @param {() => void} listener */
  onChange(listener) {
    this.#listeners.add(listener);
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }
}

/**
 * @param {Kept} kept
 * @param {Uint8Array | undefined} inMemory
 * @returns {ModelEntry}
 */
function entryOf({ id, name, model_type, bytes, card, parameters, sha256 }, inMemory) {
  return {
    id,
    model_type,
    files: {
      config: '',
      tokenizer: '',
      weights: { path: '', bytes, sha256 },
      own: inMemory ? new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (inMemory)]) : true,
    },
    language: '',
    licence: '',
    title: { de: name, en: name },
    card: told(cardKey(card), { steps: card?.steps ?? 0, minutes: Math.round((card?.seconds ?? 0) / 6) / 10 }),
    trained_on: card ? told(card.unit === 'pair' ? 'cardPairs' : 'cardSongs', { characters: card.characters, count: card.songs }) : { de: '', en: '' },
    figures: { dev_bits_per_char: rounded(card?.bits_per_char), parameters },
  };
}

/** @param {Card | null} card */
function cardKey(card) {
  if (!card) return 'cardUnknown';
  return card.fine_tuned ? 'cardTuned' : 'cardScratch';
}

/**
 * Returns a text that is looked up when read, since the other language's words may not be loaded yet.
 *
 * @param {import('../i18n/index.js').Key} key
 * @param {import('../i18n/index.js').Params} params
 * @returns {Bilingual}
 */
function told(key, params) {
  const now = () => text(key, params);
  return {
    get de() {
      return now();
    },
    get en() {
      return now();
    },
  };
}

/**
 * @param {Uint8Array} bytes
 * @param {string} otherwise
 */
async function hashed(bytes, otherwise) {
  if (!globalThis.crypto?.subtle) return otherwise;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', /** @type {Uint8Array<ArrayBuffer>} */ (bytes)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @param {number | undefined | null} value */
function rounded(value) {
  return typeof value === 'number' && Number.isFinite(value) ? Math.round(value * 1000) / 1000 : undefined;
}
