// Shows what a Gram matrix retains of a picture, and what it discards.

import { formatNumber, onLanguage, say } from '../../i18n/index.js';
import { h } from '../../ui/dom.js';
import { slider } from './parts.js';

/** Responses of two filters to strokes of one direction; the entries do not depend on their position. @returns {import('./parts.js').Live} */
export function gramMatrix() {
  const [input, line] = slider('lecture-angle', 'gramAngle', { min: '0', max: '90', step: '5', value: '30' });
  const told = h('p', { class: 'figure', role: 'status' });
  const draw = () => {
    // A filter's response to a stroke is the cosine of the angle between them.
    const [first, second] = [1, Math.cos((Number(input.value) * Math.PI) / 180)];
    const shown = (/** @type {number} */ value) => formatNumber(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    say(told, 'gramEntries', { a: shown(first * first), b: shown(first * second), c: shown(second * second) });
  };
  input.addEventListener('input', draw);
  onLanguage(draw);
  draw();
  return { element: h('div', {}, line, told, h('p', { class: 'small', t: 'gramHint' })) };
}
