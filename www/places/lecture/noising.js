// A picture at a selectable time of the noise schedule.

import { formatNumber, onLanguage, say } from '../../i18n/index.js';
import { h } from '../../ui/dom.js';
import { slider } from './parts.js';

const SIZE = 32;
const GROUND = [138, 142, 146];
const INK = [214, 40, 40];

/** The noise stays the same, so that only its weight changes. @returns {import('./parts.js').Live} */
export function noising() {
  const [input, line] = slider('lecture-noise', 'noiseTime', { min: '0', max: '1000', step: '10', value: '500' });
  const told = h('p', { class: 'figure', role: 'status' });
  const canvas = h('canvas', { class: 'picture noising', width: String(SIZE), height: String(SIZE), role: 'img', tLabel: 'noisePicture' });
  const noise = Array.from({ length: 3 * SIZE * SIZE }, gaussian());
  const draw = () => {
    const angle = ((Number(input.value) / 1000) * Math.PI) / 2;
    const [alpha, sigma] = [Math.cos(angle), Math.sin(angle)];
    const image = new ImageData(SIZE, SIZE);
    for (let i = 0; i < SIZE * SIZE; i += 1) {
      const colour = isHeart(i % SIZE, Math.floor(i / SIZE)) ? INK : GROUND;
      colour.forEach((byte, channel) => {
        image.data[4 * i + channel] = (alpha * (byte / 127.5 - 1) + sigma * noise[3 * i + channel] + 1) * 127.5;
      });
      image.data[4 * i + 3] = 255;
    }
    canvas.getContext('2d')?.putImageData(image, 0, 0);
    const shown = (/** @type {number} */ value) => formatNumber(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    say(told, 'noiseShares', { alpha: shown(alpha), sigma: shown(sigma) });
  };
  input.addEventListener('input', draw);
  onLanguage(draw);
  draw();
  return { element: h('div', {}, line, canvas, told, h('p', { class: 'small', t: 'noiseHint' })) };
}

/**
 * @param {number} column
 * @param {number} row
 */
function isHeart(column, row) {
  const [x, y] = [(column - 15.5) / 9, (16.5 - row) / 9];
  return (x * x + y * y - 1) ** 3 < x * x * y ** 3;
}

/** Seeded; a sum of twelve uniform numbers is nearly normal. */
function gaussian() {
  let state = 1;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return () => Array.from({ length: 12 }, uniform).reduce((sum, value) => sum + value, -6);
}
