// The worker for text to image. The model is fetched only when it is needed.

import { toFailure } from '../errors.js';
import { startModule } from './module.js';
import { breath } from './slices.js';
import { fetchSmallModel } from './small-model.js';

/** @typedef {import('./illustrator.js').IllustratorCommand} IllustratorCommand */
/** @typedef {import('./illustrator.js').IllustratorEvent} IllustratorEvent */
/** @typedef {import('../pkg/full/liedwerk.js').TextToImage} TextToImage */

const FOLDER = new URL('../models/diffusion-de-en/', import.meta.url);

/** @type {Promise<TextToImage> | null} */
let opened = null;
/** @type {Set<number>} */
const cancelled = new Set();

self.addEventListener('message', async (/** @type {MessageEvent<IllustratorCommand>} */ { data }) => {
  const { id } = data;
  const post = (/** @type {IllustratorEvent} */ event) => self.postMessage(event);
  if (data.type === 'cancel') {
    cancelled.add(id);
    return;
  }
  try {
    post({ id, type: 'done', result: await draw(id, data, post) });
  } catch (error) {
    post({ id, type: 'failed', error: toFailure(error) });
  } finally {
    cancelled.delete(id);
  }
});

async function open() {
  const [module, { config, tokenizer, weights }] = await Promise.all([startModule('full'), fetchSmallModel(FOLDER)]);
  return module.TextToImage.load(config, tokenizer, weights);
}

/**
 * @param {number} id
 * @param {import('./illustrator.js').DrawCommand} command
 * @param {(event: IllustratorEvent) => void} post
 */
async function draw(id, { prompt, settings }, post) {
  opened ??= open();
  opened.catch(() => (opened = null));
  const model = await opened;
  const began = performance.now();
  const drawing = model.begin(prompt, { ...settings, seed: BigInt(settings.seed) });
  try {
    post({ id, type: 'understood', order: drawing.order() });
    while (!cancelled.has(id)) {
      const step = drawing.step();
      if (!step) return { fingerprint: drawing.fingerprint(), seconds: (performance.now() - began) / 1000 };
      post({ id, type: 'drawn', step });
      await breath();
    }
    return null;
  } finally {
    drawing.free();
  }
}
