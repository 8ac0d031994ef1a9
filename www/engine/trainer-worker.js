// The training worker. It runs one job at a time; generation continues meanwhile in the other worker.

import { EngineError, toFailure } from '../errors.js';
import { contentOf } from './content.js';
import { draft } from './drafting.js';
import { startModule } from './module.js';
import { trainerOf, TrainingLoop } from './training-loop.js';

/** @typedef {import('./training-protocol.js').TrainerCommand} TrainerCommand */
/** @typedef {import('./training-protocol.js').TrainerEvent} TrainerEvent */
/** @typedef {import('./training-protocol.js').TrainerJob} TrainerJob */
/** @typedef {import('./training-protocol.js').WasmTraining} WasmTraining */

/** What is read of every file of a model before all: room for a tokenizer or a header, and for the directory of a zip. */
const [FIRST_BYTES, LAST_BYTES] = [2 ** 22, 2 ** 18];

/** @type {Map<number, TrainingLoop>} */
const trainings = new Map();
let queue = Promise.resolve();
/** The trainer that computes shares for another worker's run. @type {import('./training-protocol.js').WasmTrainer | null} */
let joined = null;

self.addEventListener('message', (/** @type {MessageEvent<TrainerCommand>} */ { data }) => {
  if (data.type === 'instruct') {
    trainings.get(data.id)?.instruct(data.instruction);
    return;
  }
  if (data.type === 'train') trainings.set(data.id, new TrainingLoop(data, post));
  queue = queue.then(() => run(data));
});

/** @param {TrainerEvent} event */
function post(event) {
  const all = [];
  if ('bytes' in event) all.push(event.bytes);
  if (event.type === 'model' && event.best) all.push(event.best.bytes);
  if (event.type === 'done' && event.result instanceof Uint8Array) all.push(event.result);
  self.postMessage(event, { transfer: all.map(({ buffer }) => buffer) });
}

/** @param {TrainerJob} job */
async function run(job) {
  try {
    const module = await startModule('full');
    const training = trainings.get(job.id);
    const result = training ? await training.run(module) : await resultOf(job, module);
    post({ id: job.id, type: 'done', result });
  } catch (error) {
    post({ id: job.id, type: 'failed', error: toFailure(error) });
  } finally {
    trainings.delete(job.id);
  }
}

/**
 * @param {TrainerJob} job
 * @param {WasmTraining} module
 */
async function resultOf(job, module) {
  switch (job.type) {
    case 'inspect':
      return module.inspectText(job.text, job.kind, job.data, job.seed);
    case 'draft':
      return draft(job, module);
    case 'read-text':
      return module.readText(job.name, job.bytes, job.table);
    case 'sort':
      return module.sortFiles(job.names, job.heads);
    case 'open': {
      const { names, files } = job;
      const read = (/** @type {(file: Blob) => Blob} */ part) => Promise.all(files.map((file) => contentOf(part(file))));
      const sizes = Float64Array.from(files, (file) => file.size);
      module.refuseEarly(names, sizes, await read((file) => file.slice(0, FIRST_BYTES)), await read((file) => file.slice(-LAST_BYTES)));
      const bytes = module.openModel(names, await read((file) => file));
      const { card, ...rest } = module.readModelFile(bytes);
      return { ...rest, bytes, card: card === undefined ? null : JSON.parse(card) };
    }
    case 'join':
      joined?.free();
      joined = trainerOf(job, module);
      return true;
    case 'share':
      if (!joined) throw new EngineError('bad-option', 'no run was joined');
      return joined.computeShare(job.state, job.share);
    case 'train':
      throw new EngineError('bad-option', 'a training is no question');
  }
}
