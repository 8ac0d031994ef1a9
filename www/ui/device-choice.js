// The choice of CPU or GPU, with a status line about the GPU.

import { CHOICES, isFailure } from '../computing.js';
import { gpuFailureKey } from '../i18n/codes.js';
import { currentLanguage, onLanguage, say } from '../i18n/index.js';
import { button, h } from './dom.js';

const NAMES = /** @type {const} */ ({ cpu: 'deviceCpu', gpu: 'deviceGpu', auto: 'deviceAuto' });
/** Failures that another try may resolve. */
const PASSING = ['gpu-lost', 'out-of-memory', 'engine-crashed', 'engine-unavailable'];

/** @param {import('../computing.js').Computing} computing */
export function deviceChoice(computing) {
  const options = CHOICES.map((choice) => h('option', { value: choice, t: NAMES[choice] }));
  const select = h('select', { id: 'device', 'aria-describedby': 'device-hint' }, ...options);
  const finding = h('span');
  const races = h('span');
  const badge = h('p', { role: 'status', class: 'small', tLabel: 'device' }, finding, races);
  const again = button(
    'gpuAgain',
    () => {
      computing.choose(computing.choice);
      // The button disappears; move the keyboard focus next to it.
      select.focus();
    },
    { class: 'quiet small' },
  );
  select.addEventListener('change', () => {
    const chosen = CHOICES.find((choice) => choice === select.value);
    if (chosen) computing.choose(chosen);
  });
  const show = () => {
    const { choice, report } = computing;
    select.value = choice;
    badge.hidden = choice === 'cpu';
    again.hidden = badge.hidden || !(isFailure(report) && PASSING.includes(report.code));
    tell(finding, report);
    races.replaceChildren(...computing.races.flatMap((race) => [' ', decision(race)]));
  };
  computing.onChange(show);
  onLanguage(show);
  show();
  return h(
    'section',
    { class: 'device', tLabel: 'device' },
    h('label', { for: 'device', t: 'device' }),
    select,
    badge,
    again,
    h('p', { class: 'small', id: 'device-hint', t: 'deviceHint' }),
  );
}

/**
 * @param {HTMLElement} element
 * @param {import('../computing.js').Computing['report']} report
 */
function tell(element, report) {
  if (!report) {
    say(element, 'gpuChecking');
  } else if (isFailure(report)) {
    // The message names the operation and the suspected kernels.
    const [, op = report.code, kernels] = /computes (\w+) wrongly.*?\[(.*)\]/.exec(report.message) ?? [];
    say(element, gpuFailureKey(report.code), { op: kernels ? `${op}: ${kernels}` : op });
  } else {
    const { name, ops, largest_error } = report;
    say(element, 'gpuChecked', { name, ops, error: largest_error.toExponential(0) });
  }
}

/** @param {import('../engine/protocol.js').Race} race */
function decision({ title, cpu, gpu }) {
  const [key, fast, slow] = cpu >= gpu ? /** @type {const} */ (['raceCpu', cpu, gpu]) : /** @type {const} */ (['raceGpu', gpu, cpu]);
  return say(h('span'), key, { model: title[currentLanguage()], fast, slow });
}
