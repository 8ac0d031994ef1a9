// A picture of 32 x 32 pixels as a model sees it, overlaid with its attention.

import { colour } from './colours.js';
import { h } from './dom.js';

/** Width and height of a picture in pixels. */
export const PICTURE_SIZE = 32;
/** Canvas pixels per picture pixel, in each direction. */
const ZOOM = 10;

export class Picture {
  canvas;
  #context;
  /** @type {Uint8Array} */
  #pixels = new Uint8Array(0);

  /** @param {import('../i18n/index.js').Key} label */
  constructor(label) {
    this.canvas = h('canvas', { class: 'picture', width: String(PICTURE_SIZE * ZOOM), height: String(PICTURE_SIZE * ZOOM), role: 'img', tLabel: label });
    this.#context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext('2d'));
  }

  /** @param {Uint8Array} pixels RGB, rows from the top */
  show(pixels) {
    this.#pixels = pixels;
    this.look(null);
  }

  /** Draws the picture, with attention weights of 8 x 8 positions unless null. @param {ArrayLike<number> | null} looked */
  look(looked) {
    if (!this.#pixels.length) return;
    const context = this.#context;
    for (let index = 0; index < PICTURE_SIZE * PICTURE_SIZE; index += 1) {
      const [red, green, blue] = this.#pixels.subarray(3 * index, 3 * index + 3);
      context.fillStyle = `rgb(${red} ${green} ${blue})`;
      context.fillRect((index % PICTURE_SIZE) * ZOOM, Math.floor(index / PICTURE_SIZE) * ZOOM, ZOOM, ZOOM);
    }
    if (!looked) return;
    const places = Math.sqrt(looked.length);
    const size = (PICTURE_SIZE * ZOOM) / places;
    const most = Math.max(...Array.from(looked));
    context.lineWidth = 4;
    for (let index = 0; index < looked.length; index += 1) {
      const share = looked[index] / most;
      if (share < 0.15) continue;
      const [x, y] = [(index % places) * size, Math.floor(index / places) * size];
      context.globalAlpha = share;
      context.strokeStyle = colour('signed', 1, 1);
      context.strokeRect(x + 3, y + 3, size - 6, size - 6);
      context.globalAlpha = 1;
    }
  }
}
