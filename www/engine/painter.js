// The page's interface to the worker for style transfer.

import { Channel } from './channel.js';

/**
 * @typedef {object} Source of a picture: the visitor's file or, without one, the built-in picture called `name`
 * @property {string} name
 * @property {File | null} file
 *
 * @typedef {object} PaintOrder
 * @property {Source} content
 * @property {Source} style
 * @property {number} size
 * @property {{ steps: number, strength: number, seed: number }} settings
 *
 * @typedef {{ pixels: Uint8Array, size: number }} Square RGB, rows from the top
 * @typedef {Square & { step: number, style: number, content: number, seconds: number }} Painted
 *
 * @typedef {{ id: number, type: 'look', source: Source, size: number, seed: number } | { id: number, type: 'paint', order: PaintOrder } | { id: number, type: 'cancel' }} PainterCommand
 * @typedef {{ id: number, type: 'painted', painted: Painted }} PaintedEvent
 * @typedef {PaintedEvent | { id: number, type: 'done', result?: any } | import('./protocol.js').FailedEvent} PainterEvent
 */

/** @type {Channel<PainterCommand, PainterEvent>} */
const channel = new Channel(new URL('./painting-worker.js', import.meta.url));

/**
 * Returns a content or style picture as it will be used.
 *
 * @param {Source} source
 * @param {number} size
 * @param {number} seed
 * @returns {Promise<{ pixels: Uint8Array, notes: import('./protocol.js').Note[] }>} rejects with an EngineError
 */
export async function look(source, size, seed) {
  return (await channel.request({ type: 'look', source, size, seed }).done).result;
}

/**
 * @param {PaintOrder} order
 * @param {(painted: Painted) => void} onPainted receives the picture every few steps and at the end
 * @returns {{ done: Promise<unknown>, cancel: () => void }} `done` rejects with an EngineError
 */
export function paint(order, onPainted) {
  return channel.request({ type: 'paint', order }, (event) => {
    if (event.type === 'painted') onPainted(event.painted);
  });
}
