// Where an engine computes. The GPU is asked for once and checked before it may write a word; what the CPU
// gives at once has to be awaited of it.

import { EngineError, toFailure } from '../errors.js';
import { startModule } from './module.js';

/** @typedef {import('./protocol.js').WasmGenerator} WasmGenerator */
/** @typedef {import('./protocol.js').WasmTranslator} WasmTranslator */
/** @typedef {import('./protocol.js').WasmGpu} WasmGpu */
/** @typedef {import('./protocol.js').Written} Written */

/**
 * @typedef {object} Found
 * @property {WasmGpu | null} gpu null where there is none that could be used
 * @property {import('./protocol.js').Checked | import('./protocol.js').Failure} report
 */

/** @type {{ attempt: number, found: Promise<Found> } | null} */
let asked = null;
/** Those that compute on a GPU. @type {WeakMap<WasmGenerator | WasmTranslator, Found>} */
const onGpu = new WeakMap();
/** Ends with what a GPU was last asked for, also where nobody waits for it any more. @type {Promise<unknown>} */
let busy = Promise.resolve();

/**
 * @param {number} attempt asked for anew where it has grown
 * @returns {Promise<Found>}
 */
export function findGpu(attempt) {
  if (!asked || asked.attempt < attempt) asked = { attempt, found: request() };
  return asked.found;
}

/** @returns {Promise<Found>} */
async function request() {
  try {
    const nickname = await expectAdapter();
    const { Gpu } = await startModule('full');
    const gpu = await Gpu.request();
    const checked = await gpu.check(false);
    return { gpu, report: { ...checked, name: nickname || checked.name } };
  } catch (error) {
    return { gpu: null, report: toFailure(error) };
  }
}

/**
 * Fails where the browser has no GPU to offer: nobody then needs the module that could use it.
 *
 * @returns {Promise<string>} browsers hide what a GPU calls itself, but most tell of what kind it is
 */
export async function expectAdapter() {
  const { gpu } = /** @type {any} */ (navigator);
  const adapter = await gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new EngineError('gpu-unavailable', 'this browser offers no WebGPU adapter');
  const { description, vendor, architecture } = adapter.info ?? {};
  return description || [vendor, architecture].filter(Boolean).join(' ');
}

/**
 * Lets an engine compute there from now on.
 *
 * @param {WasmGenerator | WasmTranslator} engine
 * @param {Found | null} found null for the CPU
 */
export function place(engine, found) {
  // The lean module knows no GPU.
  if (!('useGpu' in engine) || (onGpu.get(engine) ?? null) === found) return;
  if (found?.gpu) {
    engine.useGpu(found.gpu);
    onGpu.set(engine, found);
  } else {
    engine.useCpu();
    onGpu.delete(engine);
  }
}

/**
 * Why the CPU has gone on where a GPU was to compute, if it has. It is told once, and nobody is given that GPU
 * any more.
 *
 * @param {WasmGenerator | WasmTranslator} engine
 */
export function lostGpu(engine) {
  const found = onGpu.get(engine);
  const error = found && 'gpuFault' in engine && engine.gpuFault();
  if (!error) return null;
  onGpu.delete(engine);
  found.gpu = null;
  found.report = toFailure(error);
  return found.report;
}

/**
 * To be asked after each step: tells the page where the GPU was lost on the way.
 *
 * @param {{ id: number, device: import('./protocol.js').DeviceWish }} job
 * @param {WasmGenerator | WasmTranslator} engine
 * @param {(event: import('./protocol.js').EngineEvent) => void} post
 */
export function tellLoss({ id, device }, engine, post) {
  const report = lostGpu(engine);
  if (report) post({ id, type: 'device', on: 'cpu', attempt: device.attempt, report });
}

/**
 * @template T
 * @typedef {T | Promise<T>} Given known at once from the module without a GPU, promised by the other
 */

/**
 * @typedef {object} Writer
 * @property {(prompt: string, options: Partial<import('./protocol.js').GenerateOptions>) => Given<import('./protocol.js').Started>} start
 * @property {(n: number) => Given<Written>} next
 * @property {(id: number) => Given<Written>} force
 */

/**
 * What a generator gives, to be awaited.
 *
 * @param {WasmGenerator} generator
 * @returns {Writer}
 */
export function writer(generator) {
  return {
    start: (prompt, options) => watched(generator.start(prompt, options)),
    next: (n) => watched(generator.next(n)),
    force: (id) => watched(generator.force(id)),
  };
}

/**
 * The next piece of a translator, to be awaited.
 *
 * @param {WasmTranslator} translator
 */
export function nextPiece(translator) {
  return watched(translator.next());
}

/**
 * @template T
 * @param {Given<T>} step
 */
function watched(step) {
  if (step instanceof Promise) busy = step.catch(() => {});
  return step;
}

/** Before this no engine may be touched: it is still at a step that was given up. */
export function atRest() {
  return busy;
}
