// The worker's opened models: the wasm module, and an engine for each model lately used.

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

/** Who started this worker has named the module that it needs. @type {import('./protocol.js').ModuleName} */
const MODULE = self.name === 'full' ? 'full' : 'lean';
/** Two translators to compare and one model that writes. */
const MOST = 3;

/**
 * By the hash of the weights; the one used last stands last.
 *
 * @type {Map<string, OpenedModel>}
 */
const opened = new Map();

/** The index of songs used last. @type {{ sha256: string, index: import('../pkg/liedwerk.js').SongIndex } | null} */
let songs = null;

/**
 * The index of the songs that a model learned from.
 *
 * @param {import('./protocol.js').ModelRequest} request
 * @param {How} how
 */
export async function openSongs({ model, fresh, known }, how) {
  const file = model.files.songs;
  if (!file) throw new EngineError('bad-manifest', `${model.id} names no index of songs`);
  if (songs?.sha256 === file.sha256) return { index: songs.index, notes: [] };
  const [module, { bytes, notes }] = await Promise.all([startWasm(), fetchWeights(file, { fresh, known, ...how })]);
  songs?.index.free();
  songs = null;
  songs = { sha256: file.sha256, index: module.SongIndex.load(bytes) };
  return { index: songs.index, notes };
}

/**
 * @typedef {object} How
 * @property {AbortSignal} signal
 * @property {(received: number, total: number) => void} onProgress
 */

/**
 * A model: opened before, or from its files.
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
  const loaded = { engine: Class.load(bytes, config, tokenizer), loaded: { notes } };
  opened.set(weights.sha256, loaded);
  return loaded;
}

/** Before a model is opened, since both at once might not fit into memory. */
function makeRoom() {
  for (const [sha256, { engine }] of opened) {
    if (opened.size < MOST) return;
    engine.free();
    opened.delete(sha256);
  }
}

/**
 * The module of this worker. In one named `full` it knows the GPU and training, too.
 *
 * @returns {Promise<import('./protocol.js').Wasm>}
 */
export function startWasm() {
  return startModule(MODULE);
}
