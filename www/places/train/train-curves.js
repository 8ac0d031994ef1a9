// Shows a training run: its curves, compared with another run and a shipped model, and its current metrics.

import { currentLanguage, formatNumber, onLanguage, text } from '../../i18n/index.js';
import { duration } from './duration.js';
import { points, recent, smooth } from './history.js';
import { Chart } from '../../ui/chart.js';
import { h } from '../../ui/dom.js';

/** @typedef {import('./runs.js').Run} Run */
/** @typedef {import('../../ui/chart.js').Series} Series */
/** @typedef {import('../../i18n/index.js').Key} Key */

const DIGITS = { minimumFractionDigits: 3, maximumFractionDigits: 3 };
/** Number of validations in a row above the best loss that count as overfitting. */
const RISES = 3;

export class Curves {
  #catalog;
  #loss = new Chart({ title: 'chartLoss', x: 'chartStep', format: DIGITS });
  #rate = new Chart({ title: 'chartRate', x: 'chartStep', format: { maximumSignificantDigits: 3 }, small: true });
  #norm = new Chart({ title: 'chartNorm', x: 'chartStep', format: DIGITS, small: true });
  #copied = new Chart({ title: 'chartCopied', x: 'chartStep', format: { style: 'percent', maximumFractionDigits: 1 }, small: true });
  #unit = h('select', { id: 'train-unit' }, h('option', { value: 'bits', t: 'unitBits' }), h('option', { value: 'nats', t: 'unitNats' }));
  #compare = h('select', { id: 'train-compare' });
  #beforehand = h('p', { class: 'small', t: 'trainBeforehand' });
  #overfit = h('p', { class: 'overfit', hidden: true });
  #now = h('dl', { class: 'now' });
  #bar = h('progress', { tLabel: 'trainProgress' });
  /** @type {Run | null} */
  #run = null;
  /** @type {Run[]} */
  #others = [];
  #perSecond = 0;
  #left = '';
  #drawn = 0;
  element;

