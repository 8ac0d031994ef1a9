// Messages between the benchmark page and its worker. Types only.

/**
 * @typedef {'cpu' | 'gpu'} Device
 *
 * @typedef {object} Adapter
 * @property {string} name what the GPU calls itself
 * @property {number} largest_error in the comparison with the CPU
 * @property {boolean} software
 *
 * @typedef {object} Figure
 * @property {string} name of the workload
 * @property {Device} device
 * @property {'GFLOP/s' | 'GB/s' | 'tokens/s'} unit
 * @property {number} rate
 * @property {number} [share] of the device's measured peak
 *
 * @typedef {{ id: number, type: 'measure', only: string[] }} Command `only`: prefixes of names; empty for all
 *
 * @typedef {{ type: 'checking' }
 *   | { type: 'adapter', adapter: Adapter }
 *   | { type: 'no-gpu', error: import('../engine/protocol.js').Failure }
 *   | { type: 'begin', name: string, device: Device, done: number, total: number }
 *   | { type: 'figure', figure: Figure }} Progress
 * @typedef {({ id: number } & Progress) | { id: number, type: 'done' } | import('../engine/protocol.js').FailedEvent} BenchEvent
 */

export {};
