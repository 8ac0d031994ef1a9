// The page's side of the worker that prepares texts.

import { Channel } from './channel.js';

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