  /**
   * @param {import('../../models.js').Catalog} catalog
   * @param {HTMLElement} samples shown beside the loss
   */
  constructor(catalog, samples) {
    this.#catalog = catalog;
    for (const select of [this.#unit, this.#compare]) select.addEventListener('change', () => this.#draw());
    this.element = h(
      'div',
      { class: 'curves', hidden: true },
      this.#beforehand,
      this.#bar,
      this.#now,
      this.#overfit,
      h(
        'div',
        { class: 'row looks' },
        h('div', {}, h('label', { for: 'train-unit', t: 'unit' }), this.#unit),
        h('div', {}, h('label', { for: 'train-compare', t: 'compareRuns' }), this.#compare),
      ),
      h('div', { class: 'seen' }, this.#loss.element, samples),
      h('div', { class: 'small-charts' }, this.#rate.element, this.#norm.element, this.#copied.element),
    );
    onLanguage(() => {
      this.#offer();
      this.#draw();
    });
    catalog.onOpen(() => this.#draw());
  }

  /**
   * @param {Run | null} run
   * @param {Run[]} all the visitor's runs
   */
  show(run, all) {
    this.#run = run;
    this.#beforehand.hidden = run === null || all.includes(run);
    this.#others = all.filter(({ id, numbers }) => id !== run?.id && numbers.step.length > 0);
    this.element.hidden = run === null;
    this.#perSecond = 0;
    this.#left = '';
    this.#offer();
    this.#draw();
  }

  /**
   * Updates the display of the current run.
   *
   * @param {{ perSecond: number, left: number } | null} pace characters per second, and seconds left
   */
  update(pace) {
    this.#perSecond = pace?.perSecond ?? 0;
    this.#left = pace ? duration(pace.left) : '';
    // Redraw at most twice a second.
    const now = performance.now();
    if (pace && now - this.#drawn < 500) return;
    this.#drawn = now;
    this.#draw();
  }

  #offer() {
    const chosen = this.#compare.value;
    this.#compare.replaceChildren(h('option', { value: '', t: 'compareNone' }), ...this.#others.map(({ id, name }) => h('option', { value: id }, name)));
    this.#compare.value = this.#others.some(({ id }) => id === chosen) ? chosen : '';
  }

  #draw() {
    const run = this.#run;
    if (!run) return;
    const other = this.#others.find(({ id }) => id === this.#compare.value);
    const bits = this.#unit.value === 'bits';
    this.#loss.show([...this.#lossOf(run, bits, ''), ...(other ? this.#lossOf(other, bits, ' other') : [])], bits ? this.#levels(run) : []);
    const both = other ? [run, other] : [run];
    const looks = ['train', 'train other'];
    this.#rate.show(both.map(({ name, numbers }, i) => ({ name, look: looks[i], points: points(numbers, 'lr') })));
    this.#norm.show(
      both.flatMap(({ name, numbers }, i) => {
        const raw = points(numbers, 'grad_norm');
        return [
          { name, look: looks[i], points: raw, faint: true },
          { name, look: looks[i], points: smooth(raw) },
        ];
      }),
    );
    // For translators this is meaningless, since short sentences occur everywhere.
    this.#copied.element.hidden = run.kind === 'seq2seq' || run.kind === 'transformer';
    this.#copied.show(
      both.map(({ name, numbers }, i) => ({
        name,
        look: i ? 'copied other' : 'copied',
        points: numbers.copied.map(({ step, memorized }) => /** @type {const} */ ([step, memorized])),
      })),
    );
    this.#tell(run);
  }

  /**
   * @param {Run} run
   * @param {boolean} bits
   * @param {string} also suffix of the class
   * @returns {Series[]}
   */
  #lossOf(run, bits, also) {
    const raw = points(run.numbers, 'loss', bits ? 1 / (Math.LN2 * run.perToken) : 1);
    const named = (/** @type {Key} */ key) => (also ? `${run.name}: ${text(key)}` : text(key));
    return [
      { name: named('lossStep'), look: `train${also}`, points: raw, faint: true },
      { name: named('lossTrain'), look: `train${also}`, points: smooth(raw) },
      {
        name: named('lossHeldOut'),
        look: `held-out${also}`,
        points: run.numbers.validated.map(({ step, loss, bits_per_char }) => [step, bits ? bits_per_char : loss]),
      },
    ];
  }

  /**
   * Returns the validation loss of a shipped model of this kind, as a reference level.
   *
   * @param {Run} run
   */
  #levels({ kind }) {
    const shipped = this.#catalog.of('generator').find((model) => model.model_type === kind && !model.files.own);
    const y = shipped?.figures.dev_bits_per_char;
    if (!shipped || y === undefined) return [];
    return [{ name: text('shippedLevel', { title: shipped.title[currentLanguage()] }), look: 'shipped', y }];
  }

  /** @param {Run} run */
  #tell(run) {
    const { numbers, step, steps, perToken } = run;
    this.#bar.max = Math.max(1, steps);
    this.#bar.value = step;
    const trained = numbers.loss.length ? recent(numbers.loss) : undefined;
    const held = numbers.validated.at(-1);
    const best = numbers.validated.reduce((least, { bits_per_char }) => Math.min(least, bits_per_char), Infinity);
    const written = (/** @type {number} */ value) => formatNumber(value, DIGITS);
    const rate = numbers.lr.at(-1);
    /** @type {[Key, string][]} */
    const rows = [
      ['nowStep', text('ofSteps', { step, steps })],
      ['lossTrain', trained === undefined ? '' : text('bitsAndNats', { bits: written(trained / (Math.LN2 * perToken)), nats: written(trained) })],
      ['lossHeldOut', held ? text('bitsAndNats', { bits: written(held.bits_per_char), nats: written(held.loss) }) : ''],
      ['nowBest', Number.isFinite(best) ? text('bitsShort', { value: written(best) }) : ''],
      ['chartRate', rate === undefined ? '' : formatNumber(rate, { maximumSignificantDigits: 2 })],
      ['nowSpeed', this.#perSecond ? text('speed', { rate: Math.round(this.#perSecond) }) : ''],
      ['nowTime', run.seconds ? duration(run.seconds) : ''],
      ['nowLeft', this.#left],
      ['nowDevice', run.device === 'gpu' ? text('onGpu') : run.cores > 1 ? text('onCores', { cores: run.cores }) : text('onCpu')],
    ];
    this.#now.replaceChildren(...rows.filter(([, value]) => value).map(([t, value]) => h('div', {}, h('dt', { t }), h('dd', {}, value))));
    const since = overfitSince(numbers.validated);
    this.#overfit.hidden = since === null;
    if (since !== null) this.#overfit.textContent = text('overfitting', { step: since });
  }
}

/**
 * Returns the step with the best validation loss if the model has overfitted since, otherwise null.
 *
 * @param {import('./history.js').Numbers['validated']} validated
 */
export function overfitSince(validated) {
  if (validated.length <= RISES) return null;
  const best = validated.reduce((least, at) => (at.loss < least.loss ? at : least));
  const after = validated.filter(({ step }) => step > best.step).slice(-RISES);
  return after.length === RISES && after.every(({ loss }) => loss > best.loss * 1.005) ? best.step : null;
}
