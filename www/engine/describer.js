// The page's interface to the worker that draws icons and describes pictures.

import { Channel } from './channel.js';

/**
 * @typedef {import('../pkg/full/liedwerk.js').JsDescribedWord} DescribedWord
 * @typedef {import('../pkg/full/liedwerk.js').JsIcon} DrawnIcon
 * @typedef {Record<'de' | 'en', DescribedWord[]>} Described
 *
 * @typedef {{ id: number, type: 'draw', seed: number, index: number } | { id: number, type: 'describe', pixels: Uint8Array }} DescriberCommand
 * @typedef {{ id: number, type: 'done', result: any } | import('./protocol.js').FailedEvent} DescriberEvent
 */

/** @type {Channel<DescriberCommand, DescriberEvent>} */
const channel = new Channel(new URL('./describing-worker.js', import.meta.url));

/**
 * Draws an icon of the endless collection that a seed defines.
 *
 * @param {number} seed
 * @param {number} index
 * @returns {Promise<DrawnIcon>} rejects with an EngineError
 */
export async function drawIcon(seed, index) {
  return (await channel.request({ type: 'draw', seed, index }).done).result;
}

/**
 * @param {Uint8Array} pixels 32 x 32, RGB
 * @returns {Promise<Described>} rejects with an EngineError
 */
export async function describe(pixels) {
  return (await channel.request({ type: 'describe', pixels }).done).result;
}
