// The GAN's plane: the discriminator's field, the warped grid, real and generated points, and a pen to draw points.

import { colourIndex, colourTable, onColours } from './colours.js';
import { h } from './dom.js';

/** @typedef {import('../engine/gan.js').Picture} Picture */

/** Width and height of the canvas in pixels; CSS sets its size on the page. */
const SIZE = 640;
/** How far an arrow key moves the pen, in a square of width 2. */
const STROKE = 0.1;
/** Maximum number of points in a drawing. */
const MOST_DRAWN = 400;

export class Plane {
  canvas = h('canvas', { class: 'plane', width: String(SIZE), height: String(SIZE), role: 'img', tLabel: 'ganPlane' });
  #context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext('2d'));
  #field = h('canvas');
  /** @type {Picture | null} */
  #picture = null;
  #frame = 0;
  #draws = false;
  /** Position of the keyboard's pen. */
  #pen = [0, 0];
  /** Points drawn by hand: x, y, x, y, … @type {number[]} */
  drawn = [];
  show = { field: true, grid: true };

  /** @param {() => void} onDrawn */
  constructor(onDrawn) {
    const add = (/** @type {number[]} */ place) => {
      if (!this.#draws || this.drawn.length >= 2 * MOST_DRAWN) return;
      this.drawn.push(...place.map((x) => Math.max(-1, Math.min(1, x))));
      this.redraw();
      onDrawn();
    };
    const point = (/** @type {PointerEvent} */ { clientX, clientY, buttons }) => {
      const { left, top, width, height } = this.canvas.getBoundingClientRect();
      if (buttons) add([(2 * (clientX - left)) / width - 1, 1 - (2 * (clientY - top)) / height]);
    };
    this.canvas.addEventListener('pointerdown', point);
    this.canvas.addEventListener('pointermove', point);
    this.canvas.addEventListener('keydown', (event) => this.#key(event, add));
    onColours(() => this.redraw());
  }

  /** Whether points can be drawn. @param {boolean} draws */
  set draws(draws) {
    this.#draws = draws;
    this.canvas.classList.toggle('drawing', draws);
    this.canvas.setAttribute('role', draws ? 'application' : 'img');
    if (draws) this.canvas.tabIndex = 0;
    else this.canvas.removeAttribute('tabindex');
    this.redraw();
  }

  /** @param {Picture} picture */
  draw(picture) {
    this.#picture = picture;
    this.redraw();
  }

  redraw() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#paint();
    });
  }

  /**
   * @param {KeyboardEvent} event
   * @param {(place: number[]) => void} add
   */
  #key(event, add) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const move = moves[/** @type {keyof typeof moves} */ (event.key)];
    if (!this.#draws || !(move || event.key === ' ')) return;
    event.preventDefault();
    if (move) this.#pen = this.#pen.map((x, axis) => Math.max(-1, Math.min(1, x + STROKE * move[axis])));
    else add(this.#pen);
    this.redraw();
  }

  #paint() {
    const context = this.#context;
    const style = getComputedStyle(this.canvas);
    const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
    context.globalAlpha = 1;
    context.fillStyle = colour('--sheet');
    context.fillRect(0, 0, SIZE, SIZE);
    if (this.#picture) {
      const { field, warped, real, made } = this.#picture;
      if (this.show.field) this.#paintField(field);
      if (this.show.grid) this.#paintGrid(warped, colour('--soft'));
      this.#paintPoints(real, colour('--english'), 'circle');
      this.#paintPoints(made, colour('--ink'), 'square');
    }
    if (!this.#draws) return;
    this.#paintPoints(this.drawn, colour('--thinking'), 'circle');
    if (document.activeElement !== this.canvas) return;
    const [x, y] = at(this.#pen[0], this.#pen[1]);
    context.strokeStyle = colour('--thinking');
    context.lineWidth = 3;
    context.strokeRect(x - 9, y - 9, 18, 18);
  }

  /** @param {Float32Array} field */
  #paintField(field) {
    const size = Math.sqrt(field.length);
    if (this.#field.width !== size) Object.assign(this.#field, { width: size, height: size });
    const image = new ImageData(size, size);
    const pixels = new Uint32Array(image.data.buffer);
    const table = colourTable('signed');
    field.forEach((probability, cell) => (pixels[cell] = table[colourIndex('signed', 2 * probability - 1, 1)]));
    /** @type {CanvasRenderingContext2D} */ (this.#field.getContext('2d')).putImageData(image, 0, 0);
    this.#context.globalAlpha = 0.55;
    this.#context.drawImage(this.#field, 0, 0, SIZE, SIZE);
    this.#context.globalAlpha = 1;
  }

  /**
   * @param {Float32Array} warped
   * @param {string} colour
   */
  #paintGrid(warped, colour) {
    const context = this.#context;
    const size = Math.sqrt(warped.length / 2);
    const place = (/** @type {number} */ row, /** @type {number} */ column) => {
      const index = 2 * (row * size + column);
      return at(warped[index], warped[index + 1]);
    };
    context.strokeStyle = colour;
    context.lineWidth = 1.5;
    context.beginPath();
    for (let line = 0; line < size; line += 1) {
      for (let along = 0; along < size; along += 1) {
        const [draw, other] = [place(line, along), place(along, line)];
        if (along === 0) continue;
        context.moveTo(...place(line, along - 1));
        context.lineTo(...draw);
        context.moveTo(...place(along - 1, line));
        context.lineTo(...other);
      }
    }
    context.stroke();
  }

  /**
   * @param {ArrayLike<number>} points
   * @param {string} colour
   * @param {'circle' | 'square'} shape distinguishes points without relying on colour
   */
  #paintPoints(points, colour, shape) {
    const context = this.#context;
    context.fillStyle = colour;
    context.beginPath();
    for (let index = 0; index < points.length; index += 2) {
      const [x, y] = at(points[index], points[index + 1]);
      if (shape === 'circle') {
        context.moveTo(x + 4, y);
        context.arc(x, y, 4, 0, 2 * Math.PI);
      } else {
        context.rect(x - 3, y - 3, 6, 6);
      }
    }
    context.fill();
  }
}

/**
 * @param {number} x
 * @param {number} y
 * @returns {[number, number]} in pixels
 */
function at(x, y) {
  return [((x + 1) / 2) * SIZE, ((1 - y) / 2) * SIZE];
}
