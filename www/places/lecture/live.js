// The interactive parts of the lecture: working pieces of the page, or measured figures.

import { currentLanguage, formatNumber, onLanguage, say } from '../../i18n/index.js';
import { EncoderDecoder } from './attention.js';
import { bleu } from './bleu.js';
import { Cell } from './cell.js';
import { Bias, Explaining, Sensitivity } from './challenges.js';
import { Copies, Costs } from './costs.js';
import { gramMatrix } from './gram.js';
import { noising } from './noising.js';
import { learning } from './learning.js';
import { Pairs } from './pairs.js';
import { slider } from './parts.js';
import { Comparing, demonstrate, tune } from './people.js';
import { Probability } from './probability.js';
import { Temperature } from './temperature.js';
import { LiveWriting } from './live-writing.js';
import { LiveTranslation } from './live-translation.js';
import { AlertBox } from '../../ui/alert-box.js';
import { h, scrollable } from '../../ui/dom.js';
import { languageChoice, textField } from '../../ui/fields.js';
import { notArrived } from '../../ui/not-arrived.js';
import { STEPS } from '../../ui/preparation.js';
import { Preparing } from '../inside/preparing.js';
import { MaskedWord } from '../inside/read/masked.js';
import { Mood } from '../inside/read/mood.js';
import { Shapes } from '../inside/read/shapes.js';

/** @typedef {import('../common/view.js').Context} Context */
/** @typedef {import('./lessons/steps.js').UseCase} UseCase */
/** @typedef {import('./parts.js').Live} Live */

/** Length of the lecture's training windows, in characters. */
const WINDOW = 100;

/** @type {Readonly<Record<import('./lessons/steps.js').LiveName, (context: Context, useCase: UseCase) => Live>>} */
export const LIVE = {
  sources: (context, useCase) => listing(context, useCase, sources),
  pairs: () => new Pairs(),
  figures: (context, useCase) => listing(context, useCase, figures),
  clean: (context) => prepared(context, 'clean'),
  words: (context) => prepared(context, 'words'),
  sentences: (context) => prepared(context, 'sentences'),
  windows,
  sizes,
  loss,
  write: (context) => new LiveWriting(context),
  translate: (context) => new LiveTranslation(context),
  twoLosses,
  gramMatrix,
  noising,
  probability: (context) => new Probability(context),
  cell: (context) => new Cell(context),
  codec: (context) => new EncoderDecoder(context),
  learning,
  temperature: (context) => new Temperature(context),
  bleu,
  shapes: (context) => reading(context, Shapes),
  mood: (context) => reading(context, Mood),
  masked: (context) => reading(context, MaskedWord),
  demonstrate,
  compare: (context) => new Comparing(context),
  tune,
  sensitivity: (context) => new Sensitivity(context),
  copies: (context) => new Copies(context),
  bias: (context) => new Bias(context),
  resources: (context) => new Costs(context),
  explain: (context) => new Explaining(context),
};

/**
 * A part of "Read", which shares its text with that view.
 *
 * @param {Context} context
 * @param {typeof Shapes | typeof Mood | typeof MaskedWord} Part
 * @returns {Live}
 */
function reading(context, Part) {
  const part = new Part(context, 'lecture');
  const { catalog, state } = context;
  state.onChange(() => part.element.isConnected && part.show());
  // If the list of models cannot be loaded, say so.
  return { element: part.element, open: () => void catalog.open({ fresh: false }).then(() => part.show(), notArrived) };
}

/**
 * A list of the models of a use case.
 *
 * @param {Context} context
 * @param {UseCase} useCase
 * @param {(model: import('../../engine/protocol.js').ModelEntry) => HTMLElement} tell
 * @returns {Live}
 */
function listing({ catalog }, useCase, tell) {
  const alert = new AlertBox();
  const list = h('div', { class: 'listing' });
  const draw = () => {
    list.replaceChildren(...catalog.of(useCase === 'lyrics' ? 'generator' : 'translator').map(tell));
  };
  const open = (fresh = false) => {
    catalog.open({ fresh }).then(draw, (error) => alert.show(error, () => open(true)));
  };
  onLanguage(draw);
  return { element: h('div', {}, alert.element, list), open: () => open() };
}

/** @param {import('../../engine/protocol.js').ModelEntry} model */
function sources({ title, trained_on, licence }) {
  const language = currentLanguage();
  return h('div', {}, h('h3', { translate: 'no' }, title[language]), h('p', {}, trained_on[language]), h('p', { class: 'small' }, licence));
}

/** @param {import('../../engine/protocol.js').ModelEntry} model */
function figures({ title, figures: { dev_bits_per_char, dev_bleu, dev_chrf, parameters, measured_with } }) {
  const language = currentLanguage();
  const list = h('dl');
  const add = (/** @type {import('../../i18n/index.js').Key} */ term, /** @type {number | undefined} */ value) => {
    if (value === undefined) return;
    list.append(h('div', {}, h('dt', { t: term }), h('dd', { class: 'figure' }, formatNumber(value))));
  };
  add('bitsPerChar', dev_bits_per_char);
  add('bleu', dev_bleu);
  add('chrf', dev_chrf);
  add('parameters', parameters);
  const origin = h('p', { class: 'small' });
  if (measured_with) origin.append(h('span', { t: 'measuredWith' }), ' ', h('code', {}, measured_with));
  return h('div', {}, h('h3', { translate: 'no' }, title[language]), list, origin);
}

