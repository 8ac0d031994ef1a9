// The second step of training: model, duration and, in a disclosure, every number of the plan.

import { kindOf } from '../../engine/kinds.js';
import { currentLanguage, onLanguage, say, saysNothing, text } from '../../i18n/index.js';
import { copied } from '../../ui/copy.js';
import { button, h } from '../../ui/dom.js';
import { choice } from '../../ui/fields.js';
import { duration } from './duration.js';

/** @typedef {import('../../engine/training-protocol.js').Drafted} Drafted */
/** @typedef {import('../../engine/training-protocol.js').Plan} Plan */
/** @typedef {import('../../engine/protocol.js').ModelEntry} ModelEntry */

const KINDS = /** @type {const} */ ([
  ['char_lstm', 'kindCharLstm'],
  ['gpt2', 'kindGpt2'],
  ['seq2seq', 'kindSeq2seq'],
  ['transformer', 'kindTransformer'],
]);
const SIZES = /** @type {const} */ ([
  ['small', 'sizeSmall'],
  ['medium', 'sizeMedium'],
  ['large', 'sizeLarge'],
]);
const MINUTES = /** @type {const} */ ([
  [1, 'minutes1'],
  [5, 'minutes5'],
  [60, 'minutes60'],
]);
const SHARES = /** @type {const} */ ([
  [0.2, 'heldOut20'],
  [0.3, 'heldOut30'],
  [0.1, 'heldOut10'],
]);
const LAYERS = /** @type {const} */ ([
  ['all', 'layersAll'],
  ['last', 'layersLast'],
]);
const CLEANINGS = /** @type {const} */ ([
  ['none', 'cleaningNone'],
  ['songs', 'cleaningSongs'],
  ['lecture', 'cleaningLecture'],
]);
/** Settings that invalidate the plan when they change. */
const DECIDING = /** @type {const} */ (['kind', 'model_size', 'cleaning', 'base', 'trained_layers', 'minutes', 'held_out', 'seed']);

export class PlanStep {
  #context;
  #base = h('select', { id: 'train-base' });
  #size;
  #layers;
  #cleaning;
  #cores;
  #numbers = h('div', { class: 'numbers-of-plan' });
  #estimate = h('p', { class: 'small', role: 'status' });
  #copy = button('copyPlan', () => void this.#copyPlan(), { class: 'quiet', hidden: true });
  #copied = h('p', { class: 'small', role: 'status' });
  #measure;
  /** @type {Drafted | null} */
  #drafted = null;
  #decided = '';
  element;

