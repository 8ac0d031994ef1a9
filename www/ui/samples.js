import { onLanguage, text } from '../i18n/index.js';
import { h, scrollable } from './dom.js';
import { Verse } from './verse.js';

/** @typedef {import('../places/train/runs.js').Sample} Sample */

/** Samples of a model in training, newest first. */
export class Samples {
  #list = scrollable(h('div', { class: 'samples', role: 'region' }), 'samples');
  #empty = h('p', { class: 'small', t: 'samplesHint' });
  element = h('section', { class: 'learned' }, h('h3', { t: 'samples' }), this.#empty, this.#list);
  /** @type {Sample[]} */
  #shown = [];

  constructor() {
    onLanguage(() => this.show(this.#shown));
  }

  /** @param {Sample[]} samples oldest first */
  show(samples) {
    this.#shown = [...samples];
    this.#list.replaceChildren(...samples.map(drawn).reverse());
    this.#list.hidden = samples.length === 0;
    this.#empty.hidden = samples.length > 0;
  }

  /** @param {Sample} sample */
  add(sample) {
    this.#shown.push(sample);
    this.#list.hidden = false;
    this.#empty.hidden = true;
    this.#list.prepend(drawn(sample));
  }
}

/** @param {Sample} sample */
function drawn({ step, seed, memorized, text: written, pairs = [] }) {
  const share = Math.round(memorized * 100);
  const title = h('h4', { class: 'small' }, text('sampleStep', { step, seed }));
  if (!pairs.length) title.append(' · ', h('span', { class: share > 0 ? 'copied' : '' }, text('sampleCopied', { share })));
  const body = pairs.length ? h('dl', {}, ...pairs.map(pair)) : verse(written ?? '');
  return h('article', { class: 'sample' }, title, body);
}

/** @param {string} written */
function verse(written) {
  const verse = new Verse();
  verse.clear('');
  verse.append(written.trim());
  return verse.element;
}

/** @param {{ source: string, text: string, reference: string }} pair */
function pair({ source, text: translation, reference }) {
  return h('div', {}, h('dt', { lang: 'de' }, source), h('dd', { lang: 'en' }, translation || '…', ' ', h('small', {}, `(${reference})`)));
}
