// Reads models/index.json, the list of models. It is untrusted, so every field is checked.

import { EngineError } from './errors.js';
import { kindOf } from './engine/kinds.js';
import { fetchText } from './engine/texts.js';
import { Shelf } from './shelf/shelf.js';

/** @typedef {import('./engine/protocol.js').ModelEntry} ModelEntry */

const MANIFEST = 'models/index.json';
/** Maximum size of a weights file in bytes, since weights are held in memory as a whole. */
const LARGEST_WEIGHTS = 2 ** 30;

/** The models of the page, loaded once and shared by all views, followed by the visitor's own. */
export class Catalog {
  shelf = new Shelf();
  /** @type {ModelEntry[]} */
  #models = [];
  /** @type {Promise<ModelEntry[]> | null} */
  #opening = null;
  /** @type {Set<() => void>} */
  #listeners = new Set();

  constructor() {
    this.shelf.onChange(() => this.isOpen && this.#tell());
  }

  /**
   * Loads the list of models.
   *
   * @param {{ fresh: boolean }} how bypass the HTTP cache
   * @throws {EngineError} bad-manifest
   */
  async open({ fresh }) {
    if (this.#models.length && !fresh) return;
    // Concurrent calls share one request.
    this.#opening ??= loadManifest({ fresh }).finally(() => {
      this.#opening = null;
    });
    const [models] = await Promise.all([this.#opening, this.shelf.open()]);
    if (models === this.#models) return;
    this.#models = models;
    this.#tell();
  }

  /** Whether the list has been loaded. */
  get isOpen() {
    return this.#models.length > 0;
  }

  /** @param {import('./engine/kinds.js').Kind} kind */
  of(kind) {
    return [...this.#models, ...this.shelf.entries()].filter((model) => kindOf(model) === kind);
  }

  /** Returns the sha256 of every weights file; other files in the cache are from earlier versions. */
  known() {
    const large = this.#models.flatMap(({ files: { weights, songs, lexicon } }) => [weights, songs, lexicon]);
    return large.flatMap((file) => (file ? [file.sha256] : []));
  }

  /**
   * Returns the pronunciation lexicon of a model's language.
   *
   * @param {ModelEntry} model
   * @returns {import('./engine/protocol.js').WeightsFile | null}
   */
  lexiconFor({ files, language }) {
    const found = files.lexicon ?? this.#models.find((other) => other.language === language && other.files.lexicon)?.files.lexicon;
    return found ?? null;
  }

  /** @param {() => void} listener called when the list has loaded, and whenever it changes */
  onOpen(listener) {
    this.#listeners.add(listener);
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }
}

/**
 * @param {{ fresh: boolean }} how
 * @returns {Promise<ModelEntry[]>} at least one
 * @throws {EngineError} bad-manifest
 */
async function loadManifest({ fresh }) {
  const url = new URL(MANIFEST, document.baseURI);
  try {
    const manifest = JSON.parse(await fetchText(url.href, { cache: fresh ? 'reload' : 'no-cache' }));
    if (manifest?.version !== 1) throw new Error('version is not 1');
    if (!Array.isArray(manifest.models) || !manifest.models.length) throw new Error('no models');
    return manifest.models.map((/** @type {any} */ entry) => readEntry(entry, url));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new EngineError('bad-manifest', `${MANIFEST}: ${message}`);
  }
}

/**
 * @param {any} entry
 * @param {URL} base
 * @returns {ModelEntry}
 */
function readEntry(entry, base) {
  const { id, files, figures = {} } = entry;
  requireThat(typeof id === 'string' && /^[\w.-]{1,100}$/.test(id), 'id');
  return {
    id,
    model_type: String(entry.model_type),
    files: {
      config: inside(files.config, base),
      tokenizer: inside(files.tokenizer, base),
      weights: largeFile(files.weights, 'files.weights', base),
      songs: files.songs && largeFile(files.songs, 'files.songs', base),
      lexicon: files.lexicon && largeFile(files.lexicon, 'files.lexicon', base),
    },
    language: /^[a-z]{2,3}$/.test(entry.language) ? entry.language : 'en',
    licence: String(entry.licence ?? ''),
    title: bilingual(entry.title, id),
    card: bilingual(entry.card, ''),
    trained_on: bilingual(entry.trained_on, ''),
    figures: {
      dev_bits_per_char: number(figures.dev_bits_per_char),
      dev_bleu: number(figures.dev_bleu),
      dev_chrf: number(figures.dev_chrf),
      dev_accuracy: number(figures.dev_accuracy),
      parameters: number(figures.parameters),
      measured_with: typeof figures.measured_with === 'string' ? figures.measured_with : undefined,
    },
  };
}

/**
 * @param {any} file
 * @param {string} field
 * @param {URL} base
 * @returns {import('./engine/protocol.js').WeightsFile}
 */
function largeFile(file, field, base) {
  const { path, bytes, sha256 } = file ?? {};
  requireThat(/^[0-9a-f]{64}$/i.test(sha256), `${field}.sha256`);
  requireThat(Number.isSafeInteger(bytes) && bytes > 0 && bytes <= LARGEST_WEIGHTS, `${field}.bytes`);
  return { path: inside(path, base), bytes, sha256 };
}

/**
 * @param {boolean} holds
 * @param {string} field
 */
function requireThat(holds, field) {
  if (!holds) throw new Error(`${field} is missing or wrong`);
}

/**
 * @param {unknown} path
 * @param {URL} base
 */
function inside(path, base) {
  requireThat(typeof path === 'string', 'files');
  const url = new URL(String(path), base);
  requireThat(url.origin === base.origin, 'files (another host)');
  return url.href;
}

/**
 * @param {any} texts
 * @param {string} otherwise
 * @returns {import('./engine/protocol.js').Bilingual}
 */
function bilingual(texts, otherwise) {
  return { de: String(texts?.de ?? otherwise), en: String(texts?.en ?? otherwise) };
}

/** @param {unknown} value */
function number(value) {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
