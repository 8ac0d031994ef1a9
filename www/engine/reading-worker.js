// A separate worker for the models that read. They and the full module, which contains their class, are only
// downloaded on demand.

import { modelFiles } from './model-files.js';
import { startModule } from './module.js';
import { serve } from './serve.js';

/** @typedef {import('../pkg/full/liedwerk.js').Reader} Reader */
/** @typedef {import('./protocol.js').Note} Note */

/** Readers by the hash of their weights. All are kept, since each is small. @type {Map<string, Promise<{ reader: Reader, notes: Note[] }>>} */
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
  // After a failure, the next request tries again.
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
