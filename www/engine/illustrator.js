// The page's interface to the worker for text to image.

import { Channel } from './channel.js';

/**
 * @typedef {import('../pkg/full/liedwerk.js').JsOrder} DrawOrder
 * @typedef {import('../pkg/full/liedwerk.js').JsDrawnStep} DrawnStep
 * @typedef {{ steps: number, guidance: number, seed: number }} DrawSettings
 * @typedef {{ fingerprint: string, seconds: number }} Finished
 *
 * @typedef {{ id: number, type: 'draw', prompt: string, settings: DrawSettings }} DrawCommand
 * @typedef {DrawCommand | { id: number, type: 'cancel' }} IllustratorCommand
 * @typedef {{ id: number, type: 'understood', order: DrawOrder } | { id: number, type: 'drawn', step: DrawnStep } | { id: number, type: 'done', result: Finished | null } | import('./protocol.js').FailedEvent} IllustratorEvent
 */

/** @type {Channel<IllustratorCommand, IllustratorEvent>} */
const channel = new Channel(new URL('./drawing-worker.js', import.meta.url));

/**
 * @param {string} prompt
 * @param {DrawSettings} settings
 * @param {{ onOrder: (order: DrawOrder) => void, onStep: (step: DrawnStep) => void }} listeners for the interpretation of
 *   the prompt and for each step
 * @returns {{ done: Promise<Finished | null>, cancel: () => void }} `done` resolves to null when stopped, and rejects with
 *   an EngineError
 */
export function draw(prompt, settings, { onOrder, onStep }) {
  const { done, cancel } = channel.request({ type: 'draw', prompt, settings }, (event) => {
    if (event.type === 'understood') onOrder(event.order);
    else if (event.type === 'drawn') onStep(event.step);
  });
  return { done: done.then(({ result }) => result), cancel };
}
