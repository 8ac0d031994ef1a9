// The page's interface to the worker that preprocesses texts.

import { Channel } from './channel.js';

/**
 * @typedef {import('../pkg/full/liedwerk.js').JsNumbers} Numbered token ids and the vocabulary size
 * @typedef {import('../pkg/full/liedwerk.js').JsPrepared} Prepared a text after each preprocessing step;
 *   `dropped`: the distinct characters removed by cleaning; `merges`: the merged byte pairs, in the order learned
 *
 * @typedef {{ id: number, type: 'prepare', text: string, language: string, merges: number }} PrepareCommand
 * @typedef {{ id: number, type: 'done', result: Prepared } | import('./protocol.js').FailedEvent} PreparerEvent
 */

/** @type {Channel<PrepareCommand, PreparerEvent>} */
const channel = new Channel(new URL('./preparing-worker.js', import.meta.url));

/**
 * @param {string} text
 * @param {string} language
 * @param {number} merges
 * @returns {Promise<Prepared>} rejects with an EngineError
 */
export async function prepare(text, language, merges) {
  const { result } = await channel.request({ type: 'prepare', text, language, merges }).done;
  return result;
}