/**
 * One step of text preprocessing, which shares its text with "Prepare text".
 *
 * @param {Context} context
 * @param {string} id
 * @returns {Live}
 */
function prepared(context, id) {
  const { state } = context;
  const alert = new AlertBox();
  const body = scrollable(h('div', { class: 'outcome' }), 'tryIt');
  const step = STEPS.find((candidate) => candidate.id === id) ?? STEPS[0];
  const preparing = new Preparing(context, alert, (result) => body.replaceChildren(...step.draw(result)));
  const element = h(
    'div',
    {},
    h('div', { class: 'line-up' }, h('label', { for: `lecture-${id}`, t: 'ownText' }), languageField(state, `lecture-${id}-language`)),
    textField(state, 'text', { id: `lecture-${id}`, rows: '3', spellcheck: 'false' }),
    alert.element,
    body,
  );
  state.onChange(() => element.isConnected && preparing.follow());
  return { element, open: () => preparing.follow() };
}

/**
 * @param {import('../../state.js').State} state
 * @param {string} id
 */
function languageField(state, id) {
  return h('div', { class: 'line-up' }, h('label', { for: id, t: 'textLanguage' }), languageChoice(state, id));
}

/**
 * A window of the text and its target, which is shifted by one.
 *
 * @param {Context} context
 * @returns {Live}
 */
function windows({ state }) {
  const slider = h('input', { id: 'lecture-window', type: 'range', min: '0', value: '0', step: '1' });
  const input = h('p', { class: 'window' });
  const target = h('p', { class: 'window' });
  const draw = () => {
    const characters = Array.from(state.settings.text.replaceAll('\n', '↵'));
    slider.max = String(Math.max(0, characters.length - WINDOW - 1));
    const at = Number(slider.value);
    input.textContent = characters.slice(at, at + WINDOW).join('');
    target.textContent = characters.slice(at + 1, at + WINDOW + 1).join('');
  };
  slider.addEventListener('input', draw);
  const element = h(
    'div',
    {},
    h('label', { for: 'lecture-window-text', t: 'ownText' }),
    textField(state, 'text', { id: 'lecture-window-text', rows: '3', spellcheck: 'false' }),
    h('div', { class: 'field line-up' }, h('label', { for: slider.id, t: 'windowPlace' }), slider),
    h('h3', { t: 'windowInput' }),
    input,
    h('h3', { t: 'windowTarget' }),
    target,
  );
  state.onChange(() => element.isConnected && draw());
  return { element, open: draw };
}

/**
 * Computes the number of parameters of an LSTM of a chosen size.
 *
 * @returns {Live}
 */
function sizes() {
  const vocabulary = 76;
  const embedding = 64;
  const [layers, layersLine] = slider('lecture-layers', 'layers', { min: '1', max: '6', step: '1', value: '4' });
  const [units, unitsLine] = slider('lecture-units', 'units', { min: '32', max: '512', step: '32', value: '256' });
  const count = h('p', { class: 'figure', role: 'status' });
  const draw = () => {
    const [depth, size] = [Number(layers.value), Number(units.value)];
    let parameters = vocabulary * embedding + (size + 1) * vocabulary;
    for (let layer = 0; layer < depth; layer += 1) {
      const inputs = layer === 0 ? embedding : size;
      // Four gates, each with weights for input and state and, as in PyTorch, two biases.
      parameters += 4 * size * (inputs + size + 2);
    }
    say(count, 'parameterCount', { parameters });
  };
  for (const input of [layers, units]) input.addEventListener('input', draw);
  draw();
  return { element: h('div', {}, layersLine, unitsLine, count, h('p', { class: 'small', t: 'parameterHint' })) };
}

/**
 * The cross-entropy of a probability, in nats and bits.
 *
 * @returns {Live}
 */
function loss() {
  const [input, line] = slider('lecture-probability', 'givenProbability', { min: '0.01', max: '1', step: '0.01', value: '0.25' });
  const told = h('p', { class: 'figure', role: 'status' });
  const draw = () => {
    const nats = -Math.log(Number(input.value));
    const rounded = (/** @type {number} */ value) => Math.round(Math.abs(value) * 1000) / 1000;
    say(told, 'lossOf', { nats: rounded(nats), bits: rounded(nats / Math.LN2) });
  };
  input.addEventListener('input', draw);
  draw();
  return { element: h('div', {}, line, told, h('p', { class: 'small', t: 'lossHint' })) };
}

/**
 * The losses of both GAN networks for a probability that the discriminator gives a generated point.
 *
 * @returns {Live}
 */
function twoLosses() {
  const [input, line] = slider('lecture-verdict', 'ganVerdict', { min: '0.01', max: '0.99', step: '0.01', value: '0.1' });
  const told = h('p', { class: 'figure', role: 'status' });
  const draw = () => {
    const verdict = Number(input.value);
    const nats = (/** @type {number} */ probability) => Math.round(-Math.log(probability) * 1000) / 1000;
    say(told, 'ganVerdictCosts', { discriminator: nats(1 - verdict), generator: nats(verdict) });
  };
  input.addEventListener('input', draw);
  draw();
  return { element: h('div', {}, line, told, h('p', { class: 'small', t: 'ganVerdictHint' })) };
}
