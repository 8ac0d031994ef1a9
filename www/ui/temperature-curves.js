// Temperature: the probability of each of the likeliest next tokens as a curve over all temperatures.

import { Chart } from './chart.js';
import { visibleToken } from './visible-token.js';

/** @typedef {import('../engine/protocol.js').Row} Row */

const SHOWN = 5;
const LOOKS = ['train', 'held-out', 'shipped', 'train other', 'held-out other'];
const FORMAT = /** @type {const} */ ({ style: 'percent', maximumFractionDigits: 1 });

export class TemperatureCurves {
  #chart = new Chart({ title: 'temperatureCurves', x: 'temperature', format: FORMAT });
  element = this.#chart.element;

  /**
   * @param {Row[]} rows
   * @param {number} temperature marked in the picture
   */
  show(rows, temperature) {
    this.#chart.show(
      likeliest(rows).map(({ text, curve }, i) => ({
        name: visibleToken(text),
        look: LOOKS[i],
        points: curve.map((share, step) => /** @type {const} */ ([(step + 1) / 10, share])),
      })),
      [],
      Math.min(2, Math.max(0.1, temperature)),
    );
  }
}

/** The rows shown as curves. @param {Row[]} rows */
export function likeliest(rows) {
  return [...rows].sort((a, b) => a.rank - b.rank).slice(0, SHOWN);
}
