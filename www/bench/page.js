// "Benchmark this device": the throughput of this device's CPU and GPU, side by side.

import { Channel } from '../engine/channel.js';
import { toFailure } from '../errors.js';
import { bench as benchDe } from '../i18n/de/bench.js';
import { common as commonDe } from '../i18n/de/common.js';
import { bench as benchEn } from '../i18n/en/bench.js';
import { common as commonEn } from '../i18n/en/common.js';
import { formatNumber, onLanguage, preferredLanguage, say, saysNothing, setLanguage, speakFrom, text } from '../i18n/index.js';
import { AlertBox } from '../ui/alert-box.js';
import { button, h, scrollable } from '../ui/dom.js';
import { offerLanguages } from '../ui/languages.js';
import { saveFile } from '../ui/save-file.js';
import { hasStarted } from '../ui/started.js';

/** @typedef {import('../i18n/index.js').Key} Key */
/** @typedef {import('./protocol.js').BenchEvent} BenchEvent */
/** @typedef {import('./protocol.js').Figure} Figure */

/** The prefix of a workload's name and its title. @type {[string, Key][]} */
const NAMES = [
  ['peak_fma', 'benchPeakFma'],
  ['peak_copy', 'benchPeakCopy'],
  ['matmul', 'benchMatmul'],
  ['matvec', 'benchMatvec'],
  ['softmax', 'benchSoftmax'],
  ['layer_norm', 'benchLayerNorm'],
  ['attention', 'benchAttention'],
  ['lstm_step', 'benchLstmStep'],
  ['decode_char_lstm', 'benchDecodeLstm'],
  ['decode_gpt', 'benchDecodeGpt'],
  ['decode_transformer', 'benchDecodeTransformer'],
  ['decode_seq2seq', 'benchDecodeGru'],
  ['train_char_lstm', 'benchTrainLstm'],
  ['train_gpt', 'benchTrainGpt'],
  ['train_transformer', 'benchTrainTransformer'],
  ['train_seq2seq', 'benchTrainGru'],
];

class BenchPage {
  /** @type {Channel<import('./protocol.js').Command, BenchEvent>} */
  #channel = new Channel(new URL('worker.js', import.meta.url));
  /** @type {Figure[]} */
  #figures = [];
  /** @type {import('./protocol.js').Adapter | null} */
  #adapter = null;
  /** @type {Map<string, HTMLTableRowElement>} */
  #rows = new Map();

  #measure = button('benchMeasure', () => this.#start(), { class: 'primary' });
  #stop = button('stop', () => this.#end('benchStopped'), { disabled: true });
  #save = button('benchSave', () => this.#download(), { disabled: true, class: 'quiet' });
  #status = h('p', { role: 'status', class: 'status' });
  #alert = new AlertBox();
  #gpu = h('p', { class: 'small' });
  #body = h('tbody');
  #table = h(
    'table',
    { hidden: true },
    h('caption', { class: 'unseen', t: 'benchTitle' }),
    h('thead', {}, h('tr', {}, ...['benchWork', 'benchCpu', 'benchGpu', 'benchShare'].map(column))),
    this.#body,
  );

  /** @param {HTMLElement} root */
  constructor(root) {
    root.append(
      h('h2', { t: 'benchTitle' }),
      h('p', { class: 'lead', t: 'benchLead' }),
      h('p', { class: 'buttons' }, this.#measure, this.#stop, this.#save),
      this.#status,
      this.#alert.element,
      this.#gpu,
      scrollable(h('div', { class: 'figures' }, this.#table), 'benchTitle'),
      h('p', { class: 'small', t: 'benchNote' }),
    );
    onLanguage(() => this.#write());
  }

  #start() {
    this.#end();
    this.#figures = [];
    this.#adapter = null;
    this.#rows.clear();
    this.#body.replaceChildren();
    saysNothing(this.#gpu);
    this.#alert.clear();
    this.#table.hidden = false;
    const only = new URLSearchParams(location.search).get('only');
    const command = { type: /** @type {const} */ ('measure'), only: only ? only.split(',') : [] };
    const { done } = this.#channel.request(command, (event) => this.#take(event));
    this.#measure.disabled = true;
    this.#stop.disabled = false;
    say(this.#status, 'benchLoading');
    done.then(() => this.#end('benchDone')).catch((error) => this.#fail(toFailure(error)));
  }

  /** @param {Key} [key] */
  #end(key) {
    this.#channel.end();
    this.#measure.disabled = false;
    this.#stop.disabled = true;
    this.#save.disabled = this.#figures.length === 0;
    if (key) say(this.#status, key);
  }

  /** @param {import('../engine/protocol.js').Failure} error */
  #fail(error) {
    // `#end` has been called already, and said so.
    if (error.code === 'cancelled') return;
    this.#end('benchStopped');
    this.#alert.show(error, () => this.#start());
  }

  /** @param {BenchEvent} event */
  #take(event) {
    if (event.type === 'checking') {
      say(this.#status, 'gpuChecking');
    } else if (event.type === 'adapter') {
      this.#adapter = event.adapter;
      const error = event.adapter.largest_error.toExponential(1);
      say(this.#gpu, event.adapter.software ? 'benchSoftware' : 'benchAdapter', { name: event.adapter.name, error });
    } else if (event.type === 'no-gpu') {
      say(this.#gpu, 'benchNoGpu');
    } else if (event.type === 'begin') {
      this.#row(event.name);
      say(this.#status, 'benchRunning', { number: event.done + 1, total: event.total });
    } else if (event.type === 'figure') {
      this.#figures.push(event.figure);
      this.#write();
    }
  }

  /** @param {string} name */
  #row(name) {
    const known = this.#rows.get(name);
    if (known) return known;
    const found = NAMES.find(([begin]) => name.startsWith(begin));
    const heading = h('th', { scope: 'row' });
    if (found) say(heading, found[1], { size: (name.match(/\d+/g) ?? []).join(' × ') });
    else heading.textContent = name;
    const row = h('tr', {}, heading, h('td'), h('td'), h('td'));
    this.#rows.set(name, row);
    this.#body.append(row);
    return row;
  }

  /** Writes the figures in the number format of the language. */
  #write() {
    const number = (/** @type {number} */ value, digits = 3) => formatNumber(value, { maximumSignificantDigits: digits });
    for (const { name, device, unit, rate, share } of this.#figures) {
      const cells = this.#row(name).cells;
      const [value, of] = [number(rate), unit === 'tokens/s' ? text('benchTokens') : unit];
      cells[device === 'cpu' ? 1 : 2].replaceChildren(value, ' ', h('span', { class: 'unit' }, of));
      if (share !== undefined) cells[3].textContent = `${number(100 * share, 2)} %`;
    }
  }

  #download() {
    const report = {
      page: 'liedwerk bench',
      when: new Date().toISOString(),
      browser: navigator.userAgent,
      processors: navigator.hardwareConcurrency,
      gpu: this.#adapter,
      figures: this.#figures,
    };
    saveFile(JSON.stringify(report, null, 2), 'liedwerk-bench.json', 'application/json');
  }
}

/** @param {string} key */
function column(key) {
  return h('th', { scope: 'col', t: /** @type {Key} */ (key) });
}

function nameTab() {
  document.title = `${text('benchTitle')} · liedwerk`;
}

speakFrom({ de: async () => ({ ...commonDe, ...benchDe }), en: async () => ({ ...commonEn, ...benchEn }) });
onLanguage(nameTab);
await setLanguage(preferredLanguage(''));
hasStarted();
new BenchPage(/** @type {HTMLElement} */ (document.querySelector('main')));
offerLanguages();
