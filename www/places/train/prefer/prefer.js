// The view "Learn from people": demonstrations, comparisons, reward model and tuning, as for large models, with a
// small one.

import { toFailure } from '../../../errors.js';
import { say, learn } from '../../../i18n/index.js';
import { AlertBox } from '../../../ui/alert-box.js';
import { button, h } from '../../../ui/dom.js';
import { modelPicker } from '../../../ui/model-picker.js';
import { CompareStep } from './compare.js';
import { Desk } from './desk.js';
import { RewardStep } from './reward.js';
import { ShowStep } from './show.js';
import { TuneStep } from './tune.js';

/** Texts that only this view needs. */
const WORDS = {
  de: async () => (await import('../../../i18n/de/prefer.js')).prefer,
  en: async () => (await import('../../../i18n/en/prefer.js')).prefer,
};

/**
 * @param {HTMLElement} root
 * @param {import('../../common/view.js').Context} context
 * @returns {import('../../common/view.js').View}
 */
export function mountPrefer(root, context) {
  const alert = new AlertBox();
  const status = h('p', { role: 'status', class: 'status' });
  const stop = button('stop', () => desk.stop(), { hidden: true });
  const picker = modelPicker(context, 'preferred', 'prefer-model');
  const changed = () => {
    stop.hidden = !desk.isBusy;
    steps.forEach((step) => step.draw());
  };
  const desk = new Desk(context, picker, {
    changed,
    tell: (key, params = {}) => void say(status, key, params),
    fail: (failure, retry) => alert.show(failure, retry),
    begin: () => alert.clear(),
  });
  const show = new ShowStep(desk);
  const compare = new CompareStep(desk);
  const reward = new RewardStep(desk);
  const tune = new TuneStep(desk, reward);
  const steps = [show, compare, reward, tune];
  root.append(
    h('p', { class: 'lead', t: 'preferLead' }),
    h('div', { class: 'row' }, h('label', { for: 'prefer-model', t: 'model' }), picker.element),
    h('div', { class: 'news row' }, status, stop),
    alert.element,
    ...steps.map(({ element }) => element),
  );
  changed();
  return {
    open: async () => {
      await context.catalog.open({ fresh: false }).catch((error) => alert.show(toFailure(error), () => void context.catalog.open({ fresh: true })));
      await Promise.all([tune.remember(), compare.showBeforehand(show.element)]);
    },
    run: () => void compare.next(),
    stop: () => {},
  };
}

/** @returns {Promise<import('../../index.js').Mount>} resolves once the texts have loaded */
export async function loadPrefer() {
  await learn(WORDS);
  return mountPrefer;
}
