// The worker that draws icons and describes pictures. The model is only downloaded once the view is opened.

import { startModule } from './module.js';
import { serve } from './serve.js';
import { fetchSmallModel } from './small-model.js';

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
  const { config, tokenizer, weights } = await fetchSmallModel(FOLDER);
  return module.Describer.load(config, tokenizer, weights);
}