  /**
   * @param {import('../common/view.js').Context} context
   * @param {() => void} onMeasure
   */
  constructor(context, onMeasure) {
    this.#context = context;
    const { state, catalog } = context;
    this.#measure = button('measure', onMeasure);
    this.#size = field('model_size', choice(state, 'model_size', 'train-model_size', SIZES));
    this.#layers = field('trained_layers', choice(state, 'trained_layers', 'train-layers', LAYERS));
    this.#cleaning = field('cleaning', choice(state, 'cleaning', 'train-cleaning', CLEANINGS));
    this.#cores = field('cores', coresChoice(context.computing), 'coresHint');
    this.#base.addEventListener('change', () => {
      const model = this.#bases().find(({ id }) => id === this.#base.value);
      // The shipped models were trained on cleaned songs, so clean the text for them, too.
      const cleaning = model && !model.files.own && kindOf(model) === 'generator' ? 'songs' : state.settings.cleaning;
      state.set({ base: this.#base.value, cleaning });
    });
    this.element = h(
      'section',
      { class: 'train-step', 'aria-labelledby': 'train-plan-title' },
      h('h2', { id: 'train-plan-title', t: 'trainPlan' }),
      h(
        'div',
        { class: 'choices' },
        field('kind', choice(state, 'kind', 'train-kind', KINDS)),
        field('base', this.#base),
        this.#size,
        this.#layers,
        this.#cleaning,
        this.#cores,
        field('minutes', choice(state, 'minutes', 'train-minutes', MINUTES), 'minutesHint'),
        field('held_out', choice(state, 'held_out', 'train-held_out', SHARES), 'held_outHint'),
      ),
      h(
        'details',
        { class: 'deeper' },
        h('summary', { t: 'hyperparameters' }),
        h('p', { class: 'small', t: 'hyperparametersHint' }),
        this.#measure,
        this.#numbers,
        this.#copy,
        this.#copied,
      ),
      this.#estimate,
    );
    state.onChange(() => this.#follow());
    context.computing.onChange(() => this.#follow());
    catalog.onOpen(() => this.#offerBases());
    onLanguage(() => this.#offerBases());
    this.#offerBases();
    this.#follow();
  }

  /** The plan with the visitor's changes; null if it has not been drafted for the current settings. */
  get drafted() {
    return this.#drafted;
  }

  /** @returns {ModelEntry | null} the model to fine-tune */
  get base() {
    const { kind, base } = this.#context.state.settings;
    return this.#bases().find(({ id, model_type }) => id === base && model_type === kind) ?? null;
  }

  /** @param {boolean} measuring */
  setMeasuring(measuring) {
    this.#measure.disabled = measuring;
  }

  /** @param {Drafted} drafted */
  show(drafted) {
    this.#drafted = drafted;
    const { plan } = drafted;
    this.#numbers.replaceChildren(
      ...numbers(plan).map(({ owner, name, id }) => {
        const input = h('input', { id, type: 'number', step: 'any', value: String(owner[name]) });
        input.addEventListener('change', () => {
          const value = Number(input.value);
          if (input.value !== '' && Number.isFinite(value)) owner[name] = value;
          else input.value = String(owner[name]);
          this.#estimated();
        });
        return h('div', { class: 'line-up' }, h('label', { for: id }, h('code', {}, name)), input);
      }),
    );
    this.#copy.hidden = false;
    this.#estimated();
  }

  /** Discards the plan when the text changes. */
  forget() {
    this.#drafted = null;
    this.#numbers.replaceChildren();
    this.#copy.hidden = true;
    saysNothing(this.#copied);
    saysNothing(this.#estimate);
  }

  #estimated() {
    if (!this.#drafted) return;
    const { plan, seconds_per_step, parameters } = this.#drafted;
    const { steps } = plan.train;
    saysNothing(this.#copied);
    say(this.#estimate, 'planEstimate', { steps, parameters, time: duration(steps * seconds_per_step) });
  }

  /** Copies the plan for the command line, which performs the same training. */
  async #copyPlan() {
    if (!this.#drafted) return;
    const done = await copied(JSON.stringify(this.#drafted.plan, null, 2));
    say(this.#copied, done ? 'planCopied' : 'textNotCopied');
  }

  #follow() {
    const { state, computing } = this.#context;
    const { settings } = state;
    this.#cores.hidden = computing.mostCores < 2 || computing.choice !== 'cpu';
    const decided = [...DECIDING.map((name) => settings[name]), computing.cores].join(' ');
    if (decided === this.#decided) return;
    const kindChanged = this.#decided.split(' ')[0] !== settings.kind;
    this.#decided = decided;
    this.forget();
    if (kindChanged) this.#offerBases();
    this.#base.value = this.base?.id ?? '';
    this.#layers.hidden = !this.base;
    this.#size.hidden = Boolean(this.base);
  }

  #bases() {
    const { catalog, state } = this.#context;
    return [...catalog.of('generator'), ...catalog.of('translator')].filter(({ model_type }) => model_type === state.settings.kind);
  }

  #offerBases() {
    const language = currentLanguage();
    const options = this.#bases().map((model) => h('option', { value: model.id }, text('goOnFrom', { title: model.title[language] })));
    this.#base.replaceChildren(h('option', { value: '', t: 'fromScratch' }), ...options);
    this.#base.value = this.base?.id ?? '';
    this.#layers.hidden = !this.base;
    this.#size.hidden = Boolean(this.base);
  }
}

/** @param {import('../../computing.js').Computing} computing */
function coresChoice(computing) {
  const counts = Array.from({ length: computing.mostCores }, (_, i) => String(i + 1));
  const select = h('select', { id: 'train-cores' }, ...counts.map((count) => h('option', { value: count }, count)));
  select.value = String(computing.cores);
  select.addEventListener('change', () => {
    computing.cores = Number(select.value);
  });
  return select;
}

/**
 * @param {'kind' | 'base' | 'model_size' | 'cleaning' | 'trained_layers' | 'cores' | 'minutes' | 'held_out'} name
 * @param {HTMLElement} control
 * @param {import('../../i18n/index.js').Key} [hint]
 */
function field(name, control, hint) {
  const element = h('div', { class: 'field' }, h('label', { for: control.id, t: name }), control);
  if (!hint) return element;
  const id = `${control.id}-hint`;
  control.setAttribute('aria-describedby', id);
  element.append(h('p', { class: 'small', id, t: hint }));
  return element;
}

/**
 * Returns every number of a plan with its name.
 *
 * @param {Plan} plan
 * @returns {{ owner: Record<string, unknown>, name: string, id: string }[]}
 */
function numbers(plan) {
  const parts = { train: plan.train, model: plan.model, tokenizer: plan.tokenizer };
  return Object.entries(parts).flatMap(([part, owner]) =>
    Object.entries(owner ?? {})
      .filter(([, value]) => typeof value === 'number')
      .map(([name]) => ({ owner: /** @type {Record<string, unknown>} */ (owner), name, id: `plan-${part}-${name}` })),
  );
}
