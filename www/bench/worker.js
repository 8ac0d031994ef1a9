// Measures the CPU and the GPU, one workload after another; see src/bench for the workloads.

import { toFailure } from '../errors.js';
import { startModule } from '../engine/module.js';
import { serve } from '../engine/serve.js';

/** @typedef {import('./protocol.js').Device} Device */
/** @typedef {import('./protocol.js').Figure} Figure */
/** @typedef {import('./protocol.js').Progress} Progress */

/** Minimum duration of a round, so that the latency of the GPU's answer does not dominate. */
const ROUND_MS = 200;
/** The median of this many rounds counts; a workload slower than `SLOW_MS` gets only one round. */
const ROUNDS = 3;
const SLOW_MS = 1500;

/** @typedef {import('../engine/protocol.js').FullWasm} Wasm */
/** @typedef {import('../pkg/full/liedwerk.js').Bench} WasmBench */

serve(async (/** @type {import('./protocol.js').Command} */ { only }, post) => {
  await measureAll(only, post);
  return {};
});

/**
 * @param {string[]} only
 * @param {(progress: Progress) => void} post
 */
async function measureAll(only, post) {
  const wasm = await startModule('full');
  const gpu = await findGpu(wasm, post);
  const wanted = (/** @type {string} */ name) => only.length === 0 || only.some((begin) => name.startsWith(begin));
  /** Small workloads, since those for a real GPU would keep a software adapter busy for minutes. */
  const small = gpu?.software ?? true;
  const measured = (/** @type {string} */ name) => wanted(name) || name.startsWith('peak');
  const onCpu = wasm.Bench.namesOnCpu(true).filter(measured);
  const onGpu = gpu ? wasm.Bench.namesOnGpu(small, gpu).filter(measured) : [];
  const total = onCpu.length + onGpu.length;
  let done = 0;
  /** Measured rates of each device. @type {Record<Device, Map<string, number>>} */
  const peaks = { cpu: new Map(), gpu: new Map() };
  // Measure both columns of a row in turn.
  for (const name of new Set([...onGpu, ...onCpu])) {
    for (const device of /** @type {Device[]} */ (['cpu', 'gpu'])) {
      if (!(device === 'cpu' ? onCpu : onGpu).includes(name)) continue;
      post({ type: 'begin', name, device, done, total });
      const bench = device === 'gpu' && gpu ? wasm.Bench.onGpu(name, small, gpu) : wasm.Bench.onCpu(name, true);
      try {
        const figure = await measure(bench, name, device, peaks[device]);
        peaks[device].set(name, figure.rate);
        post({ type: 'figure', figure });
      } finally {
        bench.free();
      }
      done += 1;
    }
  }
}

/**
 * Requests the GPU and compares it with the CPU.
 *
 * @param {Wasm} wasm
 * @param {(progress: Progress) => void} post
 */
async function findGpu(wasm, post) {
  try {
    const gpu = await wasm.Gpu.request();
    post({ type: 'checking' });
    const { name, largest_error } = await gpu.check(true);
    post({ type: 'adapter', adapter: { name, largest_error, software: gpu.software } });
    return gpu;
  } catch (error) {
    post({ type: 'no-gpu', error: toFailure(error) });
    return null;
  }
}

/**
 * Measures one workload. A first run, which compiles shaders and allocates memory, is not counted; then each round has
 * as many runs as fill it.
 *
 * @param {WasmBench} bench
 * @param {string} name
 * @param {Device} device
 * @param {Map<string, number>} peaks
 * @returns {Promise<Figure>}
 */
async function measure(bench, name, device, peaks) {
  await bench.run(1);
  let times = 1;
  let rounds = [await round(bench, times)];
  while (rounds[0].ms < ROUND_MS) {
    times = Math.floor(times * Math.min(16, Math.max(2, (1.5 * ROUND_MS) / rounds[0].ms)));
    rounds = [await round(bench, times)];
  }
  while (rounds[0].ms < SLOW_MS && rounds.length < ROUNDS) rounds.push(await round(bench, times));
  rounds.sort((a, b) => a.ms - b.ms);
  const { ms, work } = rounds[rounds.length >> 1];
  const rate = (1000 * work) / ms;
  const peak = bench.peak && bench.peak !== name ? peaks.get(bench.peak) : undefined;
  const unit = /** @type {Figure['unit']} */ (bench.unit);
  return { name, device, unit, rate, ...(peak ? { share: rate / peak } : {}) };
}

/**
 * @param {WasmBench} bench
 * @param {number} times
 */
async function round(bench, times) {
  const begin = performance.now();
  const work = await bench.run(times);
  return { ms: performance.now() - begin, work };
}
