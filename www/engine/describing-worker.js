// The worker that draws icons and describes pictures. The model is only downloaded once the view is opened.

import { EngineError } from '../errors.js';
import { startModule } from './module.js';
import { serve } from './serve.js';
import { isPage, pageInstead } from './texts.js';

/** @typedef {import('../pkg/full/liedwerk.js').Describer} Describer */

const FOLDER = new URL('../models/captioner-de-en/', import.meta.url);

/** @type {Promise<Describer> | null} */
let opened = null;

serve(async (/** @type {import('./describer.js').DescriberCommand} */ command) => {
  const module = await startModule('full');
  if (command.type === 'draw') return { result: module.drawIcon(command.seed, command.index) };
  opened ??= open(module);
  opened.catch(() => (opened = null));
  const describer = await opened;
  const { pixels } = command;
  return { result: { de: describer.describe(pixels, 'de'), en: describer.describe(pixels, 'en') } };
});

/** @param {import('./protocol.js').FullWasm} module */
async function open(module) {
  const [config, tokenizer, weights] = await Promise.all(
    ['config.json', 'tokenizer.json', 'model.safetensors'].map((name) => fetched(new URL(name, FOLDER).href)),
  );
  const text = (/** @type {Uint8Array} */ bytes) => new TextDecoder().decode(bytes);
  return module.Describer.load(text(config), text(tokenizer), weights);
}

/** @param {string} url */
async function fetched(url) {
  /** @type {Response} */
  let response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw new EngineError('download-failed', `${url}: ${error}`);
  }
  if (!response.ok) throw new EngineError('download-failed', `${url}: HTTP ${response.status}`);
  if (isPage(response)) throw pageInstead(url);
  return new Uint8Array(await response.arrayBuffer());
}
