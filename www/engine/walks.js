// Walking in a text: the page names the tokens that stand, and only what differs is computed.

import { breath, nextSlice, SLICE_MS } from './slices.js';

/** @typedef {import('./protocol.js').WasmGenerator} WasmGenerator */
/** @typedef {import('./protocol.js').Note} Note */

/**
 * @typedef {object} Stand where a generator stands after a walk
 * @property {string} key of prompt and options
 * @property {{ prompt: string, notes: Note[] }} started
 * @property {number[]} ids
 */

/** @type {WeakMap<WasmGenerator, Stand>} */
const stands = new WeakMap();

/** @param {WasmGenerator} generator that writes another text now */
export function forgetWalk(generator) {
  stands.delete(generator);
}

/**
 * @param {import('./protocol.js').WalkCommand} job
 * @param {WasmGenerator} generator
 * @param {AbortSignal} signal
 * @param {(event: import('./protocol.js').EngineEvent) => void} post
 */
export async function walk({ id, prompt, options, path, more }, generator, signal, post) {
  const key = JSON.stringify([prompt, options]);
  const before = stands.get(generator);
  // Whatever is thrown on the way leaves it unknown where the generator stands.
  stands.delete(generator);
  const stand = before?.key === key ? before : { key, started: generator.start(prompt, options), ids: [] };
  post({ id, type: 'started', ...stand.started });
  const { ids } = stand;
  const begin = performance.now();
  const same = commonLength(ids, path);
  if (same < ids.length) generator.rewind(ids.length - same);
  ids.length = same;
  let ended = false;
  let tokens = 0;
  let slice = 4;
  const end = path.length + more;
  post({ id, type: 'steps', from: same, steps: [], ended, tokens, seconds: 0 });
  while (!ended && ids.length < end && !signal.aborted) {
    const from = ids.length;
    const start = performance.now();
    const { steps, done } =
      from < path.length
        ? forced(generator, path.slice(from), start + SLICE_MS)
        : generator.next(Math.min(slice, end - from));
    for (const step of steps) ids.push(step.id);
    ended = done;
    tokens += steps.length;
    const now = performance.now();
    post({ id, type: 'steps', from, steps, ended, tokens, seconds: (now - begin) / 1000 });
    if (from >= path.length) slice = nextSlice(slice, now - start);
    await breath();
  }
  stands.set(generator, stand);
  const seconds = (performance.now() - begin) / 1000;
  post({ id, type: 'done', cancelled: !ended && ids.length < end, tokens, seconds });
}

/**
 * As many of these tokens as can be put into the text until then, at least one.
 *
 * @param {WasmGenerator} generator
 * @param {number[]} path
 * @param {number} until
 */
function forced(generator, path, until) {
  /** @type {import('./protocol.js').Step[]} */
  const steps = [];
  let done = false;
  for (const id of path) {
    const written = generator.force(id);
    steps.push(...written.steps);
    done = written.done;
    if (done || performance.now() >= until) break;
  }
  return { steps, done };
}

/**
 * @param {number[]} some
 * @param {number[]} others
 */
function commonLength(some, others) {
  let length = 0;
  while (length < some.length && length < others.length && some[length] === others[length]) length += 1;
  return length;
}
