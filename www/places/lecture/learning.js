// A recorded training run: when the validation loss starts to rise, the network begins to memorize.

import { formatNumber, onLanguage, say, text } from '../../i18n/index.js';
import { LEARNING } from './lessons/recorded.js';
import { Chart } from '../../ui/chart.js';
import { h } from '../../ui/dom.js';
import { Verse } from '../../ui/verse.js';
import { slider } from './parts.js';

const BEST = LEARNING.reduce((best, point) => (point.held < best.held ? point : best));

/** @returns {import('./parts.js').Live} */
export function learning() {
  const chart = new Chart({ title: 'learningCurve', x: 'learningStep', format: { minimumFractionDigits: 2, maximumFractionDigits: 2 } });
  const [input, line] = slider('lecture-learning', 'learningAt', {
    min: '0',
    max: String(LEARNING.length - 1),
    step: '1',
    value: String(LEARNING.indexOf(BEST)),
  });
  const told = h('p', { 'aria-live': 'polite' });
  const verse = new Verse();
  const draw = () => {
    const point = LEARNING[Number(input.value)];
    const points = (/** @type {'train' | 'held'} */ name) => LEARNING.map((each) => /** @type {const} */ ([each.step, each[name]]));
    chart.show(
      [
        { name: text('learningTrain'), look: 'train', points: points('train') },
        { name: text('learningHeld'), look: 'held-out', points: points('held') },
      ],
      [],
      point.step,
    );
    const shown = line.querySelector('.value');
    if (shown) shown.textContent = formatNumber(point.step);
    const state = point.step < BEST.step ? 'learningEarly' : point === BEST ? 'learningBest' : 'learningLate';
    say(told, state, { step: point.step, train: point.train, held: point.held });
    verse.clear('en');
    verse.append(point.sample);
  };
  input.addEventListener('input', draw);
  onLanguage(draw);
  draw();
  return { element: h('div', {}, chart.element, line, told, h('div', { class: 'sample' }, verse.element), h('p', { class: 'small', t: 'learningHint' })) };
}
