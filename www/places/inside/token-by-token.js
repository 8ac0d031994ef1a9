// The view "Token by token": the growing text, and beside it the candidates of each step.

import { say } from '../../i18n/index.js';
import { AlertBox } from '../../ui/alert-box.js';
import { changes } from '../../ui/changes.js';
import { copyLink } from '../../ui/copy.js';
import { button, h } from '../../ui/dom.js';
import { DownloadBar } from '../../ui/download-bar.js';
import { textField } from '../../ui/fields.js';
import { ModelCard } from '../../ui/model-card.js';
import { modelPicker } from '../../ui/model-picker.js';
import { NextTokens } from '../../ui/next-tokens.js';
import { Notes } from '../../ui/notes.js';
import { settingsPanel } from '../../ui/settings-panel.js';
import { sharing } from '../../ui/share.js';
import { TokenText } from '../../ui/token-text.js';
import { Verdict } from '../../ui/verdict.js';
import { TokenSteps } from './token-steps.js';

/** The lecture's example. */
const VODKA = 'I would like a vodka with';

/**
 * @param {HTMLElement} root
 * @param {import('../common/view.js').Context} context
 * @returns {import('../common/view.js').View}
 */
export function mountTokenByToken(root, context) {
  const { state } = context;
  const parts = {
    alert: new AlertBox(),
    notes: new Notes(),
    card: new ModelCard(),
    download: new DownloadBar('lab-download'),
    picker: modelPicker(context, 'model', 'lab-model'),
    tokens: new TokenText((index) => steps.look(index)),
    next: new NextTokens(
      (id) => steps.force(id),
      () => state.settings.temperature,
    ),
    verdict: new Verdict(context, 'lab'),
    status: h('p', { role: 'status', class: 'status' }),
    shown: h('div', { class: 'shown' }),
    afterwards: h('div', { class: 'row afterwards', hidden: true }),
    play: button('play', () => steps.play(), {
      class: 'primary',
      'aria-keyshortcuts': 'Control+Enter Meta+Enter',
    }),
    back: button('back', () => steps.back(), { disabled: true }),
    stop: button('pause', () => steps.stop(), { disabled: true, 'aria-keyshortcuts': 'Escape' }),
  };
  const steps = new TokenSteps(context, parts);
  const report = (/** @type {import('../../i18n/index.js').Key} */ key) => say(parts.status, key);
  const buttons = [
    parts.back,
    button('step', () => steps.step()),
    parts.play,
    parts.stop,
    button('finish', () => steps.finish()),
    button('copyLink', () => void copyLink(state.settings, 'lab', parts.shown, steps).then(report), { class: 'quiet' }),
  ];
  const share = sharing(
    'lab',
    () => state.settings,
    steps,
    parts,
    (listener) => state.onChange(listener),
  );
  parts.afterwards.append(...share.buttons, share.panel);
  root.append(
    h('p', { class: 'lead', t: 'tokenByTokenLead' }),
    h(
      'section',
      { class: 'desk', 'aria-labelledby': 'lab-title' },
      h('h2', { id: 'lab-title', t: 'viewTokenByToken', class: 'unseen' }),
      h(
        'div',
        { class: 'line-up' },
        h('label', { for: 'lab-prompt', t: 'prompt' }),
        button('vodka', () => state.set({ prompt: VODKA }), { class: 'quiet', 'data-changes': 'prompt' }),
      ),
      textField(state, 'prompt', { id: 'lab-prompt', rows: '2', spellcheck: 'false' }),
      h('div', { class: 'row' }, ...buttons),
      changes(state, 'lab'),
      parts.shown,
    ),
    h('div', { class: 'news' }, parts.status),
    parts.alert.element,
    parts.download.element,
    parts.verdict.element,
    parts.notes.element,
    h('div', { class: 'bench' }, h('div', {}, parts.tokens.element, parts.card.suited, parts.afterwards), parts.next.element, tuning(parts, state)),
  );
  return {
    open: (how) => steps.open(how),
    run: () => steps.play(),
    stop: () => steps.stop(),
  };
}

/**
 * @param {import('./token-steps.js').Parts} parts
 * @param {import('../../state.js').State} state
 */
function tuning(parts, state) {
  const settings = settingsPanel(state, 'lab');
  // Open, since this view is about changing settings and watching the table.
  settings.open = true;
  return h('section', { class: 'tuning', tLabel: 'tuning' }, h('label', { for: 'lab-model', t: 'model' }), parts.picker.element, settings, parts.card.element);
}
