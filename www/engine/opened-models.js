// The models that a worker has open: an engine for each recently used one.

import { EngineError } from '../errors.js';
import { kindOf } from './kinds.js';
import { modelFiles } from './model-files.js';
import { startModule } from './module.js';
import { fetchWeights } from './weights.js';

/** @typedef {import('./protocol.js').WasmGenerator} WasmGenerator */
/** @typedef {import('./protocol.js').WasmTranslator} WasmTranslator */

/**
 * @typedef {object} OpenedModel
 * @property {WasmGenerator | WasmTranslator} engine
 * @property {import('./protocol.js').Loaded} loaded
 */

/** The worker's name says which module it uses. @type {import('./protocol.js').ModuleName} */
const MODULE = self.name === 'full' ? 'full' : 'lean';
/** Maximum of open models: two translators to compare and one language model. */
const MOST = 3;

/**
 * Open models by the hash of their weights; the most recently used is last.
 *
 * @type {Map<string, OpenedModel>}
 */
const opened = new Map();

/** Resources shared by the models of a language: the most recently used of each kind. @type {Map<'SongIndex' | 'Lexicon', { sha256: string, opened: any }>} */
const shared = new Map();

/**
 * Opens the index of a model's training songs.
 *
 * @param {import('./protocol.js').ModelRequest} request
 * @param {How} how
 * @returns {Promise<{ opened: import('../pkg/liedwerk.js').SongIndex, notes: import('./protocol.js').Note[] }>}
 */
export function openSongs(request, how) {
  const { id, files } = request.model;
  if (!files.songs) throw new EngineError('bad-manifest', `${id} names no index of songs`);
  return openShared('SongIndex', files.songs, request, how);
}

/**
 * Opens the pronunciation lexicon of a language.
 *
 * @param {import('./protocol.js').ComposeCommand} request
 * @param {How} how
 * @returns {Promise<{ opened: import('../pkg/liedwerk.js').Lexicon, notes: import('./protocol.js').Note[] }>}
 */
export function openLexicon(request, how) {
  const { lexicon, model } = request;
  if (!lexicon) throw new EngineError('no-lexicon', `no rhymes are known for ${model.id}`);
  return openShared('Lexicon', lexicon, request, how);
}

/**
 * @param {'SongIndex' | 'Lexicon'} kind
 * @param {import('./protocol.js').WeightsFile} file
 * @param {import('./protocol.js').ModelRequest} request
 * @param {How} how
 * @returns {Promise<{ opened: any, notes: import('./protocol.js').Note[] }>}
 */
async function openShared(kind, file, { fresh, known }, how) {
  const before = shared.get(kind);
  if (before?.sha256 === file.sha256) return { opened: before.opened, notes: [] };
  const [module, { bytes, notes }] = await Promise.all([startWasm(), fetchWeights(file, { fresh, known, ...how })]);
  before?.opened.free();
  shared.delete(kind);
  const opened = module[kind].load(bytes);
  shared.set(kind, { sha256: file.sha256, opened });
  return { opened, notes };
}

/**
 * @typedef {object} How
 * @property {AbortSignal} signal
 * @property {(received: number, total: number) => void} onProgress
 */

/**
 * Returns a model that is open, or opens it from its files.
 *
 * @param {import('./protocol.js').ModelRequest} request
 * @param {How} how
 * @returns {Promise<OpenedModel>}
 */
export async function open(request, how) {
  const { model } = request;
  const { weights } = model.files;
  const before = opened.get(weights.sha256);
  if (before) {
    opened.delete(weights.sha256);
    opened.set(weights.sha256, before);
    return before;
  }
  const [module, { config, tokenizer, bytes, notes }] = await Promise.all([startWasm(), modelFiles(request, how)]);
  makeRoom();
  const Class = kindOf(model) === 'translator' ? module.Translator : module.Generator;
  const engine = Class.load(bytes, config, tokenizer);
  const loaded = { engine, loaded: 'header' in engine ? { notes, header: engine.header() } : { notes } };
  opened.set(weights.sha256, loaded);
  return loaded;
}

/** Frees the least recently used models before another is opened, since both might not fit in memory. */
function makeRoom() {
  for (const [sha256, { engine }] of opened) {
    if (opened.size < MOST) return;
    engine.free();
    opened.delete(sha256);
  }
}

/**
 * Starts the module of this worker. In a worker named `full`, it includes the GPU and training.
 *
 * @returns {Promise<import('./protocol.js').Wasm>}
 */
export function startWasm() {
  return startModule(MODULE);
}
