// Chooses an engine's device. The GPU is requested once and checked before it is used. CPU calls return values, GPU
// calls promises.

import { EngineError, toFailure } from '../errors.js';
import { startModule } from './module.js';

/** @typedef {import('./protocol.js').WasmGenerator} WasmGenerator */
/** @typedef {import('./protocol.js').WasmTranslator} WasmTranslator */
/** @typedef {import('./protocol.js').WasmGpu} WasmGpu */
/** @typedef {import('./protocol.js').Written} Written */

/**
 * @typedef {object} Found
 * @property {WasmGpu | null} gpu null if there is no usable one
 * @property {import('./protocol.js').Checked | import('./protocol.js').Failure} report
 */

/** @type {{ attempt: number, found: Promise<Found> } | null} */
let asked = null;
/** Engines that compute on a GPU. @type {WeakMap<WasmGenerator | WasmTranslator, Found>} */
const onGpu = new WeakMap();
/** Settles with the GPU's latest step, even if its result is no longer awaited. @type {Promise<unknown>} */
let busy = Promise.resolve();

/**
 * @param {number} attempt a number greater than before requests the GPU again
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
 * Throws `gpu-unavailable` if the browser offers no GPU, so that the full module need not be downloaded.
 *
 * @returns {Promise<string>} the GPU's description or, where browsers hide that, its vendor and architecture
 */
export async function expectAdapter() {
  const { gpu } = /** @type {any} */ (navigator);
  const adapter = await gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new EngineError('gpu-unavailable', 'this browser offers no WebGPU adapter');
  const { description, vendor, architecture } = adapter.info ?? {};
  return description || [vendor, architecture].filter(Boolean).join(' ');
}

/**
 * Moves an engine to a device.
 *
 * @param {WasmGenerator | WasmTranslator} engine
 * @param {Found | null} found null for the CPU
 */
export function place(engine, found) {
  // The lean module has no GPU support.
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
 * Returns why an engine fell back from the GPU to the CPU, or null if it did not. Reported once; that GPU is then no
 * longer used.
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
 * Tells the page if the GPU was lost. Call this after each step.
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
 * @typedef {T | Promise<T>} Given a value from the lean module, a promise from the full one
 */

/**
 * @typedef {object} Writer
 * @property {(prompt: string, options: Partial<import('./protocol.js').GenerateOptions>) => Given<import('./protocol.js').Started>} start
 * @property {(n: number) => Given<Written>} next
 * @property {(id: number) => Given<Written>} force
 */

/**
 * Wraps a generator so that `atRest` knows of its pending steps.
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
 * Returns a translator's next piece.
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

/** Settles when no abandoned GPU step is pending. Until then, no engine may be used. */
export function atRest() {
  return busy;
}
