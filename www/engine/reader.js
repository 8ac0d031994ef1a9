// The page's interface to the worker for text classification, tagging and masked words.

import { Channel } from './channel.js';

/**
 * @typedef {import('../pkg/full/liedwerk.js').JsTagged} Tagged a text with a label for every word; `rest` is the
 *   text after the last word
 * @typedef {import('../pkg/full/liedwerk.js').JsVerdict} Judged a line with its labels, most likely first
 * @typedef {import('../pkg/full/liedwerk.js').JsFilled} Filled the candidates for each mask of a text
 * @typedef {import('./protocol.js').ModelRequest} ModelRequest
 *
 * @typedef {{ type: 'tag', text: string } & ModelRequest} TagCommand
 * @typedef {{ type: 'classify', lines: string[] } & ModelRequest} ClassifyCommand
 * @typedef {{ type: 'fill', text: string, top: number } & ModelRequest} FillCommand
 * @typedef {{ id: number } & (TagCommand | ClassifyCommand | FillCommand)} ReadCommand
 * @typedef {{ id: number, type: 'done', result: any, notes: import('./protocol.js').Note[] } | import('./protocol.js').ProgressEvent | import('./protocol.js').FailedEvent} ReadEvent
 * @typedef {(received: number, total: number) => void} OnProgress
 */

/** @type {Channel<ReadCommand, ReadEvent>} */
const channel = new Channel(new URL('./reading-worker.js', import.meta.url));

/**
 * @template T
 * @typedef {{ result: T, notes: import('./protocol.js').Note[] }} Reading a result, and `notes` about the model's files
 */

/**
 * @param {Omit<TagCommand, 'type'>} request
 * @param {OnProgress} onProgress
 * @returns {Promise<Reading<Tagged>>} rejects with an EngineError
 */
export function tag(request, onProgress) {
  return ask({ type: 'tag', ...request }, onProgress);
}

/**
 * @param {Omit<ClassifyCommand, 'type'>} request
 * @param {OnProgress} onProgress
 * @returns {Promise<Reading<Judged[]>>} one per line
 */
export function classify(request, onProgress) {
  return ask({ type: 'classify', ...request }, onProgress);
}

/**
 * @param {Omit<FillCommand, 'type'>} request
 * @param {OnProgress} onProgress
 * @returns {Promise<Reading<Filled>>}
 */
export function fill(request, onProgress) {
  return ask({ type: 'fill', ...request }, onProgress);
}

/**
 * @param {import('./channel.js').Unsent<ReadCommand>} command
 * @param {OnProgress} onProgress
 */
async function ask(command, onProgress) {
  const onEvent = (/** @type {ReadEvent} */ event) => event.type === 'progress' && onProgress(event.received, event.total);
  const { result, notes } = await channel.request(command, onEvent).done;
  return { result, notes };
}
