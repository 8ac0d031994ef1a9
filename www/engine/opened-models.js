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

/** What models of a language share, of each kind the one used last. @type {Map<'SongIndex' | 'Lexicon', { sha256: string, opened: any }>} */
const shared = new Map();

/**
 * The index of the songs that a model learned from.
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
 * The words of a language with their sounds.
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
  const engine = Class.load(bytes, config, tokenizer);
  const loaded = { engine, loaded: 'header' in engine ? { notes, header: engine.header() } : { notes } };
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
