// The view "Taylor meets Helene": a German song, its English translation, and a continuation by a language model.

import { say } from '../../i18n/index.js';
import { AlertBox } from '../../ui/alert-box.js';
import { changes } from '../../ui/changes.js';
import { copyLink, copyText } from '../../ui/copy.js';
import { button, h } from '../../ui/dom.js';
import { DownloadBar } from '../../ui/download-bar.js';
import { exampleSongs } from '../../ui/example-songs.js';
import { numberChoice, textField } from '../../ui/fields.js';
import { modelPicker } from '../../ui/model-picker.js';
import { Notes } from '../../ui/notes.js';
import { settingsPanel } from '../../ui/settings-panel.js';
import { sharing } from '../../ui/share.js';
import { SongSheet } from '../../ui/song-sheet.js';
import { Verdict } from '../../ui/verdict.js';
import { Chaining } from './chaining.js';

/** @typedef {import('../../i18n/index.js').Key} Key */

/**
 * @param {HTMLElement} root
 * @param {import('../common/view.js').Context} context
 * @returns {import('../common/view.js').View}
 */
export function mountChain(root, context) {
  const { state } = context;
  const parts = {
    alert: new AlertBox(),
    notes: new Notes(),
    download: new DownloadBar('chain-download'),
    status: h('p', { role: 'status', class: 'status' }),
    speed: h('p', { class: 'speed small' }),
    recall: h('p'),
    sheet: new SongSheet(),
    verdict: new Verdict(context, 'chain'),
    translators: modelPicker(context, 'translator', 'chain-translator'),
    writers: modelPicker(context, 'model', 'chain-model', ({ language }) => language !== 'de'),
    english: h('textarea', { id: 'chain-english', rows: '5', lang: 'en', autocomplete: 'off', class: 'english', 'data-setting': 'english' }),
    translationSpeed: h('p', { class: 'speed small' }),
    stale: h('p', { class: 'small', t: 'stale', hidden: true }),
    none: h('p', { class: 'none', t: 'noTranslatorHere', hidden: true }),
    restore: button('restore', () => chaining.restore(), { class: 'quiet', hidden: true }),
    all: button('all', () => anew(() => chaining.all()), {
      class: 'primary',
      'aria-keyshortcuts': 'Control+Enter Meta+Enter',
    }),
    translate: button('translate', () => chaining.translate()),
    stop: button('stop', () => chaining.stop(), { disabled: true, 'aria-keyshortcuts': 'Escape' }),
    shown: h('div', { class: 'shown' }),
    afterwards: h('div', { class: 'row afterwards', hidden: true }),
  };
  const chaining = new Chaining(context, parts);
  /** Runs with a new seed. */
  const anew = (/** @type {() => void} */ run) => {
    state.renewSeed('chain');
    run();
  };
  const report = (/** @type {Key} */ key) => say(parts.status, key);
  const link = button('copyLink', () => {
    void copyLink(chaining.linkSettings(), 'chain', parts.shown, chaining).then(report);
  });
  const share = sharing(
    'chain',
    () => chaining.linkSettings(),
    chaining,
    parts,
    (listener) => state.onChange(listener),
  );
  parts.afterwards.append(
    ...share.buttons,
    button('copyText', () => void copyText(parts.sheet.text).then(report), { class: 'quiet' }),
    share.panel,
  );
  parts.sheet.showHint('songHint');
  const stages = [germanStage(state, chaining), englishStage(parts, state), songStage(parts, state, () => anew(() => chaining.write()))];
  root.append(head(parts, link, changes(state, 'chain')), h('div', { class: 'stages' }, ...stages));
  return {
    open: (how) => chaining.open(how),
    run: () => anew(() => chaining.all()),
    stop: () => chaining.stop(),
  };
}

/** @typedef {import('./chaining.js').Parts} Parts */
/** @typedef {import('../../state.js').State} State */

/**
 * The head of the view, shared by all three stages.
 *
 * @param {Parts} parts
 * @param {HTMLButtonElement} link
 * @param {HTMLElement} changed
 */
function head({ all, stop, shown, status, alert, download, verdict, notes }, link, changed) {
  return h(
    'section',
    { class: 'chain-head', 'aria-labelledby': 'chain-title' },
    h('h2', { id: 'chain-title', t: 'viewChain' }),
    h('p', { class: 'lead', t: 'chainLead' }),
    h('div', { class: 'row' }, all, stop, link),
    changed,
    shown,
    h('div', { class: 'news' }, status),
    alert.element,
    download.element,
    verdict.element,
    notes.element,
  );
}

/**
 * @param {'german' | 'english' | 'song'} name
 * @param {Key} title
 * @param {HTMLButtonElement} own the stage's button
 * @param {HTMLElement[]} content
 */
function stage(name, title, own, ...content) {
  const id = `stage-${name}`;
  const top = h('div', { class: 'stage-head' }, h('h3', { id, t: title }), own);
  return h('section', { class: `stage ${name}`, 'aria-labelledby': id }, top, ...content);
}

/**
 * @param {State} state
 * @param {Chaining} chaining
 */
function germanStage(state, chaining) {
  const field = textField(state, 'german', { id: 'chain-german', rows: '5', lang: 'de', class: 'german' });
  field.setAttribute('aria-labelledby', 'stage-german');
  const clear = button('emptyGerman', () => {
    chaining.begin('');
    field.focus();
  });
  clear.dataset.changes = 'german';
  return stage(
    'german',
    'stageGerman',
    clear,
    field,
    h('p', { class: 'small', t: 'songsIntro' }),
    exampleSongs(({ text }) => chaining.begin(text)),
  );
}

/**
 * @param {Parts} parts
 * @param {State} state
 */
function englishStage({ english, translate, restore, stale, none, translationSpeed, translators }, state) {
  english.setAttribute('aria-labelledby', 'stage-english');
  english.setAttribute('aria-describedby', 'chain-english-hint');
  return stage(
    'english',
    'stageEnglish',
    translate,
    none,
    english,
    translationSpeed,
    stale,
    restore,
    h('p', { class: 'small', id: 'chain-english-hint', t: 'englishEditHint' }),
    h(
      'div',
      { class: 'quiet-fields' },
      h('label', { for: 'chain-translator', t: 'translator' }),
      translators.element,
      h('label', { for: 'chain-beam', t: 'beam_width' }),
      numberChoice(state, 'beam_width', 'chain-beam'),
      h('p', { class: 'small', id: 'chain-beam-hint', t: 'beam_widthHint' }),
    ),
  );
}

/**
 * @param {Parts} parts
 * @param {State} state
 * @param {() => void} singOn
 */
function songStage({ sheet, speed, recall, writers, afterwards }, state, singOn) {
  return stage(
    'song',
    'stageSong',
    button('singOn', singOn),
    sheet.element,
    speed,
    recall,
    afterwards,
    h('div', { class: 'quiet-fields' }, h('label', { for: 'chain-model', t: 'writer' }), writers.element),
    settingsPanel(state, 'chain'),
  );
}
