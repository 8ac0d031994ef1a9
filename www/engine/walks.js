// Moves back and forth in a text: the page gives the tokens it wants, and only what differs is computed.

import { tellLoss, writer } from './devices.js';
import { breath, FIRST_SLICE, nextSlice, SLICE_MS, unlessStopped } from './slices.js';

/** @typedef {import('./protocol.js').WasmGenerator} WasmGenerator */

/**
 * @typedef {object} Stand the state of a generator after a walk
 * @property {string} key of prompt and options
 * @property {import('./protocol.js').Started} started
 * @property {number[]} ids
 */

/** @type {WeakMap<WasmGenerator, Stand>} */
const stands = new WeakMap();

/** Forgets the state of a generator that now writes another text. @param {WasmGenerator} generator */
export function forgetWalk(generator) {
  stands.delete(generator);
}

/**
 * @param {import('./protocol.js').WalkCommand} job
 * @param {WasmGenerator} generator
 * @param {AbortSignal} signal
 * @param {(event: import('./protocol.js').EngineEvent) => void} post
 */
export async function walk(job, generator, signal, post) {
  const { id, prompt, options, path, more } = job;
  const given = writer(generator);
  const key = JSON.stringify([prompt, options]);
  const before = stands.get(generator);
  // If anything throws on the way, the state of the generator is unknown.
  stands.delete(generator);
  const stand = before?.key === key ? before : { key, started: await unlessStopped(given.start(prompt, options), signal), ids: [] };
  post({ id, type: 'started', ...stand.started });
  const { ids } = stand;
  const begin = performance.now();
  const same = commonLength(ids, path);
  if (same < ids.length) generator.rewind(ids.length - same);
  ids.length = same;
  let ended = false;
  let tokens = 0;
  let slice = FIRST_SLICE;
  const end = path.length + more;
  post({ id, type: 'steps', from: same, steps: [], ended, tokens, seconds: 0 });
  while (!ended && ids.length < end && !signal.aborted) {
    const from = ids.length;
    const start = performance.now();
    const step = from < path.length ? forced(given, path.slice(from), start + SLICE_MS) : given.next(Math.min(slice, end - from));
    const { steps, done } = await unlessStopped(step, signal);
    tellLoss(job, generator, post);
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
 * Forces tokens of a path until a deadline, at least one.
 *
 * @param {import('./devices.js').Writer} given
 * @param {number[]} path
 * @param {number} until compared with `performance.now()`
 */
async function forced(given, path, until) {
  /** @type {import('./protocol.js').Step[]} */
  const steps = [];
  let done = false;
  for (const id of path) {
    const written = await given.force(id);
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
