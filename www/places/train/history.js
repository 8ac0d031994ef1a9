// The metrics of a run: every step at first, then averages over neighbouring steps.

/** @typedef {import('../../ui/chart.js').Point} Point */

/** Maximum number of entries; a curve is hardly 1,000 pixels wide. */
const MOST = 4096;
/** Half-width of the smoothing window, as a share of the curve. */
const SMOOTH = 0.02;
const RECENT = 20;

/**
 * @typedef {object} Numbers metrics of a run, stored on disk in this form
 * @property {number} every number of steps per entry
 * @property {number[]} step the last step of each entry
 * @property {number[]} loss in nats per token
 * @property {number[]} grad_norm
 * @property {number[]} lr
 * @property {{ step: number, loss: number, bits_per_char: number }[]} validated
 * @property {{ step: number, memorized: number }[]} copied
 */

/** @returns {Numbers} */
export function noNumbers() {
  return { every: 1, step: [], loss: [], grad_norm: [], lr: [], validated: [], copied: [] };
}

/**
 * @param {Numbers} numbers
 * @param {{ step: number[], loss: number[], grad_norm: number[], lr: number[] }} metrics
 */
export function append(numbers, metrics) {
  for (let i = 0; i < metrics.step.length; i += 1) {
    const last = numbers.step.length - 1;
    const step = metrics.step[i];
    // An entry has the mean of its steps.
    const within = last >= 0 && entry(numbers, numbers.step[last]) === entry(numbers, step);
    const count = (step - 1) % numbers.every;
    for (const name of /** @type {const} */ (['loss', 'grad_norm', 'lr'])) {
      if (within) numbers[name][last] += (metrics[name][i] - numbers[name][last]) / (count + 1);
      else numbers[name].push(metrics[name][i]);
    }
    if (within) numbers.step[last] = step;
    else numbers.step.push(step);
    if (numbers.step.length >= MOST && step % numbers.every === 0) halve(numbers);
  }
}

/**
 * @param {Numbers} numbers
 * @param {number} step
 */
function entry({ every }, step) {
  return Math.floor((step - 1) / every);
}

/** @param {Numbers} numbers */
function halve(numbers) {
  const pairs = numbers.step.length >> 1;
  for (const name of /** @type {const} */ (['loss', 'grad_norm', 'lr'])) {
    const values = numbers[name];
    numbers[name] = Array.from({ length: pairs }, (_, i) => (values[2 * i] + values[2 * i + 1]) / 2);
  }
  numbers.step = Array.from({ length: pairs }, (_, i) => numbers.step[2 * i + 1]);
  numbers.every *= 2;
}

/**
 * Drops the metrics after a checkpoint, since a resumed run computes them again.
 *
 * @param {Numbers} numbers
 * @param {number} step
 */
export function goBack(numbers, step) {
  const kept = numbers.step.filter((at) => at <= step).length;
  for (const name of /** @type {const} */ (['step', 'loss', 'grad_norm', 'lr'])) numbers[name].length = kept;
  numbers.validated = numbers.validated.filter((at) => at.step <= step);
  numbers.copied = numbers.copied.filter((at) => at.step <= step);
}

/**
 * @param {Numbers} numbers
 * @param {'loss' | 'grad_norm' | 'lr'} name
 * @param {number} [factor]
 * @returns {Point[]}
 */
export function points(numbers, name, factor = 1) {
  const all = numbers.step.map((step, i) => /** @type {const} */ ([step, numbers[name][i] * factor]));
  // A diverging run ends in NaN or infinity.
  return all.filter(([, y]) => Number.isFinite(y));
}

/**
 * Smooths points by a centred moving average, which does not lag; the window shrinks towards both ends.
 *
 * @param {Point[]} raw
 * @returns {Point[]}
 */
export function smooth(raw) {
  const sums = [0];
  for (const [, y] of raw) sums.push(sums[sums.length - 1] + y);
  const widest = Math.round(raw.length * SMOOTH);
  return raw.map(([x], i) => {
    const reach = Math.min(widest, i, raw.length - 1 - i);
    return [x, (sums[i + reach + 1] - sums[i - reach]) / (2 * reach + 1)];
  });
}

/**
 * Returns the mean of the last values.
 *
 * @param {number[]} values
 */
export function recent(values) {
  const last = values.slice(-Math.max(1, Math.min(RECENT, values.length >> 2)));
  return last.reduce((sum, value) => sum + value, 0) / last.length;
}
