// Shows a drawing step by step: predicted picture, latent, noise schedule and cross-attention.

import { onLanguage, text } from '../../i18n/index.js';
import { Chart } from '../../ui/chart.js';
import { colourIndex, colourTable, onColours } from '../../ui/colours.js';
import { h } from '../../ui/dom.js';
import { Picture } from '../../ui/picture.js';

/** @typedef {import('./film.js').Frame} Frame */

const CHANNELS = 4;
const PLACES = 8;
/** Latent value with the strongest colour; the variance is about 1. */
const STRONGEST = 3;
/** Number of times in the noise schedule. */
const TIMES = 1000;

export class Denoising {
  #picture = new Picture('drawPicture');
  #latents = Array.from({ length: CHANNELS }, () => h('canvas', { class: 'latent', width: String(PLACES), height: String(PLACES), 'aria-hidden': 'true' }));
  #slider = h('input', { id: 'draw-step', type: 'range', min: '1', max: '1', step: '1', value: '1' });
  #step = h('span', { class: 'value', 'aria-hidden': 'true' });
  #words = h('p', { class: 'caption' });
  #schedule = new Chart({ title: 'drawSchedule', x: 'drawStep', format: { minimumFractionDigits: 2, maximumFractionDigits: 2 }, small: true });
  #coarse = h('input', { id: 'draw-coarse', type: 'checkbox' });
  /** @type {Frame[]} */
  #frames = [];
  /** Total number of steps. */
  #steps = 0;
  /** Index of the selected word. @type {number | null} */
  #word = null;
  element;

  constructor() {
    this.#slider.addEventListener('input', () => this.#show());
    this.#coarse.addEventListener('change', () => this.#show());
    this.element = h(
      'div',
      { class: 'draw-board' },
      h(
        'div',
        {},
        h('figure', { class: 'drawn' }, this.#picture.canvas),
        h('div', { class: 'line-up' }, h('label', { for: 'draw-step', t: 'drawStep' }), this.#step, this.#slider),
      ),
      h(
        'div',
        {},
        this.#words,
        h('p', { class: 'small', t: 'drawWordsHint' }),
        h('p', { class: 'small' }, h('label', { class: 'keep' }, this.#coarse, ' ', h('span', { t: 'drawCoarse' }))),
        this.#schedule.element,
        h('p', { class: 'small', t: 'drawLatent' }),
        h('div', { class: 'row latents', role: 'img', tLabel: 'drawLatent' }, ...this.#latents),
      ),
    );
    onColours(() => this.#show());
    onLanguage(() => this.#show());
  }

  /** Pixels of the latest step. */
  get pixels() {
    return Uint8Array.from(this.#frames.at(-1)?.pixels ?? []);
  }

  get canvas() {
    return this.#picture.canvas;
  }

  /**
   * Clears the board for a new drawing.
   *
   * @param {string} caption
   * @param {'de' | 'en'} language
   * @param {number} steps total number
   */
  begin(caption, language, steps) {
    [this.#frames, this.#steps, this.#word] = [[], steps, null];
    this.#words.lang = language;
    this.#words.translate = false;
    this.#words.replaceChildren(...caption.split(' ').flatMap((word, place) => [this.#button(word, place), ' ']));
    this.#schedule.show([]);
  }

  /** @param {Frame} frame of the next step */
  add(frame) {
    this.#frames.push(frame);
    const last = String(this.#frames.length);
    // Keeps an earlier step if the visitor selected one.
    const follows = this.#slider.value === this.#slider.max;
    this.#slider.max = last;
    if (follows || this.#frames.length === 1) this.#slider.value = last;
    this.#show();
  }

  /**
   * @param {string} word
   * @param {number} place
   */
  #button(word, place) {
    const element = h('button', { type: 'button', class: 'quiet', 'aria-pressed': 'false' }, word);
    const choose = (/** @type {number | null} */ chosen) => () => {
      this.#word = chosen;
      this.#show();
    };
    for (const event of ['pointerenter', 'focus', 'click']) element.addEventListener(event, choose(place));
    for (const event of ['pointerleave', 'blur']) element.addEventListener(event, choose(null));
    return element;
  }

  #show() {
    const at = Number(this.#slider.value) - 1;
    const frame = this.#frames[at];
    if (!frame) return;
    this.#step.textContent = `${at + 1} / ${this.#steps}`;
    this.#slider.setAttribute('aria-valuetext', text('drawStepOf', { step: at + 1, steps: this.#steps }));
    this.#picture.show(Uint8Array.from(frame.pixels));
    this.#words.querySelectorAll('button').forEach((element, place) => element.setAttribute('aria-pressed', String(place === this.#word)));
    if (this.#word !== null) {
      const looked = frame.words[this.#word + 1];
      this.#picture.look(this.#coarse.checked ? looked.coarse : looked.fine);
    }
    this.#latents.forEach((canvas, channel) => drawLatent(canvas, Array.from(frame.latent).slice(channel * PLACES ** 2, (channel + 1) * PLACES ** 2)));
    this.#showSchedule(at + 1);
  }

  /** @param {number} at */
  #showSchedule(at) {
    /** Weight before each step, and after the last. @type {(share: (angle: number) => number) => [number, number][]} */
    const points = (share) =>
      Array.from({ length: this.#steps + 1 }, (_, step) => {
        const time = step < this.#steps ? TIMES - Math.floor((TIMES * step) / this.#steps) : 0;
        return [step, share((time / (TIMES + 1)) * (Math.PI / 2))];
      });
    this.#schedule.show(
      [
        { name: text('drawOfPicture'), look: 'train', points: points(Math.cos) },
        { name: text('drawOfNoise'), look: 'held-out', points: points(Math.sin) },
      ],
      [],
      at,
    );
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number[]} numbers
 */
function drawLatent(canvas, numbers) {
  const image = new ImageData(PLACES, PLACES);
  const [pixels, table] = [new Uint32Array(image.data.buffer), colourTable('signed')];
  numbers.forEach((number, i) => (pixels[i] = table[colourIndex('signed', number, STRONGEST)]));
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}
