// The page's interface to the worker that trains a GAN.

import { Channel } from './channel.js';

/**
 * @typedef {'generator' | 'discriminator'} Network
 * @typedef {Record<Network, [step: number, loss: number][]>} Losses
 *
 * @typedef {object} Picture a snapshot; points are x, y, x, y, … in [-1, 1], y upwards
 * @property {number} step
 * @property {Float32Array} real
 * @property {Float32Array} made the generator's output for a fixed set of noise vectors
 * @property {Float32Array} warped its output for a square lattice of noise, rows from the top
 * @property {Float32Array} field the discriminator's probability that a cell of the square is real, rows from the top
 * @property {Losses} losses since the previous picture
 * @property {import('../pkg/full/liedwerk.js').JsNearness} nearness
 *
 * @typedef {{ type: 'pace', pace: 'paused' | 'fast' | 'slow' } | { type: 'step', networks: readonly Network[] } | { type: 'cloud', cloud: string, drawn: number[] } | { type: 'end' }} Instruction
 * @typedef {{ id: number, type: 'begin', cloud: string, drawn: number[], seed: number }} GanBegin
 * @typedef {GanBegin | { id: number, type: 'instruct', instruction: Instruction } | { id: number, type: 'cancel' }} GanCommand
 * @typedef {{ id: number, type: 'picture', picture: Picture }} PictureEvent
 * @typedef {PictureEvent | { id: number, type: 'done' } | import('./protocol.js').FailedEvent} GanEvent
 */

/** @type {Channel<GanCommand, GanEvent>} */
const channel = new Channel(new URL('./gan-worker.js', import.meta.url));

/**
 * Creates a pair of networks, which waits for instructions.
 *
 * @param {{ cloud: string, drawn: number[], seed: number }} given `drawn`: points as x, y, x, y, …
 * @param {(picture: Picture) => void} onPicture
 * @returns {{ finished: Promise<unknown>, instruct: (instruction: Instruction) => void }} `finished` rejects with an
 *   EngineError
 */
export function beginGan(given, onPicture) {
  const { done, tell } = channel.request({ type: 'begin', ...given }, (event) => {
    if (event.type === 'picture') onPicture(event.picture);
  });
  return { finished: done, instruct: (instruction) => tell({ type: 'instruct', instruction }) };
}
