// The page's side of the worker that prepares texts: only the last question is answered.

import { EngineError } from './errors.js';

/**
 * @typedef {{ pieces: string[], ids: number[], size: number }} Numbered tokens, and how many numbers there are
 *
 * @typedef {object} Prepared a text after each step of its preparation
 * @property {string} cleaned
 * @property {string} dropped the characters that cleaning has removed, each once
 * @property {string[]} sentences
 * @property {{ text: string, stop: boolean, stem: string, lemma?: string }[]} words
 * @property {Numbered} characters
 * @property {Numbered} vocabulary
 * @property {Numbered} subwords
 * @property {string[]} merges what the byte pairs spell, in the order learned
 * @property {{ stop_words: number, lemmas: number }} lists how long the language's lists are
 */

/** @type {Worker | null} */
let worker = null;
let ids = 0;
/** @type {Map<number, { resolve: (prepared: Prepared) => void, reject: (error: EngineError) => void }>} */
const waiting = new Map();

/**
 * @param {string} text
 * @param {string} language
 * @param {number} merges
 * @returns {Promise<Prepared>} rejects with an EngineError
 */
export function prepare(text, language, merges) {
  worker ??= start();
  const id = ++ids;
  worker.postMessage({ id, text, language, merges });
  return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
}

function start() {
  const started = new Worker(new URL('./preparing-worker.js', import.meta.url), { type: 'module' });
  started.addEventListener('message', ({ data: { id, prepared, error } }) => {
    const question = waiting.get(id);
    waiting.delete(id);
    if (prepared) question?.resolve(prepared);
    else question?.reject(new EngineError(error.code, error.message));
    // Browsers may remember that a module could not be fetched; the next question starts anew.
    if (error) end({ code: 'engine-crashed', message: 'the worker has ended' });
  });
  started.addEventListener('error', (event) => {
    event.preventDefault();
    end({ code: 'engine-unavailable', message: event.message || 'the worker could not start' });
  });
  return started;
}

/** @param {import('./protocol.js').Failure} failure */
function end({ code, message }) {
  worker?.terminate();
  worker = null;
  for (const { reject } of waiting.values()) reject(new EngineError(code, message));
  waiting.clear();
}
