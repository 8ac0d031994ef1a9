// The worker for style transfer. The full module is only downloaded once the view is opened.

import { toFailure } from '../errors.js';
import { startModule } from './module.js';
import { squareOf } from './photo.js';
import { breath, SLICE_MS } from './slices.js';

/** @typedef {import('./painter.js').PainterCommand} PainterCommand */
/** @typedef {import('./painter.js').PainterEvent} PainterEvent */
/** @typedef {import('./painter.js').PaintOrder} PaintOrder */

/** Least time between two pictures. */
const PICTURE_MS = 200;

/** @type {Set<number>} */
const cancelled = new Set();

self.addEventListener('message', async (/** @type {MessageEvent<PainterCommand>} */ { data }) => {
  const { id } = data;
  const post = (/** @type {PainterEvent} */ event, /** @type {Transferable[]} */ transfer = []) => self.postMessage(event, { transfer });
  if (data.type === 'cancel') {
    cancelled.add(id);
    return;
  }
  try {
    const result = data.type === 'look' ? await seen(data.source, data.size, data.seed) : await paint(id, data.order, post);
    post({ id, type: 'done', result });
  } catch (error) {
    post({ id, type: 'failed', error: toFailure(error) });
  } finally {
    cancelled.delete(id);
  }
});

/**
 * @param {import('./painter.js').Source} source
 * @param {number} size
 * @param {number} seed
 */
async function seen({ name, file }, size, seed) {
  if (file) return squareOf(file, size);
  const { drawPicture } = await startModule('full');
  return { pixels: drawPicture(name, size, seed), notes: [] };
}

/**
 * @param {number} id
 * @param {PaintOrder} order
 * @param {(event: PainterEvent, transfer?: Transferable[]) => void} post
 */
async function paint(id, { content, style, size, settings }, post) {
  const { StyleTransfer } = await startModule('full');
  const [from, to] = await Promise.all([content, style].map((source) => seen(source, size, settings.seed)));
  const began = performance.now();
  const transfer = StyleTransfer.create(from.pixels, to.pixels, size, { ...settings, seed: BigInt(settings.seed) });
  try {
    let shown = began;
    /** @type {import('../pkg/full/liedwerk.js').JsStyleStep | undefined} */
    let last;
    const show = () => {
      if (!last) return;
      const pixels = transfer.picture();
      const seconds = (performance.now() - began) / 1000;
      post({ id, type: 'painted', painted: { ...last, pixels, size: Math.sqrt(pixels.length / 3), seconds } }, [pixels.buffer]);
      shown = performance.now();
    };
    while (!cancelled.has(id)) {
      const until = performance.now() + SLICE_MS;
      /** @type {import('../pkg/full/liedwerk.js').JsStyleStep | undefined} */
      let told;
      do {
        told = transfer.step();
        last = told ?? last;
      } while (told && performance.now() < until);
      if (!told) break;
      if (performance.now() - shown >= PICTURE_MS) show();
      await breath();
    }
    show();
  } finally {
    transfer.free();
  }
}
