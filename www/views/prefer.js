// The view "Learn from people": show, compare, reward, tune, as it is done with large models, with a small one.

import { PreferringClient } from '../engine/preferring-client.js';
import { EngineError, toFailure } from '../errors.js';
import { say, learn } from '../i18n/index.js';
import { ChoiceList } from '../train/choices.js';
import { AlertBox } from '../ui/alert-box.js';
import { button, h } from '../ui/dom.js';
import { modelPicker } from '../ui/model-picker.js';
import { CompareStep } from './prefer-compare.js';
import { RewardStep } from './prefer-reward.js';
import { TuneStep } from './prefer-tune.js';

/** @typedef {import('../engine/preferring-client.js').Running<any>} Running */
/** @typedef {import('../i18n/index.js').Key} Key */

/**
 * @typedef {object} Desk what the steps share
 * @property {import('./view.js').Context} context
 * @property {ChoiceList} choices
 * @property {() => import('../engine/protocol.js').ModelEntry | undefined} model
 * @property {<T>(job: import('../engine/channel.js').Unsent<import('../engine/preferring-protocol.js').PreferringJob>, onNews?: (news: import('../engine/preferring-protocol.js').PreferringNews) => void) => Promise<T>} ask
 *   something of the model that is chosen, which is opened first
 * @property {() => Promise<void>} learn hands the choices to the model, once
 * @property {(work: () => Promise<void>) => Promise<void>} perform one thing at a time; an error is shown
 * @property {() => boolean} isBusy
 * @property {() => void} stop what is being done
 * @property {(key: Key, params?: import('../i18n/index.js').Params) => void} tell
 */

/** Words that only this view needs. */
const WORDS = {
  de: async () => (await import('../i18n/de/prefer.js')).prefer,
  en: async () => (await import('../i18n/en/prefer.js')).prefer,
};

/**
 * @param {HTMLElement} root
 * @param {import('./view.js').Context} context
 * @returns {import('./view.js').View}
 */
export function mountPrefer(root, context) {
  const client = new PreferringClient();
  const alert = new AlertBox();
  const status = h('p', { role: 'status', class: 'status' });
  const stop = button('stop', () => desk.stop(), { hidden: true });
  const picker = modelPicker(context, 'preferred', 'prefer-model');
  const tell = (/** @type {Key} */ key, /** @type {import('../i18n/index.js').Params} */ params = {}) => void say(status, key, params);
  /** What the worker holds. */
  let [openedId, learned] = ['', ''];
  let busy = false;
  /** @type {Running | null} */
  let running = null;

  /** @type {Desk['perform']} */
  const perform = async (work) => {
    if (busy) return;
    busy = true;
    alert.clear();
    stop.hidden = false;
    changed();
    try {
      await work();
    } catch (error) {
      const failure = toFailure(error);
      tell('statusFailed');
      // A worker that is gone has forgotten all.
      if (!['too-few-choices', 'one-sided-choices', 'bad-choices'].includes(failure.code)) [openedId, learned] = ['', ''];
      alert.show(failure, () => void perform(work));
    } finally {
      busy = false;
      running = null;
      stop.hidden = true;
      changed();
    }
  };

  /** @type {Desk['ask']} */
  const askOpened = (job, onNews) => {
    running = client.ask(job, onNews);
    return running.done;
  };

  async function open() {
    await context.catalog.open({ fresh: false });
    const model = picker.chosen();
    const lexicon = model && context.catalog.lexiconFor(model);
    if (!model || !lexicon) throw new EngineError('no-lexicon', `no rhymes are known for ${model?.id}`);
    if (openedId === model.id) return;
    tell('statusLoading');
    [openedId, learned] = ['', ''];
    await askOpened({ type: 'open', model, lexicon, known: context.catalog.known() });
    openedId = model.id;
  }

  /** @type {Desk} */
  const desk = {
    context,
    choices: new ChoiceList(() => changed()),
    model: () => picker.chosen(),
    ask: async (job, onNews) => {
      await open();
      return askOpened(job, onNews);
    },
    learn: async () => {
      await open();
      const lines = desk.choices.lines();
      if (learned === lines) return;
      /** @type {import('../engine/preferring-protocol.js').Learned} */
      const { contradicted } = await askOpened({ type: 'learn', lines });
      learned = lines;
      steps.forEach((step) => step.forget());
      compare.contradicted(contradicted);
    },
    perform,
    isBusy: () => busy,
    stop: () => running?.stop(),
    tell,
  };
  const compare = new CompareStep(desk);
  const reward = new RewardStep(desk);
  const tune = new TuneStep(desk, reward);
  const steps = [reward, tune];
  const changed = () => [compare, reward, tune].forEach((step) => step.draw());

  root.append(
    h('p', { class: 'lead', t: 'preferLead' }),
    h('div', { class: 'row' }, h('label', { for: 'prefer-model', t: 'model' }), picker.element),
    h('div', { class: 'news row' }, status, stop),
    alert.element,
    show(desk),
    compare.element,
    reward.element,
    tune.element,
  );
  changed();
  return {
    open: async () => {
      await context.catalog.open({ fresh: false }).catch((error) => alert.show(toFailure(error), () => void context.catalog.open({ fresh: true })));
      await tune.remember();
    },
    run: () => void compare.next(),
    stop: () => {},
  };
}

/**
 * The first step is the training that there is already.
 *
 * @param {Desk} desk
 */
function show({ context, model }) {
  const go = button('preferShowGo', () => {
    const own = model();
    context.state.set({ kind: 'gpt2', base: own?.id ?? '', trained_layers: 'last' });
    context.visit('train', false, 'train-text');
  });
  return h('section', { class: 'prefer-step' }, h('h2', { t: 'preferShow' }), h('p', { t: 'preferShowHint' }), h('div', { class: 'row' }, go));
}

/** @returns {Promise<import('./index.js').Mount>} with its words */
export async function loadPrefer() {
  await learn(WORDS);
  return mountPrefer;
}
