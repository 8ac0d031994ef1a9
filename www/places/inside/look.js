// The view "Look inside": a text as it is generated or translated, and below it the model's activations at each token.

import { say } from '../../i18n/index.js';
import { AlertBox } from '../../ui/alert-box.js';
import { Alignment } from '../../ui/alignment.js';
import { Attention } from '../../ui/attention.js';
import { changes } from '../../ui/changes.js';
import { copyLink } from '../../ui/copy.js';
import { button, h } from '../../ui/dom.js';
import { DownloadBar } from '../../ui/download-bar.js';
import { textField } from '../../ui/fields.js';
import { Gates } from '../../ui/gates.js';
import { modelPicker } from '../../ui/model-picker.js';
import { NextTokens } from '../../ui/next-tokens.js';
import { Notes } from '../../ui/notes.js';
import { Positions } from '../../ui/positions.js';
import { settingsPanel } from '../../ui/settings-panel.js';
import { Lens, TokenFacts } from '../../ui/token-facts.js';
import { TokenText } from '../../ui/token-text.js';
import { TranslationSheet } from '../../ui/translation-sheet.js';
import { Verdict } from '../../ui/verdict.js';
import { carried } from './inspected-text.js';
import { Looking } from './looking.js';

/** The lecture's example of attention. */
const HELLO = 'Hello my name is';

/**
 * @param {HTMLElement} root
 * @param {import('../common/view.js').Context} context
 * @returns {import('../common/view.js').View}
 */
export function mountLook(root, context) {
  const { state } = context;
  const slider = h('input', { type: 'range', id: 'look-at', min: '1', max: '1', value: '1' });
  const parts = {
    alert: new AlertBox(),
    notes: new Notes(),
    verdict: new Verdict(context, 'look'),
    download: new DownloadBar('look-download'),
    picker: modelPicker(context, 'inspected', 'look-model'),
    status: h('p', { role: 'status', class: 'status' }),
    shown: h('div', { class: 'shown' }),
    tokens: new TokenText((index) => looking.scrub(index)),
    pieces: new TranslationSheet((piece) => looking.choose(piece)),
    slider,
    place: h('span', { class: 'value', 'aria-hidden': 'true' }),
    scrubber: h('div', { class: 'field line-up scrubber', hidden: true }),
    gates: new Gates(
      (place) => looking.scrub(place),
      () => looking.tint(),
    ),
    attention: new Attention(),
    alignment: new Alignment(),
    lens: new Lens(),
    next: new NextTokens(null, () => state.settings.temperature),
    facts: new TokenFacts(),
    positions: new Positions(),
    pictures: h('div', { class: 'pictures' }),
    prompt: h('div', {}),
    german: h('div', {}),
    go: button('generate', () => looking.go(), {
      class: 'primary',
      'aria-keyshortcuts': 'Control+Enter Meta+Enter',
    }),
    stop: button('stop', () => looking.stop(), { disabled: true, 'aria-keyshortcuts': 'Escape' }),
  };
  const looking = new Looking(context, parts);
  slider.addEventListener('input', () => looking.scrub(Number(slider.value) - 1));
  parts.scrubber.append(h('label', { for: 'look-at', t: 'scrub' }), parts.place, slider);
  const report = (/** @type {import('../../i18n/index.js').Key} */ key) => say(parts.status, key);
  const link = button('copyLink', () => void copyLink(carried(parts.picker.chosen(), state.settings), 'look', parts.shown, looking).then(report), {
    class: 'quiet',
  });
  parts.prompt.append(
    h(
      'div',
      { class: 'line-up' },
      h('label', { for: 'look-prompt', t: 'prompt' }),
      button('hello', () => state.set({ prompt: HELLO }), { class: 'quiet' }),
    ),
    textField(state, 'prompt', { id: 'look-prompt', rows: '2', spellcheck: 'false' }),
  );
  parts.german.append(
    h('label', { for: 'look-german', t: 'german', class: 'german' }),
    textField(state, 'german', { id: 'look-german', rows: '3', lang: 'de', class: 'german' }),
  );
  root.append(desk(parts, state, link), ...pages(parts));
  return {
    open: (how) => looking.open(how),
    run: () => looking.go(),
    stop: () => looking.stop(),
  };
}

/** @typedef {import('./looking.js').Parts} Parts */

/**
 * @param {Parts} parts
 * @param {import('../../state.js').State} state
 * @param {HTMLButtonElement} link
 */
function desk({ picker, prompt, german, go, stop, shown }, state, link) {
  return h(
    'section',
    { class: 'desk', 'aria-labelledby': 'look-title' },
    h('h2', { id: 'look-title', t: 'viewLook', class: 'unseen' }),
    h('p', { class: 'lead', t: 'lookLead' }),
    h('div', { class: 'choice model' }, h('label', { for: picker.element.id, t: 'model' }), picker.element),
    prompt,
    german,
    h('div', { class: 'row' }, go, stop, link),
    changes(state, 'look'),
    shown,
    settingsPanel(state, 'look'),
  );
}

/** @param {Parts} parts */
function pages(parts) {
  const { status, alert, download, verdict, notes, pieces, tokens, scrubber } = parts;
  const { pictures, gates, attention, alignment, lens, next, facts, positions } = parts;
  pictures.append(
    gates.element,
    attention.element,
    alignment.element,
    h('div', { class: 'pair' }, lens.element, next.element),
    facts.element,
    positions.element,
  );
  return [
    h('div', { class: 'news' }, status),
    alert.element,
    download.element,
    notes.element,
    pieces.element,
    tokens.element,
    scrubber,
    verdict.element,
    pictures,
  ];
}
