// The page's side of the worker that reads: a label for a line, one for every word, candidates for masked words.

import { Channel } from './channel.js';

/**
 * @typedef {import('../pkg/full/liedwerk.js').JsTagged} Tagged a text with a label for every word; `rest` is what stands
 *   behind the last
 * @typedef {import('../pkg/full/liedwerk.js').JsVerdict} Judged a line with its labels, the likeliest first
 * @typedef {import('../pkg/full/liedwerk.js').JsFilled} Filled for each mask of a text its candidates
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
 * @typedef {{ result: T, notes: import('./protocol.js').Note[] }} Reading `notes` about the model's files
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
 * @returns {Promise<Reading<Judged[]>>} one for each line
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
