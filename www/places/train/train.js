// The view "Train": trains a small network on the visitor's text and shows its progress.

import { TrainerClient } from '../../engine/trainer-client.js';
import { say } from '../../i18n/index.js';
import { openModels } from './files.js';
import { AlertBox } from '../../ui/alert-box.js';
import { button, h } from '../../ui/dom.js';
import { Notes } from '../../ui/notes.js';
import { Samples } from '../../ui/samples.js';
import { Curves } from './train-curves.js';
import { PlanStep } from './train-plan.js';
import { labelled, ShelfStep } from './train-shelf.js';
import { TextStep } from './train-text.js';
import { Training } from './training.js';

/**
 * @param {HTMLElement} root
 * @param {import('../common/view.js').Context} context
 * @returns {import('../common/view.js').View}
 */
export function mountTrain(root, context) {
  const reader = new TrainerClient();
  const alert = new AlertBox();
  const notes = new Notes();
  const status = h('p', { role: 'status', class: 'status' });
  const after = h('div', { class: 'after', hidden: true });
  const page = h('section', { class: 'learning', tLabel: 'trainLearning', hidden: true });
  const samples = new Samples();
  const curves = new Curves(context.catalog, samples.element);
  const text = new TextStep(context.state, reader);
  const plan = new PlanStep(context, () => void training.measure());
  const shelf = new ShelfStep(context, {
    take: (files) => void takeModels(files, reader, parts, (error) => training.fail(error, () => {})),
    note: (code) => notes.add([{ code }]),
    show: (run) => training.show(run),
    resume: (run) => void training.resume(run),
    rename: (run, name) => training.rename(run, name),
    remove: (run) => void training.remove(run),
    fail: (error) => training.fail(error, () => {}),
  });
  const controls = runControls({
    start: () => void training.start(),
    pause: () => training.pause(),
    resume: () => training.unpause(),
    stop: () => training.stop(),
    sample: () => training.sample(),
    setRate: (rate) => training.setRate(rate),
  });
  const parts = {
    text,
    plan,
    curves,
    samples,
    shelf,
    alert,
    notes,
    status,
    page,
    place: (/** @type {boolean} */ own) => {
      page.hidden = false;
      // A run computed beforehand comes first, while the visitor has not chosen a text.
      if (page.classList.toggle('beforehand', !own)) steps.before(page);
      else if (after.nextElementSibling !== page) after.after(page);
    },
    setGoing: controls.setGoing,
    offer: (/** @type {import('./train-shelf.js').Offered[]} */ models) => {
      after.hidden = models.length === 0;
      after.replaceChildren(...models.map((model) => offered(model, shelf)));
    },
  };
  const training = new Training(context, parts);
  text.onChange = () => plan.forget();
  page.append(h('h2', { class: 'unseen', t: 'trainLearning' }), controls.during, curves.element);
  const steps = h('div', { class: 'train-steps' }, text.element, plan.element);
  root.append(
    h('p', { class: 'lead', t: 'trainLead' }),
    steps,
    controls.start,
    h('div', { class: 'news' }, status),
    alert.element,
    notes.element,
    after,
    page,
    h('div', { class: 'train-steps keeping' }, shelf.models, shelf.runs),
  );
  return {
    open: async () => {
      await Promise.all([context.catalog.open({ fresh: false }).catch((error) => training.fail(error, () => {})), training.open()]);
    },
    run: () => void training.start(),
    // Training continues when the visitor leaves the view; Esc does not stop it, since that could lose minutes of work.
    stop: () => {},
  };
}

/**
 * @param {import('./train-shelf.js').Offered} model
 * @param {ShelfStep} shelf
 */
function offered({ step, ...model }, shelf) {
  const told = step === undefined ? h('p', { t: 'afterTraining' }) : say(h('p'), 'afterTrainingEarlier', { step });
  return h(
    'div',
    { class: 'row' },
    told,
    ...shelf.uses(model),
    labelled('download', model.name, () => void shelf.download(model)),
  );
}

/**
 * @param {{ start: () => void, pause: () => void, resume: () => void, stop: () => void, sample: () => void,
 *   setRate: (rate: number) => void }} act
 */
function runControls(act) {
  const start = button('startTraining', act.start, { class: 'primary', 'aria-keyshortcuts': 'Control+Enter Meta+Enter' });
  const pause = button('pause', act.pause);
  const resume = button('resume', act.resume, { hidden: true });
  const stop = button('stop', act.stop);
  const sample = button('sampleNow', act.sample, { class: 'quiet' });
  const rate = h('input', { id: 'train-rate', type: 'number', step: 'any', min: '0', inputmode: 'decimal' });
  const apply = button('setRate', () => {
    const value = Number(rate.value);
    if (rate.value !== '' && value >= 0) act.setRate(value);
  });
  const during = h(
    'div',
    { class: 'row during', hidden: true },
    pause,
    resume,
    stop,
    sample,
    h('div', { class: 'rate' }, h('label', { for: 'train-rate', t: 'chartRate' }), rate, apply),
  );
  return {
    start: h('div', { class: 'row' }, start, h('p', { class: 'small keys', t: 'shortcutsTrain' })),
    during,
    /** @param {'idle' | 'busy' | 'training' | 'paused'} going */
    setGoing(going) {
      const runs = going === 'training' || going === 'paused';
      const focused = during.contains(document.activeElement);
      start.disabled = going !== 'idle';
      during.hidden = !runs;
      const inPause = going === 'paused';
      const turned = document.activeElement === pause || document.activeElement === resume;
      pause.hidden = inPause;
      resume.hidden = !inPause;
      // The pressed button is gone; keep the keyboard focus in its place.
      if (turned && runs) (inPause ? resume : pause).focus();
      if (focused && !runs) start.focus();
    },
  };
}

/**
 * Opens models from files and adds them to the shelf.
 *
 * @param {File[]} files
 * @param {TrainerClient} reader
 * @param {{ alert: AlertBox, shelf: ShelfStep, status: HTMLElement }} parts
 * @param {(error: unknown) => void} fail
 */
async function takeModels(files, reader, { alert, shelf, status }, fail) {
  alert.clear();
  const take = async (/** @type {string} */ name, /** @type {import('./files.js').ReadModel} */ { bytes, ...read }) => {
    await shelf.add(name, bytes, read);
    say(status, 'statusTaken', { name });
  };
  await openModels(files, reader, take, fail).catch(fail);
}
