// The page's record of a run: enough for another worker to continue if one fails.

/** @typedef {import('./protocol.js').EngineEvent} EngineEvent */
/** @typedef {import('./protocol.js').Finished} Finished */
/** @typedef {import('./protocol.js').Job} Job */
/** @typedef {import('./protocol.js').Loaded} Loaded */
/** @typedef {import('./protocol.js').ModuleName} ModuleName */
/** @typedef {import('./protocol.js').UseGpuCommand} UseGpuCommand */

/**
 * @typedef {object} Listeners
 * @property {(received: number, total: number) => void} [onProgress]
 * @property {(loaded: Loaded) => void} [onLoaded]
 * @property {(on: 'cpu' | 'gpu') => void} [onDevice] for runs not bound to the CPU; called again if the GPU is lost
 * @property {(prompt: string, notes: import('./protocol.js').Note[]) => void} [onStarted]
 * @property {(text: string, tokens: number, seconds: number) => void} [onToken]
 * @property {(line: import('./protocol.js').LineEvent['line'], tokens: number, lines: number) => void} [onLine]
 * @property {(figures: import('./protocol.js').SongFigures) => void} [onJudged]
 * @property {(from: number, steps: import('./protocol.js').Step[], ended: boolean) => void} [onSteps]
 * @property {(stretches: import('./protocol.js').Stretch[]) => void} [onRecalled]
 * @property {(pieces: number, notes: import('./protocol.js').Note[]) => void} [onSplit]
 * @property {(piece: import('./protocol.js').Piece, tokens: number, seconds: number) => void} [onPiece]
 * @property {(recorded: import('./protocol.js').Recorded, steps: import('./protocol.js').Step[]) => void} [onFrames]
 * @property {(piece: import('./protocol.js').Piece, inside: import('./protocol.js').Recorded[]) => void} [onInside]
 * @property {(answer: import('./protocol.js').Answer) => void} [onAnswer]
 */

/**
 * @typedef {object} Pending
 * @property {import('./channel.js').Unsent<Job | UseGpuCommand>} command
 * @property {Listeners} listeners
 * @property {Finished} before what an earlier worker has done
 * @property {Finished} last the total so far
 * @property {boolean} begun whether `onStarted` or `onSplit` has been called
 * @property {number[]} ids of the tokens that the listeners have
 * @property {number} pieces number of pieces that the listeners have
 * @property {boolean} cancelled
 * @property {() => void} cancel cancels it in whichever worker has it
 */

/** The progress of a run that has done nothing yet. */
export const NOTHING = { cancelled: false, tokens: 0, seconds: 0 };

/**
 * Returns the module of the worker that handles a command.
 *
 * @param {Pending['command']} command
 * @returns {ModuleName}
 */
export function moduleOf({ type, device }) {
  return type === 'use-gpu' || device.choice !== 'cpu' ? 'full' : 'lean';
}

/**
 * Passes an event to the listeners of a run. The start is not reported twice when another worker takes over.
 *
 * @param {Pending} pending
 * @param {EngineEvent} event
 */
export function tell(pending, event) {
  const { listeners, before } = pending;
  if ('tokens' in event) pending.last = { ...together(before, event), cancelled: true };
  if (event.type === 'progress') listeners.onProgress?.(event.received, event.total);
  if (event.type === 'loaded') listeners.onLoaded?.(event);
  if (pending.cancelled) return;
  const { tokens, seconds } = pending.last;
  const again = pending.begun;
  switch (event.type) {
    case 'device':
      return listeners.onDevice?.(event.on);
    case 'started':
      pending.begun = true;
      return again ? undefined : listeners.onStarted?.(event.prompt, event.notes);
    case 'token':
      pending.ids.push(...event.ids);
      return listeners.onToken?.(event.text, tokens, seconds);
    case 'line':
      return listeners.onLine?.(event.line, tokens, event.lines);
    case 'judged':
      return listeners.onJudged?.(event.figures);
    case 'steps':
      pending.ids = [...pending.ids.slice(0, event.from), ...event.steps.map(({ id }) => id)];
      return listeners.onSteps?.(event.from, event.steps, event.ended);
    case 'recalled':
      return listeners.onRecalled?.(event.stretches);
    case 'split':
      pending.begun = true;
      return again ? undefined : listeners.onSplit?.(event.pieces, event.notes);
    case 'piece':
      pending.pieces += 1;
      return listeners.onPiece?.(event.piece, tokens, seconds);
    case 'frames':
      return listeners.onFrames?.(event.recorded, event.steps);
    case 'inside':
      return listeners.onInside?.(event.piece, event.inside);
    case 'answer':
      return listeners.onAnswer?.(event.answer);
  }
}

/**
 * Returns the command that completes a job on the CPU.
 *
 * @param {Pending} pending
 * @param {import('./channel.js').Unsent<Job>} job
 * @returns {import('./channel.js').Unsent<Job>}
 */
export function remainder({ ids, pieces }, job) {
  const device = { ...job.device, choice: /** @type {const} */ ('cpu') };
  if (job.type === 'generate') return { ...job, device, path: ids };
  if (job.type === 'translate') return { ...job, device, skip: pieces };
  if (job.type !== 'walk' || ids.length <= job.path.length) return { ...job, device };
  return { ...job, device, path: ids, more: job.path.length + job.more - ids.length };
}

/**
 * Adds the progress of two workers.
 *
 * @param {Finished} before
 * @param {{ tokens: number, seconds: number, cancelled?: boolean }} then
 * @returns {Finished}
 */
export function together(before, { tokens, seconds, cancelled = false }) {
  return { cancelled, tokens: before.tokens + tokens, seconds: before.seconds + seconds };
}
