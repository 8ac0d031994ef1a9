// A worker of its own for the models that read: who never asks for one fetches neither them nor the larger module, in
// which their class is.

import { modelFiles } from './model-files.js';
import { startModule } from './module.js';
import { serve } from './serve.js';

/** @typedef {import('../pkg/full/liedwerk.js').Reader} Reader */
/** @typedef {import('./protocol.js').Note} Note */

/** By the hash of the weights; each is small. @type {Map<string, Promise<{ reader: Reader, notes: Note[] }>>} */
const opened = new Map();

serve(async (/** @type {import('./reader.js').ReadCommand} */ command, post) => {
  const onProgress = (/** @type {number} */ received, /** @type {number} */ total) =>
    post(/** @type {{ type: string }} */ ({ type: 'progress', received, total }));
  const { reader, notes } = await open(command, onProgress);
  return { result: read(reader, command), notes };
});

/**
 * @param {Reader} reader
 * @param {import('./reader.js').ReadCommand} command
 */
function read(reader, command) {
  switch (command.type) {
    case 'tag':
      return reader.tag(command.text);
    case 'classify':
      return command.lines.map((line) => reader.classify(line));
    case 'fill':
      return reader.fill(command.text, command.top);
  }
}

/**
 * @param {import('./protocol.js').ModelRequest} request
 * @param {(received: number, total: number) => void} onProgress
 */
function open(request, onProgress) {
  const { sha256 } = request.model.files.weights;
  const model = opened.get(sha256) ?? load(request, onProgress);
  opened.set(sha256, model);
  // One that could not be opened is tried again by the next who asks.
  model.catch(() => opened.delete(sha256));
  return model;
}

/**
 * @param {import('./protocol.js').ModelRequest} request
 * @param {(received: number, total: number) => void} onProgress
 */
async function load(request, onProgress) {
  const { signal } = new AbortController();
  const [module, { config, tokenizer, bytes, notes }] = await Promise.all([startModule('full'), modelFiles(request, { signal, onProgress })]);
  return { reader: module.Reader.load(bytes, config, tokenizer), notes };
}
