// The view "Write": pick a model, type a beginning, watch the song grow.

import { say } from '../i18n/index.js';
import { AlertBox } from '../ui/alert-box.js';
import { button, h } from '../ui/dom.js';
import { DownloadBar } from '../ui/download-bar.js';
import { ModelCard } from '../ui/model-card.js';
import { Notes } from '../ui/notes.js';
import { settingsPanel } from '../ui/settings-panel.js';
import { SongSheet } from '../ui/song-sheet.js';
import { modelPicker } from '../ui/model-picker.js';
import { copyLink, copyText } from '../ui/copy.js';
import { Writing } from './writing.js';

/** @typedef {import('../state.js').State} State */

/**
 * @param {HTMLElement} root
 * @param {import('./index.js').Context} context
 * @returns {import('./index.js').View}
 */
export function mountWrite(root, { state, engine }) {
  const parts = {
    sheet: new SongSheet(),
    alert: new AlertBox(),
    notes: new Notes(),
    card: new ModelCard(),
    download: new DownloadBar(),
    picker: modelPicker(state),
    prompt: promptField(state),
    status: h('p', { role: 'status', class: 'status' }),
    speed: h('p', { class: 'speed small' }),
    shown: h('div', { class: 'shown' }),
    generate: button('generate', () => writing.generate(), {
      class: 'primary',
      'aria-keyshortcuts': 'Control+Enter Meta+Enter',
    }),
    stop: button('stop', () => writing.stop(), { disabled: true, 'aria-keyshortcuts': 'Escape' }),
    afterwards: h('div', { class: 'row afterwards', hidden: true }),
  };
  const writing = new Writing(state, engine, parts);
  const report = (/** @type {import('../i18n/index.js').Key} */ key) => say(parts.status, key);
  const link = button('copyLink', () => void copyLink(state.settings, parts.shown).then(report));
  parts.afterwards.append(
    button('another', () => writing.another()),
    button('copyText', () => void copyText(parts.sheet.text).then(report), { class: 'quiet' }),
  );
  root.append(desk(parts, link), page(parts), tuning(parts, state));
  parts.sheet.showExample();
  listenToKeys(writing);
  return { open: (go) => writing.open(go) };
}

/** @typedef {import('./writing.js').Parts} Parts */

/**
 * The left page: what the visitor brings.
 *
 * @param {Parts} parts
 * @param {HTMLButtonElement} link
 */
function desk(parts, link) {
  return h(
    'section',
    { class: 'desk', 'aria-labelledby': 'desk-title' },
    h('h2', { id: 'desk-title', t: 'desk', class: 'unseen' }),
    h('label', { for: 'prompt', t: 'prompt' }),
    parts.prompt,
    h('p', { class: 'small', id: 'prompt-hint', t: 'promptHint' }),
    h('div', { class: 'row' }, parts.generate, parts.stop, link),
    h('p', { class: 'small keys', t: 'shortcuts' }),
    parts.shown,
  );
}

/**
 * The right page: what the model makes of it.
 *
 * @param {Parts} parts
 */
function page(parts) {
  return h(
    'div',
    { class: 'page' },
    h('div', { class: 'news' }, parts.status, parts.speed),
    parts.alert.element,
    parts.download.element,
    parts.sheet.element,
    parts.notes.element,
    parts.afterwards,
  );
}

/**
 * One step deeper: below the beginning where there is room, below the song on a phone.
 *
 * @param {Parts} parts
 * @param {State} state
 */
function tuning(parts, state) {
  return h(
    'section',
    { class: 'tuning', tLabel: 'tuning' },
    h('label', { for: 'model', t: 'model' }),
    parts.picker.element,
    settingsPanel(state),
    parts.card.element,
  );
}

/** @param {State} state */
function promptField(state) {
  const field = h('textarea', {
    id: 'prompt',
    rows: '3',
    spellcheck: 'false',
    autocomplete: 'off',
    'aria-describedby': 'prompt-hint',
  });
  const show = () => {
    if (field.value !== state.settings.prompt) field.value = state.settings.prompt;
  };
  field.addEventListener('input', () => state.set({ prompt: field.value }));
  state.onChange(show);
  show();
  return field;
}

/** @param {Writing} writing */
function listenToKeys(writing) {
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      writing.generate();
    } else if (event.key === 'Escape') {
      writing.stop();
    }
  });
}
